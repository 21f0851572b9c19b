/**
 * The driver that steps one generator: it runs the body to its next yield, begins what was yielded, and goes on when
 * that has its value. It stands on the run queue's stack while what it began is starting, and leaves it when it must
 * wait: that, and only that, is a suspension.
 */
import type { ObservableInput } from 'rxjs';
import { areStoresInUse } from '../core/async-local';
import { isAsyncInput } from '../core/rx';
import { ambient, type RunningTask } from '../scheduler/ambient';
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import { activeFrame, reportOrphan, runInside, switchAside, switchTo, type Frame } from '../scheduler/frame';
import { ended, instrumentation } from '../scheduler/instrumentation';
import type { Runnable } from '../scheduler/run-queue';
import type { Canceller, Execution, Sink } from '../future/execution';
import { passedThrough } from '../future/logical-stack';
import { CancelledBody } from './cancelled-body';
import { checkDepth } from './endless-recursion';
import { reportLateInterruption } from './late-interruption';
import { awaiting, bodyOf, isAsyncFunction, type TaskBody, type TaskCall } from './task-body';
import { beginYielded } from './yielded';

/**
 * `ready` to run, `running` its body, `starting` what the body yielded, `suspended` until that has ended, or `ended`.
 */
type Phase = 'ready' | 'running' | 'starting' | 'suspended' | 'ended';

export class TaskExecution implements Execution, Runnable, Sink<unknown>, Canceller, RunningTask {
  frame: Frame | undefined;
  #phase: Phase = 'ready';
  #body: TaskBody | undefined;
  /** How the body is entered next, and with what. */
  #entry: 'next' | 'throw' | 'return' = 'next';
  #carried: unknown;
  #awaited: Execution | undefined;
  /** Nobody wants its value any more. */
  #isCancelled = false;
  /** It is giving up what it waits for; or, cancelled, its body is being left, and only `finally` blocks still run. */
  #isLeaving = false;
  /** What it is to be failed with, wherever it is. */
  #interruption: { readonly error: unknown } | undefined;
  #canceller: Canceller | undefined;

  constructor(
    readonly call: TaskCall,
    private readonly sink: Sink<unknown>,
    private readonly scheduler: BatchScheduler,
  ) {
    this.frame = sink.frame;
    instrumentation.current?.emit({ type: 'task-began', task: this, scheduler });
  }

  get name(): string {
    return this.call.definition.name;
  }

  get body(): object {
    return this.call.definition.body;
  }

  get role(): 'task' | 'stream' {
    return 'task';
  }

  get above(): Sink<unknown> {
    return this.sink;
  }

  step(): void {
    const { runQueue } = this.scheduler;
    for (;;) {
      // Looked at each time round: what it begins may cancel it.
      if ((this.#isCancelled || this.#interruption) && !this.#isLeaving && !this.#leave()) return;
      if (this.#phase !== 'ready') break;
      if (activeFrame() !== this.frame) {
        (this.#isLeaving ? switchAside : switchTo)(this.frame);
        continue; // a context that throws as it is turned on interrupts it
      }
      const yielded = this.#enterBody();
      if (!yielded) return;
      this.#phase = 'starting';
      runQueue.call(this);
      this.#begin(yielded.value);
      if (!runQueue.takeBack(this)) return;
    }
    if (this.#phase === 'starting') this.#suspend();
  }

  succeed(value: unknown): void {
    this.#goOn('next', value);
  }

  fail(error: unknown): void {
    this.#goOn('throw', error);
  }

  /** What it waited for is gone, clean-up and all: now its own `finally` blocks. */
  cancelled(): void {
    this.#enterToLeave();
  }

  cancel(canceller?: Canceller): void {
    if (this.#phase === 'ended') return canceller?.cancelled();
    this.#canceller = canceller;
    if (this.#isCancelled) return;
    this.#isCancelled = true;
    // A task that cancels itself is left as soon as its body yields.
    if (this.#phase !== 'running') this.scheduler.runQueue.call(this);
  }

  interrupt(error: unknown): void {
    if (this.#phase === 'ended' || this.#isCancelled || this.#interruption) {
      reportLateInterruption(this.frame, error, this.#interruption?.error);
      return;
    }
    this.#interruption = { error };
    if (this.#phase !== 'running') this.scheduler.runQueue.interject(this);
  }

  #suspend(): void {
    this.#phase = 'suspended';
    instrumentation.current?.emit({ type: 'task-suspended', task: this, awaited: this.#awaited });
  }

  #goOn(entry: 'next' | 'throw' | 'return', carried: unknown): void {
    const isSuspended = this.#phase === 'suspended';
    if (isSuspended) instrumentation.current?.emit({ type: 'task-resumed', task: this });
    this.#awaited = undefined;
    this.#entry = entry;
    this.#carried = carried;
    this.#phase = 'ready';
    if (isSuspended) this.scheduler.runQueue.resume(this);
  }

  /** Runs the body to its next yield; nothing comes back when that was its end. */
  #enterBody(): { readonly value: unknown } | undefined {
    this.#phase = 'running';
    try {
      const result = this.#resumeBody();
      const isToLeave = (this.#isCancelled || this.#interruption !== undefined) && !this.#isLeaving;
      if (!result.done) return isToLeave ? this.#leaveAtOnce() : result;
      if (this.#interruption && !this.#isCancelled) throw this.#takeInterruption();
      if (!this.#isCancelled && isAsyncInput(result.value)) return this.#awaitInstead(result.value);
      this.#end(false, result.value);
      if (!this.#isCancelled) this.sink.succeed(result.value);
    } catch (error) {
      this.#end(true, error);
      if (this.#isCancelled) reportOrphan(this.frame, error);
      else this.#fail(error);
    }
    this.#canceller?.cancelled();
    return undefined;
  }

  #resumeBody(): IteratorResult<unknown, unknown> {
    const outer = ambient.task;
    ambient.task = this;
    try {
      const { frame } = this;
      // Most steps: a closure for each would cost a fifth of a task.
      if (!frame && !areStoresInUse) return this.#stepBody();
      const isAsync = frame !== undefined && !frame.isCarried && isAsyncFunction(this.body);
      return runInside(frame, () => this.#stepBody(), isAsync);
    } finally {
      ambient.task = outer;
    }
  }

  #stepBody(): IteratorResult<unknown, unknown> {
    const body = (this.#body ??= this.#beginBody());
    if (this.#entry === 'next') return body.next(this.#carried);
    if (this.#entry === 'throw') return body.throw(this.#carried);
    const cancelled = new CancelledBody(body);
    this.#body = cancelled;
    return cancelled.return(this.#carried);
  }

  #beginBody(): TaskBody {
    checkDepth(this);
    return bodyOf(this.call);
  }

  /** Its body has yielded since it was to be left. */
  #leaveAtOnce(): { readonly value: unknown } | undefined {
    this.#enterToLeave();
    return this.#enterBody();
  }

  /** What was returned has yet to arrive: its value is the task's. */
  #awaitInstead(input: ObservableInput<unknown>): { readonly value: unknown } | undefined {
    this.#body = awaiting(input);
    this.#goOn('next', undefined);
    return this.#enterBody();
  }

  #begin(yielded: unknown): void {
    try {
      const execution = beginYielded(yielded, this, this.scheduler);
      if (this.#phase === 'starting') this.#awaited = execution;
    } catch (error) {
      this.fail(error);
    }
  }

  /** Cancels what it waits for, then enters the body to leave it; false when that is not this step's to go on with. */
  #leave(): boolean {
    if (this.#phase === 'ended' || this.#phase === 'running') return false;
    if (this.#phase === 'ready') return this.#leaveReady();
    const awaited = this.#awaited;
    if (!awaited) return false;
    const { runQueue } = this.scheduler;
    if (this.#phase === 'suspended') instrumentation.current?.emit({ type: 'task-resumed', task: this });
    this.#isLeaving = true;
    this.#phase = 'starting';
    runQueue.call(this);
    awaited.cancel(this);
    return runQueue.takeBack(this);
  }

  #leaveReady(): boolean {
    // It will not see what it was to go on with.
    if (this.#entry === 'throw') this.frame?.work?.orphaned(this.#carried);
    if (this.#body) {
      this.#enterToLeave();
      return true;
    }
    const error = this.#takeInterruption();
    this.#end(true, error);
    if (this.#isCancelled) this.#canceller?.cancelled();
    else this.#fail(error);
    return false;
  }

  /** Cancelled, it returns from its body; interrupted, it throws into it, and may go on from there. */
  #enterToLeave(): void {
    this.#isLeaving = this.#isCancelled;
    if (this.#isCancelled && this.#interruption) reportLateInterruption(this.frame, this.#takeInterruption());
    if (this.#isCancelled) this.#goOn('return', undefined);
    else this.#goOn('throw', this.#takeInterruption());
  }

  #takeInterruption(): unknown {
    const error = this.#interruption?.error;
    this.#interruption = undefined;
    return error;
  }

  #fail(error: unknown): void {
    passedThrough(error, { from: this, title: () => `${this.role} ${this.name}`, future: this.call, to: this.sink });
    this.sink.fail(error);
  }

  #end(isError: boolean, result: unknown): void {
    instrumentation.current?.emit({
      type: 'task-ended',
      task: this,
      how: this.#isCancelled ? undefined : ended(isError, result),
    });
    this.#phase = 'ended';
    this.#body = undefined;
    this.#awaited = undefined;
    this.#carried = undefined;
  }
}
