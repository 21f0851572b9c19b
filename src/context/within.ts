/**
 * A future with a context around it: entered when the future is begun, on whenever it runs, left when it has ended.
 */
import { describe, invalidOption } from '../core/describe';
import { failure, success, type Outcome } from '../core/outcome';
import { isAsyncInput } from '../core/rx';
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import { Frame, type FrameOwner } from '../scheduler/frame';
import { begin, ended, tell, type Canceller, type Execution, type Sink } from '../future/execution';
import { Future } from '../future/future';
import { tellInTurn } from '../future/telling';
import { reportLateInterruption } from '../task/late-interruption';
import type { Awaitable } from '../core/shape';
import { TaskContext } from './task-context';
import { enterFrame, leaveFrame } from './stay';

/**
 * @throws TypeError at once if it is given no context, or nothing to wait for.
 * @example
 * within(language.override('fr'), greeting(7)).subscribe(console.log);
 */
export function within<T>(context: TaskContext, input: Awaitable<T>): Future<T> {
  if (!(context instanceof TaskContext)) throw invalidOption('within: its context', 'a TaskContext', context);
  if (!isAsyncInput(input)) {
    throw new TypeError(
      `within waits for a future, an Observable or a promise; got ${describe(input)} (${typeof input}). ` +
        'Call the task or the batch function, and give what it returns.',
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
    return execution.begin(this.inner) ? execution : ended;
  }
}

class WithinExecution<T> implements Execution, Sink<T>, FrameOwner, Canceller {
  readonly frame: Frame;
  #inner: Execution | undefined;
  #interruption: { readonly error: unknown } | undefined;
  /** Nobody wants its value any more. */
  #isCancelled = false;
  #canceller: Canceller | undefined;
  /** What runs in it cleans up. */
  #isLeaving = false;
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

  get above(): Sink<T> {
    return this.sink;
  }

  /** False when it is over already. */
  begin(inner: Future<T>): boolean {
    try {
      enterFrame(this.frame, this.context);
    } catch (error) {
      this.#isOver = true;
      this.sink.fail(error);
      return false;
    }
    this.#inner = inner[begin](this, this.scheduler);
    if (this.#interruption) this.scheduler.runQueue.call(this);
    return !this.#isOver;
  }

  succeed(value: T): void {
    this.#end(success(value));
  }

  fail(error: unknown): void {
    this.#end(failure(error));
  }

  /** Its context has thrown: what runs in it is cancelled, and then the error is the outcome. */
  interrupt(error: unknown): void {
    if (this.#isOver || this.#isCancelled || this.#interruption) {
      reportLateInterruption(this.sink.frame, error, this.#interruption?.error);
      return;
    }
    this.#interruption = { error };
    if (this.#inner) this.scheduler.runQueue.interject(this);
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

  /** What ran in it is gone, clean-up and all. */
  cancelled(): void {
    this.#isOver = true;
    const broken = this.#leave();
    if (!this.#isCancelled) {
      this.sink.fail(broken?.error);
      return;
    }
    if (broken) reportLateInterruption(this.sink.frame, broken.error);
    this.#canceller?.cancelled();
  }

  #cancelInner(): void {
    if (this.#isLeaving) return;
    this.#isLeaving = true;
    this.#inner?.cancel(this);
  }

  #end(outcome: Outcome<T>): void {
    if (this.#isOver || this.#isLeaving) return;
    this.#isOver = true;
    const broken = this.#leave();
    if (broken && outcome.isError) reportLateInterruption(this.sink.frame, outcome.error, broken.error);
    tellInTurn(() => tell(this.sink, broken ? failure(broken.error) : outcome), this.scheduler.runQueue);
  }

  /** What its context has thrown, if it has. */
  #leave(): { readonly error: unknown } | undefined {
    try {
      leaveFrame(this.frame, this.context);
    } catch (error) {
      return { error };
    }
    return this.#interruption;
  }
}
