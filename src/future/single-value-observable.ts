/**
 * An Observable of one value, then complete; or an error. What the cold Future and the hot AsyncValue have in common:
 * it can be subscribed to, piped, awaited, yielded in a task, and blocked on.
 */
import type { Subscriber, TeardownLogic } from 'rxjs';
import { describe, inspected, titled } from '../core/describe';
import { MethodObservable } from '../core/rx';
import { frameHere, holder, runIn, switchTo } from '../scheduler/frame';
import { currentScheduler, type BatchScheduler } from '../scheduler/batch-scheduler';
import type { Runnable } from '../scheduler/run-queue';
import { block } from './block';
import { chainingCycle } from './chaining-cycle';
import { begin, type Beginnable, type Canceller, type Execution, type Sink } from './execution';

export abstract class SingleValueObservable<T> extends MethodObservable<T> implements PromiseLike<T>, Beginnable<T> {
  /** @internal */
  abstract [begin](sink: Sink<T>, scheduler: BatchScheduler): Execution;

  /**
   * Runs it now, on this thread, and returns its value or throws its error. `timeoutMs` bounds a program that would go
   * on for ever. Inside a task it works too, but splits batches, and warns of it once.
   *
   * @throws WouldBlockError naming what it waits for, if that needs this thread's event loop.
   * @throws DeadlockError if nothing is pending at all.
   * @throws TaskTimeoutError after `timeoutMs`.
   * @example
   * Future.of(7).block(); // 7
   */
  block(timeoutMs = Infinity): T {
    return block(this, timeoutMs);
  }

  /** Awaiting it runs it once. A function that is `async` and returns it runs it too. */
  then<A = T, B = never>(
    onValue?: ((value: T) => A | PromiseLike<A>) | null,
    onError?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return new Promise<T>((resolve, reject) => {
      driveBeginning(this, new PromiseSink(this, resolve, reject), currentScheduler());
    }).then(onValue, onError);
  }

  /**
   * `const value = yield* future`, typed, inside a task. What it yields is for the driver alone: typed as nothing, so
   * that RxJS does not take a future for an iterable of futures.
   */
  [Symbol.iterator](): Iterator<never, T> {
    return new YieldOnce(this) as unknown as Iterator<never, T>; // it yields the single
  }

  /**
   * A promise of the value, of the type `Promise<T>`, where such a one is wanted. It runs it, as `await` does.
   *
   * @example
   * const name: Promise<string> = nameOf(1).toPromise();
   */
  override toPromise(): Promise<T> {
    return this.then();
  }

  /**
   * What is written to JSON is a value, which is not there before it is awaited.
   *
   * @throws TypeError
   */
  toJSON(key: string): never;
  toJSON(key?: string): string {
    // Whoever prints it for people, as jest does, gives no key.
    if (key === undefined) return this[titled];
    throw new TypeError(
      `JSON.stringify: expected a value${key && ` at ${describe(key)}`}; got ${this[titled]}. ` +
        'Await it first, and write the value that it gives.',
    );
  }

  /** @internal What it is called in messages and on a console. */
  get [titled](): string {
    return 'isSet' in this ? 'an AsyncValue' : 'a future';
  }

  /** @internal For `console.log` of Node: what it holds is nobody's to see. */
  [inspected](): string {
    return this[titled];
  }

  /** @internal What an `await` is given for this value. */
  adopt(value: T): T | PromiseLike<T> {
    return value;
  }

  /** @internal */
  override _subscribe(subscriber: Subscriber<T>): TeardownLogic {
    return this.deliver(new SubscriberSink(subscriber));
  }

  /** @internal Begins it for a sink that can leave. */
  protected deliver(sink: Sink<T> & { readonly isOver: boolean }): TeardownLogic {
    const scheduler = currentScheduler();
    const execution = driveBeginning(this, sink, scheduler);
    if (sink.isOver) return undefined;
    return () => {
      if (!sink.isOver) scheduler.runQueue.drive(() => execution.cancel(holder(sink.frame)));
    };
  }
}

/**
 * Begins it at once. Where subscribing is nested deep on the native stack, as in a long `expand` over keys that a cache
 * has, it is begun when its turn comes in the queue.
 */
function driveBeginning<T>(single: Beginnable<T>, sink: Sink<T>, scheduler: BatchScheduler): Execution {
  const { runQueue } = scheduler;
  if (!runQueue.isDeep) return runQueue.driveInKnownStores(() => single[begin](sink, scheduler));
  const postponed = new PostponedExecution(single, sink, scheduler);
  runQueue.resume(postponed);
  return postponed;
}

class PostponedExecution<T> implements Execution, Runnable {
  #execution: Execution | undefined;
  #isCancelled = false;
  #isBeginning = false;
  #canceller: Canceller | undefined;

  constructor(
    private readonly single: Beginnable<T>,
    private readonly sink: Sink<T>,
    private readonly scheduler: BatchScheduler,
  ) {}

  step(): void {
    if (this.#isCancelled) return;
    switchTo(this.sink.frame);
    this.#isBeginning = true;
    this.#execution = this.single[begin](this.sink, this.scheduler);
    this.#isBeginning = false;
    if (this.#wasCancelled()) this.#execution.cancel(this.#canceller);
  }

  /** Also by what it did itself as it began. */
  #wasCancelled(): boolean {
    return this.#isCancelled;
  }

  cancel(canceller?: Canceller): void {
    this.#isCancelled = true;
    this.#canceller = canceller;
    if (this.#execution) this.#execution.cancel(canceller);
    else if (!this.#isBeginning) canceller?.cancelled();
  }
}

class SubscriberSink<T> implements Sink<T> {
  isOver = false;
  readonly frame = frameHere();

  constructor(private readonly subscriber: Subscriber<T>) {}

  succeed(value: T): void {
    this.isOver = true;
    runIn(this.frame, () => {
      this.subscriber.next(value);
      this.subscriber.complete();
    });
  }

  fail(error: unknown): void {
    this.isOver = true;
    runIn(this.frame, () => {
      this.subscriber.error(error);
    });
  }
}

class PromiseSink<T> implements Sink<T> {
  readonly frame = frameHere();

  constructor(
    private readonly single: SingleValueObservable<T>,
    private readonly resolve: (value: T | PromiseLike<T>) => void,
    readonly fail: (error: unknown) => void,
  ) {}

  get isAwaited(): true {
    return true;
  }

  succeed(value: T): void {
    if (value === (this.single as unknown)) this.fail(chainingCycle(this.single[titled]));
    else this.resolve(this.single.adopt(value));
  }
}

/** Yields the single, and returns what comes back for it. It is its own iterator result: one object for each `yield*`. */
class YieldOnce<T> implements Iterator<SingleValueObservable<T>, T> {
  done = false;
  value: unknown;

  constructor(single: SingleValueObservable<T>) {
    this.value = single;
  }

  next(value?: unknown): IteratorResult<SingleValueObservable<T>, T> {
    // The first call comes before anything was yielded; a second brings the value.
    if (this.#hasYielded) return this.return(value);
    this.#hasYielded = true;
    return this as unknown as IteratorYieldResult<SingleValueObservable<T>>; // `value` is the single, `done` is false
  }

  return(value: unknown): IteratorResult<SingleValueObservable<T>, T> {
    this.done = true;
    this.value = value;
    return this as unknown as IteratorReturnResult<T>; // the driver gives back the value of the single it was given
  }

  throw(error: unknown): never {
    throw error;
  }

  #hasYielded = false;
}
