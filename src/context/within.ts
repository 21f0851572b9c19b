/**
 * A future with a context around it: entered when the future is begun, on whenever it runs, left when it has ended.
 */
import { isAsyncInput, reportUnhandled } from '../core/rx';
import { describe, wrong } from '../core/describe';
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import { Frame, type FrameOwner } from '../scheduler/frame';
import { begin, ended, type Canceller, type Execution, type Sink } from '../future/execution';
import { Future } from '../future/future';
import type { Leaf } from '../core/shape';
import { AsyncContext } from './async-context';
import { enterFrame, leaveFrame } from './stay';

/**
 * @throws TypeError at once if it is given no context, or nothing to wait for.
 * @example
 * within(language.override('fr'), greeting(7)).subscribe(console.log);
 */
export function within<T>(context: AsyncContext, input: Leaf<T>): Future<T> {
  if (!(context instanceof AsyncContext)) throw wrong('within: its context', 'an AsyncContext', context);
  if (!isAsyncInput(input)) {
    throw new TypeError(
      `within waits for a future, an Observable or a promise; got ${describe(input)} (${typeof input}). ` +
        'Call the task or the batch function, and give what it returns.',
    );
  }
  return new WithinFuture(context, Future.from<T>(input as Leaf<T>));
}

class WithinFuture<T> extends Future<T> {
  constructor(
    private readonly context: AsyncContext,
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

class WithinExecution<T> implements Execution, Sink<T>, FrameOwner {
  readonly frame: Frame;
  #inner: Execution | undefined;
  #isOver = false;
  #interruption: { readonly error: unknown } | undefined;

  constructor(
    private readonly context: AsyncContext,
    private readonly sink: Sink<T>,
    private readonly scheduler: BatchScheduler,
  ) {
    this.frame = new Frame(sink.frame, { context, owner: this });
  }

  get name(): string | undefined {
    return this.sink.name;
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
    this.#end(() => {
      this.sink.succeed(value);
    });
  }

  fail(error: unknown): void {
    this.#end(() => {
      this.sink.fail(error);
    });
  }

  /** Its context has thrown: what runs in it is cancelled, and then the error is the outcome. */
  interrupt(error: unknown): void {
    if (this.#isOver || this.#interruption) {
      reportUnhandled(error);
      return;
    }
    this.#interruption = { error };
    if (this.#inner) this.scheduler.runQueue.interject(this);
  }

  step(): void {
    const interruption = this.#interruption;
    if (!interruption || this.#isOver) return;
    this.#isOver = true;
    this.#inner?.cancel({
      cancelled: () => {
        this.sink.fail(interruption.error);
      },
    });
  }

  cancel(canceller?: Canceller): void {
    if (this.#isOver || !this.#inner) return canceller?.cancelled();
    this.#isOver = true;
    this.#inner.cancel(canceller);
  }

  #end(tell: () => void): void {
    if (this.#isOver) return;
    this.#isOver = true;
    try {
      leaveFrame(this.frame, this.context);
    } catch (error) {
      this.sink.fail(error);
      return;
    }
    if (this.#interruption) this.sink.fail(this.#interruption.error);
    else tell();
  }
}
