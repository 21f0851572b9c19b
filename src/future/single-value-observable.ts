/**
 * An Observable that emits one value and completes, or fails. The base class of the cold Future and the hot AsyncValue: both
 * can be subscribed to, piped, awaited, yielded in a task, and blocked on.
 */
import type { Subscriber } from 'rxjs';
import { describe, inspectSymbol, titleSymbol } from '../core/describe';
import { MethodObservable } from '../core/rx';
import { frameHere, switchTo } from '../scheduler/frame';
import { currentScheduler, type BatchScheduler } from '../scheduler/batch-scheduler';
import type { Runnable } from '../scheduler/run-queue';
import { block } from './block';
import { begin, type Beginnable, type Canceller, type Execution, type Sink } from './execution';
import { beginWithinLifetime } from './lifetime-wait';
import { PromiseSink } from './promise-sink';
import { SubscriptionSink } from './subscription-sink';

export abstract class SingleValueObservable<T> extends MethodObservable<T> implements PromiseLike<T>, Beginnable<T> {
  /** @internal */
  abstract [begin](sink: Sink<T>, scheduler: BatchScheduler): Execution;

  /**
   * Runs the future now on this thread, and returns its value or throws its error. Inside a task, `block` splits batches
   * and warns once about that.
   *
   * @param timeoutMs time limit in ms, for a program that never ends by itself
   * @defaultValue `Infinity`
   * @throws WouldBlockError if the future needs the event loop of this thread. The message names what it waits for.
   * @throws DeadlockError if nothing is pending at all.
   * @throws TaskTimeoutError after `timeoutMs`.
   * @example
   * Future.of(7).block(); // 7
   */
  block(timeoutMs = Infinity): T {
    return block(this, timeoutMs);
  }

  /** Called by `await`, and by an `async` function that returns the future: runs the future once. */
  then<A = T, B = never>(
    onValue?: ((value: T) => A | PromiseLike<A>) | null,
    onError?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return new Promise<T>((resolve, reject) => {
      beginInDrive(this, new FramedPromiseSink(this, resolve, reject), currentScheduler());
    }).then(onValue, onError);
  }

  /**
   * Called by `const value = yield* future` inside a task, which is typed. The yielded element is for the task's driver
   * only; its type is `never`, so that RxJS does not take a future for an iterable of futures.
   */
  [Symbol.iterator](): Iterator<never, T> {
    // Cast: safe, because the iterator yields the future and returns what it receives.
    return new YieldOnce(this) as unknown as Iterator<never, T>;
  }

  /**
   * Runs the future, as `await` does, and returns a native promise of its value.
   *
   * @example
   * const name: Promise<string> = nameOf(1).toPromise();
   */
  override toPromise(): Promise<T> {
    return this.then();
  }

  /**
   * Refuses serialization: JSON has no form for a value that has not come yet.
   *
   * @throws TypeError when `JSON.stringify` calls it.
   */
  toJSON(key: string): never;
  toJSON(key?: string): string {
    // Printers for people, such as jest's, pass no key.
    if (key === undefined) return this[titleSymbol];
    throw new TypeError(
      `JSON.stringify: expected a value${key && ` at ${describe(key)}`}; got ${this[titleSymbol]}. ` +
        'Await the future first, and serialize its value.',
    );
  }

  /** @internal The name in messages and on a console. */
  get [titleSymbol](): string {
    return 'isSet' in this ? 'an AsyncValue' : 'a future';
  }

  /** @internal The text for `console.log` of Node, which must not show internal state. */
  [inspectSymbol](): string {
    return this[titleSymbol];
  }

  /** @internal The value that `await` receives. */
  adopt(value: T): T | PromiseLike<T> {
    return value;
  }

  /** @internal */
  override _subscribe(subscriber: Subscriber<T>): void {
    this.beginFor(new SubscriptionSink(subscriber, currentScheduler()));
  }

  /** @internal Begins the future for a sink that may unsubscribe. */
  protected beginFor(sink: SubscriptionSink<T>): void {
    sink.attach(beginInDrive(this, sink, sink.scheduler));
  }
}

/** Begins a future on behalf of code outside of all futures: a promise or a subscriber. */
function beginInDrive<T>(source: Beginnable<T>, sink: Sink<T>, scheduler: BatchScheduler): Execution {
  const { lifetime } = scheduler;
  if (!lifetime) return beginNow(source, sink, scheduler);
  return beginWithinLifetime({ scheduler, lifetime }, sink, (inner) => beginNow(source, inner, scheduler));
}

/**
 * Begins a future at once. Where subscriptions nest deep on the native stack, as in a long `expand` over cached keys, the
 * future begins when its turn comes in the queue.
 */
function beginNow<T>(source: Beginnable<T>, sink: Sink<T>, scheduler: BatchScheduler): Execution {
  const { runQueue } = scheduler;
  if (!runQueue.isDeep) return runQueue.driveInKnownStores(() => source[begin](sink, scheduler));
  const postponed = new PostponedExecution(source, sink, scheduler);
  runQueue.resume(postponed);
  return postponed;
}

class PostponedExecution<T> implements Execution, Runnable {
  #execution: Execution | undefined;
  #isCancelled = false;
  #isBeginning = false;
  #canceller: Canceller | undefined;

  constructor(
    private readonly source: Beginnable<T>,
    private readonly sink: Sink<T>,
    private readonly scheduler: BatchScheduler,
  ) {}

  step(): void {
    if (this.#isCancelled) return;
    switchTo(this.sink.frame);
    this.#isBeginning = true;
    this.#execution = this.source[begin](this.sink, this.scheduler);
    this.#isBeginning = false;
    if (this.#wasCancelled()) this.#execution.cancel(this.#canceller);
  }

  /** Reads the flag again: the execution may have cancelled itself while it began. */
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

/** The sink of a promise on whose behalf work runs, in the frame of the code that awaits. */
class FramedPromiseSink<T> extends PromiseSink<T> {
  override readonly frame = frameHere();
}

/**
 * An iterator that yields the future once and returns the value sent back. The iterator is its own result object, which saves
 * an allocation for each `yield*`.
 */
class YieldOnce<T> implements Iterator<SingleValueObservable<T>, T> {
  /** Undefined until the future has been yielded. */
  done: boolean | undefined;
  value: unknown;

  constructor(source: SingleValueObservable<T>) {
    this.done = undefined;
    this.value = source;
  }

  next(value?: unknown): IteratorResult<SingleValueObservable<T>, T> {
    // The first call yields the future; the second brings its value.
    if (this.done !== undefined) return this.return(value);
    this.done = false;
    // Cast: safe, because `value` is the future and `done` is false.
    return this as unknown as IteratorYieldResult<SingleValueObservable<T>>;
  }

  return(value: unknown): IteratorResult<SingleValueObservable<T>, T> {
    this.done = true;
    this.value = value;
    // Cast: a `T`, because the driver sends back the value of the yielded future.
    return this as unknown as IteratorReturnResult<T>;
  }

  throw(error: unknown): never {
    throw error;
  }
}
