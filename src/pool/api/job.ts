/** A job is a started call of a function on a pool. The idea is asynckit's `Pool.do`, whose result can be awaited and chained. */
import { catchError, Observable, of, Subject, type Subscriber, type TeardownLogic } from 'rxjs';
import { titleSymbol } from '../../core/describe';
import { checkOneOf } from '../../core/option-values';
import { checkOptions } from '../../core/options';
import { Future } from '../../future/future';
import { begin, type Sink } from '../../future/execution';
import { StartedFuture } from '../../future/started-future';
import { currentScheduler } from '../../scheduler/batch-scheduler';
import type { Frame } from '../../scheduler/frame';
import type { Arguments, Call } from './call';
import type { Cloned } from './cloned';
import type { FunctionReference } from '../wire/function-code';
import type { StreamSink } from '../host/stream-sink';

/**
 * The type of a worker function's result on this thread: the value of its promise, or an item of its stream. An instance
 * of a class arrives with its fields and without its methods.
 */
export type WorkerResult<R> =
  R extends PromiseLike<infer V>
    ? WorkerResult<V>
    : R extends Observable<infer V>
      ? Cloned<V>
      : R extends { subscribe(observer: { next(value: infer V): void }): unknown }
        ? Cloned<V>
        : R extends Generator<infer V> | AsyncIterable<infer V>
          ? Cloned<V>
          : R extends ReadableStream<infer V>
            ? Cloned<V>
            : Cloned<R>;

export interface ChainConfig {
  /**
   * What the next job does if this one fails: it fails with the same error (`'skip'`), or it runs with `undefined` as its
   * first argument (`'run'`, the rule of asynckit).
   *
   * @defaultValue `'skip'`
   */
  readonly afterError?: 'skip' | 'run';
}

/** Starts a chained job on the pool of a job. */
export type StartNext = <R>(fn: unknown, args: readonly unknown[]) => Job<R>;

/**
 * A started call of a function on a pool: hot, with `isSet`, `get`, `wait`, `block`, `await` and `cancel` of `AsyncValue`.
 * The value of a stream's job is the last item; subscribers get the items that arrive after they have subscribed.
 *
 * @example
 * const job = pool.do((n: number) => n * 2, 21);
 * await job; // 42
 */
export class Job<T> extends StartedFuture<T> {
  readonly #startNext: StartNext;
  readonly #items: Observable<T>;

  /** @internal */
  constructor(call: Call<T>, startNext: StartNext, items = new Subject<T>()) {
    super({ [begin]: (sink, scheduler) => call[begin](new EmittingSink(sink, items), scheduler) }, currentScheduler());
    this.#startNext = startNext;
    this.#items = items;
  }

  /** @internal */
  override get [titleSymbol](): string {
    return `a job that ${this.isSet ? (this.isError ? 'has failed' : 'is done') : 'is not done'}`;
  }

  /**
   * Starts another job on the same pool when this one has ended. If this job fails, so does the other one, unless
   * `afterError` is `'run'`.
   *
   * @param fn the next function, which is called with the value of this job, and then `args`
   * @param args further arguments; futures and AsyncValues among them are awaited first
   * @throws TypeError for an invalid option, or for a function that cannot be sent to a thread.
   * @example
   * pool.do(download, url).chain(parse).chain({ afterError: 'run' }, report);
   */
  chain<A extends unknown[], R>(
    fn: ((value: T, ...args: A) => R) | FunctionReference,
    ...args: Arguments<A>
  ): Job<WorkerResult<R>>;
  chain<const C extends ChainConfig, A extends unknown[], R>(
    config: C,
    fn: ((value: C extends { readonly afterError?: 'skip' } ? T : T | undefined, ...args: A) => R) | FunctionReference,
    ...args: Arguments<A>
  ): Job<WorkerResult<R>>;
  chain<R>(...params: unknown[]): Job<WorkerResult<R>> {
    const [config, fn, ...args] = withConfig<ChainConfig>(params);
    checkOptions('chain', config, ['afterError']);
    const { afterError = 'skip' } = config;
    checkOneOf('chain: afterError', afterError, ['skip', 'run']);
    return this.#startNext(fn, [afterError === 'run' ? undefinedOnError(this) : this, ...args]);
  }

  /** @internal Emits the items as they arrive, where other futures emit the last. */
  override _subscribe(subscriber: Subscriber<T>): TeardownLogic {
    if (this.isSet) {
      super._subscribe(subscriber);
      return;
    }
    let hasItems = false;
    const items = this.#items.subscribe((item) => {
      hasItems = true;
      subscriber.next(item);
    });
    const end = new Observable<T>((endSubscriber) => super._subscribe(endSubscriber)).subscribe({
      next: (value) => {
        if (!hasItems) subscriber.next(value);
      },
      error: (error: unknown) => {
        subscriber.error(error);
      },
      complete: () => {
        subscriber.complete();
      },
    });
    items.add(end);
    return items;
  }
}

/** Returns a config and the arguments after it. Without a config, the first argument is a function or a reference to one. */
export const withConfig = <C extends object>(params: readonly unknown[]): [config: C, ...rest: unknown[]] =>
  // Cast: the caller checks the config.
  isConfig(params[0]) ? (params as [C, ...unknown[]]) : [{} as C, ...params];

const isConfig = (value: unknown): value is object => typeof value === 'object' && value !== null && !('url' in value);

const undefinedOnError = <T>(job: Job<T>): Future<T | undefined> =>
  Future.defer(() => job.pipe(catchError(() => of(undefined))));

class EmittingSink<T> implements StreamSink<T> {
  readonly frame: Frame | undefined;

  constructor(
    private readonly sink: Sink<T>,
    private readonly items: Subject<T>,
  ) {
    this.frame = sink.frame;
  }

  next(item: T): void {
    this.items.next(item);
  }

  succeed(value: T): void {
    this.sink.succeed(value);
  }

  fail(error: unknown): void {
    this.sink.fail(error);
  }
}
