/**
 * The execution of a task drives one generator: it runs the body to its next yield, begins the yielded input, and goes on
 * when that has its value. It stays on the stack of the run queue while the input starts, and leaves the stack when it has
 * to wait. Only a task that has left the stack is suspended.
 */
import type { ObservableInput } from 'rxjs';
import { isAsyncInput } from '../core/rx';
import { ambient, type CurrentTask } from '../scheduler/ambient';
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import {
  activeFrame,
  isPlain,
  reportOrphan,
  runInActive,
  switchForCleanup,
  switchTo,
  type Frame,
} from '../scheduler/frame';
import { toOutcome, instrumentation } from '../scheduler/instrumentation';
import type { Runnable } from '../scheduler/run-queue';
import type { Canceller, Execution, Sink } from '../future/execution';
import { extendStack } from '../future/logical-stack';
import { CancelledBody } from './cancelled-body';
import { checkDepth } from './endless-recursion';
import { reportLateInterruption } from './late-interruption';
import { awaiting, bodyOf, isAsyncFunction, type TaskBody, type TaskCall } from './task-body';
import { beginYielded } from './yielded';

/**
 * `ready` to run, `running` the body, `starting` the yielded input, `suspended` until the input has ended, or `ended`.
 */
type ExecutionPhase = 'ready' | 'running' | 'starting' | 'suspended' | 'ended';

/** The state that only a cancelled or an interrupted task needs. */
interface StoppingState {
  /** Whether the task is cancelled: its sink receives nothing more. */
  isCancelled: boolean;
  /**
   * Whether the stop is under way, so that no other begins: it starts by cancelling the yielded input, and lasts until an
   * interrupted task is ready for the error, or until the `finally` blocks of a cancelled task have ended.
   */
  isUnderway: boolean;
  /** The error of a context, with which the task fails, whether it runs or waits. */
  interruption: { readonly error: unknown } | undefined;
  canceller: Canceller | undefined;
}

export class TaskExecution implements Execution, Runnable, Sink<unknown>, Canceller, CurrentTask {
  frame: Frame | undefined;
  #phase: ExecutionPhase = 'ready';
  #body: TaskBody | undefined;
  /** The generator method that enters the body next, and its argument. */
  #entry: 'next' | 'throw' | 'return' = 'next';
  #argument: unknown;
  #awaited: Execution | undefined;
  /** Defined once the task is cancelled or interrupted. */
  #stopping: StoppingState | undefined;

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

  get parent(): Sink<unknown> {
    return this.sink;
  }

  step(): void {
    const { runQueue } = this.scheduler;
    for (;;) {
      // Checked in each round, because the input that has just begun may cancel the task.
      if (this.#mustStop() && !this.#stop()) return;
      if (this.#phase !== 'ready') break;
      if (activeFrame() !== this.frame) {
        (this.#stopping?.isUnderway ? switchForCleanup : switchTo)(this.frame);
        continue; // a context that throws when it resumes interrupts the task
      }
      const yielded = this.#enterBody();
      if (!yielded) return;
      this.#phase = 'starting';
      const { depth } = runQueue;
      this.#begin(yielded.value);
      if (runQueue.pushBelow(this, depth)) return;
    }
    if (this.#phase === 'starting') this.#suspend();
  }

  succeed(value: unknown): void {
    this.#prepareEntry('next', value);
  }

  fail(error: unknown): void {
    this.#prepareEntry('throw', error);
  }

  get cancelReason(): unknown {
    return this.#stopping?.canceller?.cancelReason;
  }

  /** Called when the yielded input has ended after its cancellation, clean-up included. The task's own `finally` blocks follow. */
  cancelled(): void {
    this.#prepareStop();
  }

  cancel(canceller?: Canceller): void {
    if (this.#phase === 'ended') return canceller?.cancelled();
    const stopping = this.#stoppingState();
    stopping.canceller = canceller;
    if (stopping.isCancelled) return;
    stopping.isCancelled = true;
    // A running task that cancels itself is stopped at the next yield of its body.
    if (this.#phase !== 'running') this.scheduler.runQueue.runNext(this);
  }

  interrupt(error: unknown): void {
    const stopping = this.#stoppingState();
    if (this.#phase === 'ended' || stopping.isCancelled || stopping.interruption) {
      reportLateInterruption(this.frame, error, stopping.interruption?.error);
      return;
    }
    stopping.interruption = { error };
    if (this.#phase !== 'running') this.scheduler.runQueue.runNextFromAnywhere(this);
  }

  #stoppingState(): StoppingState {
    return (this.#stopping ??= {
      isCancelled: false,
      isUnderway: false,
      interruption: undefined,
      canceller: undefined,
    });
  }

  #isCancelled(): boolean {
    return this.#stopping?.isCancelled === true;
  }

  /** Whether the task is to be stopped, and nothing has been done to stop it yet. */
  #mustStop(): boolean {
    const stopping = this.#stopping;
    return (
      stopping !== undefined && !stopping.isUnderway && (stopping.isCancelled || stopping.interruption !== undefined)
    );
  }

  #suspend(): void {
    this.#phase = 'suspended';
    instrumentation.current?.emit({ type: 'task-suspended', task: this, awaited: this.#awaited });
  }

  #prepareEntry(entry: 'next' | 'throw' | 'return', argument: unknown): void {
    const isSuspended = this.#phase === 'suspended';
    if (isSuspended) instrumentation.current?.emit({ type: 'task-resumed', task: this });
    this.#awaited = undefined;
    this.#entry = entry;
    this.#argument = argument;
    this.#phase = 'ready';
    if (isSuspended) this.scheduler.runQueue.resume(this);
  }

  /** Runs the body to its next yield. Returns undefined if the body has ended. */
  #enterBody(): { readonly value: unknown } | undefined {
    this.#phase = 'running';
    try {
      const result = this.#resumeBody();
      if (!result.done) return this.#mustStop() ? this.#stopAtOnce() : result;
      if (this.#stopping?.interruption && !this.#isCancelled()) throw this.#takeInterruption();
      if (!this.#isCancelled() && isAsyncInput(result.value)) return this.#awaitReturned(result.value);
      this.#end(false, result.value);
      if (!this.#isCancelled()) this.sink.succeed(result.value);
    } catch (error) {
      this.#end(true, error);
      if (this.#isCancelled()) reportOrphan(this.frame, error);
      else this.#fail(error);
    }
    this.#stopping?.canceller?.cancelled();
    return undefined;
  }

  #resumeBody(): IteratorResult<unknown, unknown> {
    const outer = ambient.task;
    ambient.task = this;
    try {
      const { frame } = this;
      if (isPlain(frame)) return this.#stepBody();
      const isAsync = frame !== undefined && !frame.isCarried && isAsyncFunction(this.body);
      return runInActive(frame, () => this.#stepBody(), isAsync);
    } finally {
      ambient.task = outer;
    }
  }

  #stepBody(): IteratorResult<unknown, unknown> {
    const body = (this.#body ??= this.#beginBody());
    if (this.#entry === 'next') return body.next(this.#argument);
    if (this.#entry === 'throw') return body.throw(this.#argument);
    const cancelled = new CancelledBody(body);
    this.#body = cancelled;
    return cancelled.return(this.#argument);
  }

  #beginBody(): TaskBody {
    checkDepth(this);
    return bodyOf(this.call);
  }

  /** The body has yielded although the task is to be stopped: enters it again to stop it. */
  #stopAtOnce(): { readonly value: unknown } | undefined {
    this.#prepareStop();
    return this.#enterBody();
  }

  /** The body has returned an input: the value of that input is the value of the task. */
  #awaitReturned(input: ObservableInput<unknown>): { readonly value: unknown } | undefined {
    this.#body = awaiting(input);
    this.#prepareEntry('next', undefined);
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

  /** Cancels the yielded input, then prepares to enter the body to end it. Returns false if this step must not go on. */
  #stop(): boolean {
    if (this.#phase === 'ended' || this.#phase === 'running') return false;
    if (this.#phase === 'ready') return this.#stopReady();
    const awaited = this.#awaited;
    if (!awaited) return false;
    const { runQueue } = this.scheduler;
    if (this.#phase === 'suspended') instrumentation.current?.emit({ type: 'task-resumed', task: this });
    this.#stoppingState().isUnderway = true;
    this.#phase = 'starting';
    runQueue.runNext(this);
    awaited.cancel(this);
    return runQueue.takeBack(this);
  }

  #stopReady(): boolean {
    // The body will not receive the error that it was to be resumed with.
    if (this.#entry === 'throw') this.frame?.work?.orphaned(this.#argument);
    if (this.#body) {
      this.#prepareStop();
      return true;
    }
    const error = this.#takeInterruption();
    this.#end(true, error);
    if (this.#isCancelled()) this.#stopping?.canceller?.cancelled();
    else this.#fail(error);
    return false;
  }

  /** Prepares the entry into the body: `return` for a cancelled task, `throw` for an interrupted one, which may go on. */
  #prepareStop(): void {
    const stopping = this.#stoppingState();
    stopping.isUnderway = stopping.isCancelled;
    if (stopping.isCancelled && stopping.interruption) reportLateInterruption(this.frame, this.#takeInterruption());
    if (stopping.isCancelled) this.#prepareEntry('return', undefined);
    else this.#prepareEntry('throw', this.#takeInterruption());
  }

  #takeInterruption(): unknown {
    const error = this.#stopping?.interruption?.error;
    if (this.#stopping) this.#stopping.interruption = undefined;
    return error;
  }

  #fail(error: unknown): void {
    extendStack(error, { from: this, title: () => `${this.role} ${this.name}`, future: this.call, to: this.sink });
    this.sink.fail(error);
  }

  #end(isError: boolean, result: unknown): void {
    instrumentation.current?.emit({
      type: 'task-ended',
      task: this,
      outcome: this.#isCancelled() ? undefined : toOutcome(isError, result),
    });
    this.#phase = 'ended';
    this.#body = undefined;
    this.#awaited = undefined;
    this.#argument = undefined;
  }
}
