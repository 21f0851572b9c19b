/**
 * One task of a scope: a value that is settled when the work, its clean-up and its promise have ended. It is also what
 * the work's own function is handed.
 */
import type { Subscription } from 'rxjs';
import { isCancellation, TaskLeakError } from '../core/errors';
import { printable } from '../core/printable';
import { failure, success, type Outcome } from '../core/outcome';
import { runningTask } from '../scheduler/ambient';
import { Frame, type Work } from '../scheduler/frame';
import { instrumentation } from '../scheduler/instrumentation';
import type { Waiter } from '../scheduler/waiter';
import { AsyncValue } from '../future/async-value';
import type { Canceller, Execution, Sink } from '../future/execution';
import { passedThrough } from '../future/logical-stack';
import { TaskExecution } from '../task/task-execution';
import { Cancellation } from './cancellation';
import type { TaskFailure } from './failures';
import type { Scope } from './scope';
import type { ScopeTask, TaskConfig } from './task-config';
import { heedless } from './promise-wait';
import { beginWork } from './work';

export class ScopedTask<T> extends AsyncValue<T> implements Canceller, Work, ScopeTask, Waiter {
  readonly order: number;
  readonly name: string;
  #begin: (() => Execution) | undefined;
  #execution: Execution | undefined;
  #isRunning = false;
  /** Nothing of it runs any more, or it was given up. Its value may be set by hand before. */
  #isOver = false;
  readonly #cancellation: Cancellation;
  /** How it ended, while something of it still cleans up. */
  #outcome: Outcome<T> | undefined;
  /** The first failure of its clean-up, once it is cancelled. */
  #failedCleanUp: { readonly error: unknown } | undefined;
  /** What its wait was ended with. */
  #interruption: TaskFailure | undefined;
  #holds = 0;
  #grace: Subscription | undefined;
  readonly #startedAt: string;

  constructor(
    readonly scope: Scope,
    { work, argument, order, frame, startedAt }: TaskConfig<T>,
  ) {
    super();
    this.order = order;
    this.name = (typeof work === 'function' && printable(work.name)) || 'anonymous';
    this.#startedAt = startedAt;
    const ownFrame = new Frame(frame, { work: this });
    this.#cancellation = new Cancellation(ownFrame);
    if (typeof work === 'object') instrumentation.current?.emit({ type: 'taken', future: work });
    const sink: Sink<T> = {
      name: this.name,
      above: this,
      frame: ownFrame,
      succeed: (value) => {
        this.#end(success(value));
      },
      fail: (error) => {
        this.#fail(error);
      },
    };
    const given = argument === 'the task' ? this : argument.is;
    this.#begin = () => beginWork(work, { argument: given, sink, scheduler: scope.scheduler });
  }

  /** Aborts when the task is cancelled; its reason is a `CancelledError`. */
  get signal(): AbortSignal {
    return this.#cancellation.signal;
  }

  get role(): 'work' {
    return 'work';
  }

  get above(): Waiter | undefined {
    return this.firstWaiter ?? this.scope.closing;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Called within a drive. */
  run(): void {
    const beginning = this.#begin;
    if (!beginning) return;
    this.#begin = undefined;
    this.#isRunning = true;
    instrumentation.current?.emit({ type: 'work-began', scope: this.scope, work: this });
    const execution = beginning();
    if (this.#isOver) return;
    this.#execution = execution;
    if (this.#cancellation.error) execution.cancel(this);
    else this.#passInterruption();
  }

  override cancel(reason?: unknown): void {
    if (this.#isOver || this.#cancellation.error) return;
    const cancellation = this.#cancellation.begin(reason);
    this.scope.scheduler.runQueue.drive(() => {
      if (this.#begin) this.#end(failure(cancellation));
      else this.#execution?.cancel(this);
    });
    this.#giveGrace();
  }

  /**
   * Ends its wait with the failure of another task of the scope, unless it waits for that one: then it is told anyway.
   * A promise cannot be stopped: the function that made it sees the signal of the scope.
   */
  interrupt({ failed, error }: TaskFailure): void {
    if (this.#outcome || this.#isOver || this.#cancellation.error || failed.isAwaitedBy(this)) return;
    this.#interruption ??= { failed, error };
    this.#passInterruption();
  }

  /** Its clean-up is done. */
  cancelled(): void {
    this.#end(failure((this.#failedCleanUp ?? this.#interruption)?.error ?? this.#cancellation.error));
  }

  /** What fails while it cleans up is its failure; anything else has no other to fail than the scope. */
  orphaned(error: unknown): void {
    if (this.#cancellation.error && !this.#outcome && !this.#failedCleanUp && !isCancellation(error)) {
      this.#failedCleanUp = { error };
      return;
    }
    this.scope.failures.add({ error, order: this.order }, `a clean-up of ${this.describe()}`);
  }

  hold(): () => void {
    this.#holds++;
    return () => {
      if (--this.#holds === 0 && this.#outcome) this.#settle(this.#outcome);
    };
  }

  protected override get title(): string {
    return this.describe();
  }

  override describe(): string {
    return `task "${this.name}" of scope "${this.scope.name}"`;
  }

  /** @internal */
  override advance(): boolean {
    return this.scope.queue.advance();
  }

  /** Into the body of a task, which may handle it; in place of the value of anything else that can be cancelled. */
  #passInterruption(): void {
    const execution = this.#execution;
    if (!this.#interruption || !execution || execution === heedless || this.#cancellation.error) return;
    if (execution instanceof TaskExecution && runningTask() === execution) {
      // It may return, and so wait no more.
      this.scope.scheduler.runQueue.resume({ step: () => this.#passInterruption() });
      return;
    }
    const { failed, error } = this.#interruption;
    failed.receive();
    if (execution instanceof TaskExecution) {
      this.#interruption = undefined;
      execution.interrupt(error);
    } else execution.cancel(this);
  }

  #fail(error: unknown): void {
    passedThrough(error, { from: this, title: () => this.describe(), future: this, to: this.above });
    const isAbort = this.#cancellation.error && (error as { name?: unknown } | null | undefined)?.name === 'AbortError';
    this.#end(failure(isAbort ? this.#cancellation.error : error));
  }

  #end(outcome: Outcome<T>): void {
    if (this.#isOver || this.#outcome) {
      this.#tellLate(outcome);
      return;
    }
    this.#begin = undefined;
    this.#outcome = outcome;
    if (this.#holds === 0) this.#settle(outcome);
  }

  /** It had been given up. */
  #tellLate(outcome: Outcome<T>): void {
    if (!outcome.isError) return;
    this.scope.failures.add({ error: outcome.error, order: this.order }, this.describe());
  }

  /**
   * The scope hears of a failure before those who wait for the value: who is cancelled because of it is not there to
   * receive it.
   */
  #settle(outcome: Outcome<T>): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#execution = undefined;
    this.#grace?.unsubscribe();
    if (this.#failedCleanUp && !(outcome.isError && outcome.error === this.#failedCleanUp.error)) {
      this.scope.failures.add({ error: this.#failedCleanUp.error, order: this.order });
    }
    this.#failedCleanUp = undefined;
    const how = outcome.isError && isCancellation(outcome.error) ? undefined : outcome;
    instrumentation.current?.emit({ type: 'work-ended', scope: this.scope, work: this, how });
    if (how?.isError) this.scope.taskFailed(this, how.error);
    if (!this.isSet) this.settleWith(outcome);
    this.scope.taskEnded(this);
    this.#isRunning = false;
  }

  /** Cancelled, it has so long to end. */
  #giveGrace(): void {
    const { scheduler, options } = this.scope;
    const { grace: graceMs } = options;
    if (this.#isOver || graceMs === Infinity) return;
    this.#grace = scheduler.clock.schedule(() => {
      scheduler.runQueue.drive(() => {
        this.#giveUp(graceMs);
      });
    }, graceMs);
  }

  #giveUp(graceMs: number): void {
    const leak = new TaskLeakError(this.scope.name, this.name, { graceMs, startedAt: this.#startedAt });
    // It may have ended already, but for what cleans up after it.
    if (this.#outcome) this.scope.failures.add({ error: leak, order: this.order }, this.describe());
    this.#settle(this.#outcome ?? failure(leak));
  }
}
