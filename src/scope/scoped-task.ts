/**
 * One task of a scope: an AsyncValue that settles when its work, including clean-up and promises, has ended. The same
 * object is the argument of the function that was started.
 */
import type { Subscription } from 'rxjs';
import { canCaptureStack, captureStack } from '../core/call-site';
import { isCancellation, TaskLeakError } from '../core/errors';
import { printable } from '../core/printable';
import { failure, success, type Settlement } from '../core/outcome';
import { runningTask } from '../scheduler/ambient';
import { Frame, type Work } from '../scheduler/frame';
import { instrumentation } from '../scheduler/instrumentation';
import type { Waiter } from '../scheduler/waiter';
import { AsyncValue } from '../future/async-value';
import type { Canceller, Execution, Sink } from '../future/execution';
import { extendStack } from '../future/logical-stack';
import { TaskExecution } from '../task/task-execution';
import { Cancellation } from './cancellation';
import type { TaskScope } from './contract';
import { unstoppableExecution } from './promise-wait';
import { beginWork, type ScopedWork } from './work';

/** The frame in which work runs, and where it was started. */
export interface WorkOrigin {
  readonly frame: Frame | undefined;
  /** The call site as text, for the error of a task that does not end. */
  readonly startedAt: string;
}

export interface ScopedTaskConfig<T> extends WorkOrigin {
  readonly work: ScopedWork<T>;
  /** The argument of the function: the task itself, or a value. */
  readonly argument: 'task' | { readonly value: unknown };
  /** The position of the task in the order of starts. */
  readonly order: number;
}

/** The failure of one task of a scope, before the task is settled. */
export interface TaskFailure {
  readonly failed: ScopedTask<unknown>;
  readonly error: unknown;
}

export class ScopedTask<T> extends AsyncValue<T> implements Canceller, Work, Waiter {
  readonly order: number;
  readonly name: string;
  #begin: (() => Execution) | undefined;
  #execution: Execution | undefined;
  #isRunning = false;
  /** Whether its work has ended or was abandoned. The value can be set earlier, by a caller of `set` or `fail`. */
  #isOver = false;
  readonly #cancellation: Cancellation;
  /** The outcome of the work, while a clean-up of it still runs. */
  #outcome: Settlement<T> | undefined;
  /** The first failure of a clean-up after the cancellation. */
  #cleanUpFailure: { readonly error: unknown } | undefined;
  /** The failure of another task that ends the present wait. */
  #interruption: TaskFailure | undefined;
  #holdCount = 0;
  #graceTimer: Subscription | undefined;
  readonly #startedAt: string;

  constructor(
    readonly scope: TaskScope<ScopedTask<unknown>>,
    { work, argument, order, frame, startedAt }: ScopedTaskConfig<T>,
  ) {
    super();
    this.order = order;
    this.name = (typeof work === 'function' && printable(work.name)) || 'anonymous';
    this.#startedAt = startedAt;
    const ownFrame = new Frame(frame, { work: this });
    this.#cancellation = new Cancellation(ownFrame);
    if (typeof work === 'object') instrumentation.current?.emit({ type: 'future-consumed', future: work });
    const sink: Sink<T> = {
      name: this.name,
      parent: this,
      frame: ownFrame,
      succeed: (value) => {
        this.#end(success(value));
      },
      fail: (error) => {
        this.#fail(error);
      },
    };
    const functionArgument = argument === 'task' ? this : argument.value;
    this.#begin = () => beginWork(work, { argument: functionArgument, sink, scheduler: scope.scheduler });
  }

  /** Aborts when the task is cancelled; its reason is a `CancelledError`. */
  get signal(): AbortSignal {
    return this.#cancellation.signal;
  }

  get role(): 'work' {
    return 'work';
  }

  get parent(): Waiter | undefined {
    return this.firstWaiter ?? this.scope.closing;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Starts the work, the first time. Called within a drive. */
  run(): void {
    const start = this.#begin;
    if (!start) return;
    this.#begin = undefined;
    this.#isRunning = true;
    instrumentation.current?.emit({ type: 'work-began', scope: this.scope, work: this });
    const execution = start();
    if (this.#isOver) return;
    this.#execution = execution;
    if (this.#cancellation.error) execution.cancel(this);
    else this.#deliverInterruption();
  }

  override cancel(reason?: unknown): void {
    if (this.#isOver || this.#cancellation.error) return;
    const cancellation = this.#cancellation.begin(reason);
    this.scope.scheduler.runQueue.drive(() => {
      if (this.#begin) this.#end(failure(cancellation));
      else this.#execution?.cancel(this);
    });
    this.#startGrace();
  }

  /**
   * Ends the present wait with the failure of another task of the scope, unless this task waits for that one and receives
   * the failure anyway. A wait for a promise does not end: the function that made the promise sees the signal of the scope.
   */
  interrupt({ failed, error }: TaskFailure): void {
    if (this.#outcome || this.#isOver || this.#cancellation.error || failed.isAwaitedBy(this)) return;
    this.#interruption ??= { failed, error };
    this.#deliverInterruption();
  }

  /** @internal */
  get cancelReason(): unknown {
    return this.#cancellation.error ?? this.#interruption?.error;
  }

  /** Called when the cancelled execution and its clean-up have ended. */
  cancelled(): void {
    this.#end(failure((this.#cleanUpFailure ?? this.#interruption)?.error ?? this.#cancellation.error));
  }

  /** The first failure of a clean-up after the cancellation becomes the failure of the task; others fail the scope. */
  orphaned(error: unknown): void {
    if (this.#cancellation.error && !this.#outcome && !this.#cleanUpFailure && !isCancellation(error)) {
      this.#cleanUpFailure = { error };
      return;
    }
    this.scope.failures.add({ error, order: this.order }, `a clean-up of ${this.describe()}`);
  }

  /** Keeps the task from settling until the returned function is called. */
  hold(): () => void {
    this.#holdCount++;
    return () => {
      if (--this.#holdCount === 0 && this.#outcome) this.#settle(this.#outcome);
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

  /** Throws the failure into a generator body, which may handle it; fails any other execution that can be cancelled. */
  #deliverInterruption(): void {
    const execution = this.#execution;
    if (!this.#interruption || !execution || execution === unstoppableExecution || this.#cancellation.error) return;
    if (execution instanceof TaskExecution && runningTask() === execution) {
      // The body runs now, and may return without another wait.
      this.scope.scheduler.runQueue.resume({ step: () => this.#deliverInterruption() });
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
    extendStack(error, { from: this, title: () => this.describe(), future: this, to: this.parent });
    const isAbort = this.#cancellation.error && (error as { name?: unknown } | null | undefined)?.name === 'AbortError';
    this.#end(failure(isAbort ? this.#cancellation.error : error));
  }

  #end(outcome: Settlement<T>): void {
    if (this.#isOver || this.#outcome) {
      this.#reportLate(outcome);
      return;
    }
    this.#begin = undefined;
    this.#outcome = outcome;
    if (this.#holdCount === 0) this.#settle(outcome);
  }

  /** Fails the scope with the late error of a task that was abandoned after `grace`. */
  #reportLate(outcome: Settlement<T>): void {
    if (!outcome.isError) return;
    this.scope.failures.add({ error: outcome.error, order: this.order }, this.describe());
  }

  /**
   * Notifies the scope of a failure before the waiters of the value: a waiter that the scope cancels because of the
   * failure must not count as a receiver.
   */
  #settle(outcome: Settlement<T>): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#execution = undefined;
    this.#graceTimer?.unsubscribe();
    if (this.#cleanUpFailure && !(outcome.isError && outcome.error === this.#cleanUpFailure.error)) {
      this.scope.failures.add({ error: this.#cleanUpFailure.error, order: this.order });
    }
    this.#cleanUpFailure = undefined;
    const end = outcome.isError && isCancellation(outcome.error) ? undefined : outcome;
    instrumentation.current?.emit({ type: 'work-ended', scope: this.scope, work: this, outcome: end });
    if (end?.isError) this.scope.taskFailed(this, end.error);
    if (!this.isSet) this.settleWith(outcome);
    this.scope.taskEnded(this);
    this.#isRunning = false;
  }

  /** Starts the `grace` timer of a cancelled task. */
  #startGrace(): void {
    const { scheduler, options } = this.scope;
    const { grace: graceMs } = options;
    if (this.#isOver || graceMs === Infinity) return;
    this.#graceTimer = scheduler.clock.schedule(() => {
      scheduler.runQueue.drive(() => {
        this.#abandon(graceMs);
      });
    }, graceMs);
  }

  #abandon(graceMs: number): void {
    const leak = new TaskLeakError(this.scope.name, this.name, { graceMs, startedAt: this.#startedAt });
    // The work may have ended, while a clean-up of it still runs: the value then keeps its outcome.
    if (this.#outcome) this.scope.failures.add({ error: leak, order: this.order }, this.describe());
    this.#settle(this.#outcome ?? failure(leak));
  }
}

type LibraryFunction = (...args: never[]) => unknown;

/** The call site of `callee` as text. It is captured only for a scope with `grace`, since a capture costs time. */
export function callSiteOf(callee: LibraryFunction, graceMs: number): string {
  if (graceMs === Infinity || !canCaptureStack) return UNKNOWN_CALL_SITE;
  return captureStack(callee).stack?.split('\n')[1]?.trim() ?? UNKNOWN_CALL_SITE;
}

const UNKNOWN_CALL_SITE = 'at an unknown call site';
