/**
 * `within` puts a context around a future. The context is entered when the future begins, on while the future runs, and left
 * when the future has ended.
 */
import { describe, invalidOption } from '../core/describe';
import { failure, success, type Settlement } from '../core/outcome';
import { isAsyncInput } from '../core/rx';
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import { Frame, type FrameOwner } from '../scheduler/frame';
import { begin, endedExecution, deliverOutcome, type Canceller, type Execution, type Sink } from '../future/execution';
import { Future } from '../future/future';
import { deliverBounded } from '../future/bounded-delivery';
import { reportLateInterruption } from '../task/late-interruption';
import type { Awaitable } from '../core/shape';
import { TaskContext } from './task-context';
import { enterFrame, leaveFrame } from './frame-entry';

/**
 * Makes a future that runs an input inside a context. The idea is asynq's `with` block around an `AsyncContext`.
 *
 * @param context the context; each subscription enters it
 * @param input a future, an Observable, a promise or an async iterable
 * @throws TypeError at the call if `context` is not a TaskContext, or `input` is not an input.
 * @example
 * within(language.override('fr'), greeting(7)).subscribe(console.log);
 */
export function within<T>(context: TaskContext, input: Awaitable<T>): Future<T> {
  if (!(context instanceof TaskContext)) throw invalidOption('within: context', 'a TaskContext', context);
  if (!isAsyncInput(input)) {
    throw new TypeError(
      `within: expected \`input\` to be a future, an Observable or a promise; got ${describe(input)} (${typeof input}). ` +
        'Call the task or the batch function and pass the future that it returns.',
    );
  }
  return new WithinFuture(context, Future.from<T>(input as Awaitable<T>));
}

class WithinFuture<T> extends Future<T> {
  constructor(
    private readonly context: TaskContext,
    private readonly inner: Future<T>,
  ) {
    super();
  }

  /** @internal */
  override [begin](sink: Sink<T>, scheduler: BatchScheduler): Execution {
    const execution = new WithinExecution(this.context, sink, scheduler);
    return execution.begin(this.inner) ? execution : endedExecution;
  }
}

class WithinExecution<T> implements Execution, Sink<T>, FrameOwner, Canceller {
  readonly frame: Frame;
  #inner: Execution | undefined;
  #interruption: { readonly error: unknown } | undefined;
  /** Whether the execution is cancelled: its sink receives nothing more. */
  #isCancelled = false;
  #canceller: Canceller | undefined;
  /** Whether the inner execution is being cancelled and may still clean up. */
  #isStopping = false;
  #isOver = false;

  constructor(
    private readonly context: TaskContext,
    private readonly sink: Sink<T>,
    private readonly scheduler: BatchScheduler,
  ) {
    this.frame = new Frame(sink.frame, { context, owner: this });
  }

  get name(): string | undefined {
    return this.sink.name;
  }

  get parent(): Sink<T> {
    return this.sink;
  }

  /** Enters the context and begins the input. Returns false if the execution has ended already. */
  begin(inner: Future<T>): boolean {
    try {
      enterFrame(this.frame, this.context);
    } catch (error) {
      this.#isOver = true;
      this.sink.fail(error);
      return false;
    }
    this.#inner = inner[begin](this, this.scheduler);
    if (this.#interruption) this.scheduler.runQueue.runNext(this);
    return !this.#isOver;
  }

  succeed(value: T): void {
    this.#end(success(value));
  }

  fail(error: unknown): void {
    this.#end(failure(error));
  }

  /** Called when the context has thrown: cancels the inner execution, then fails with the error. */
  interrupt(error: unknown): void {
    if (this.#isOver || this.#isCancelled || this.#interruption) {
      reportLateInterruption(this.sink.frame, error, this.#interruption?.error);
      return;
    }
    this.#interruption = { error };
    if (this.#inner) this.scheduler.runQueue.runNextFromAnywhere(this);
  }

  step(): void {
    if (this.#interruption && !this.#isOver) this.#cancelInner();
  }

  cancel(canceller?: Canceller): void {
    if (this.#isOver) return canceller?.cancelled();
    this.#canceller = canceller;
    this.#isCancelled = true;
    this.#cancelInner();
  }

  get cancelReason(): unknown {
    return this.#canceller?.cancelReason;
  }

  /** Called when the inner execution has ended after its cancellation, clean-up included. */
  cancelled(): void {
    this.#isOver = true;
    const thrown = this.#leave();
    if (!this.#isCancelled) {
      this.sink.fail(thrown?.error);
      return;
    }
    if (thrown) reportLateInterruption(this.sink.frame, thrown.error);
    this.#canceller?.cancelled();
  }

  #cancelInner(): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    this.#inner?.cancel(this);
  }

  #end(outcome: Settlement<T>): void {
    if (this.#isOver || this.#isStopping) return;
    this.#isOver = true;
    const thrown = this.#leave();
    if (thrown && outcome.isError) reportLateInterruption(this.sink.frame, outcome.error, thrown.error);
    deliverBounded(() => deliverOutcome(this.sink, thrown ? failure(thrown.error) : outcome), this.scheduler.runQueue);
  }

  /** Leaves the context. Returns the error that the context has thrown, if any. */
  #leave(): { readonly error: unknown } | undefined {
    try {
      leaveFrame(this.frame, this.context);
    } catch (error) {
      return { error };
    }
    return this.#interruption;
  }
}
