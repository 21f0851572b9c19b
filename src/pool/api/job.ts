/** Work on a pool that was started: hot. The idea is asynckit's `Pool.do`, whose result can be waited for and chained on. */
import { catchError, Observable, of, Subject, type Subscriber, type TeardownLogic } from 'rxjs';
import { invalidOption, titleSymbol } from '../../core/describe';
import { checkOptions } from '../../core/options';
import { Future } from '../../future/future';
import { begin, type Sink } from '../../future/execution';
import { StartedFuture } from '../../future/started-future';
import { currentScheduler } from '../../scheduler/batch-scheduler';
import type { Frame } from '../../scheduler/frame';
import type { Arguments, Call } from './call';
import type { FunctionReference } from '../wire/function-code';
import type { StreamSink } from '../host/task-run';

/** What a worker function gives, as it arrives here: what it promised, or what its stream emits. */
export type WorkerResult<R> =
  R extends PromiseLike<infer V>
    ? WorkerResult<V>
    : R extends Observable<infer V>
      ? V
      : R extends { subscribe(observer: { next(value: infer V): void }): unknown }
        ? V
        : R extends Generator<infer V> | AsyncIterable<infer V>
          ? V
          : R extends ReadableStream<infer V>
            ? V
            : R;

export interface ChainConfig {
  /** `'run'`: it runs also if this job has failed; its first argument is undefined then. asynckit's rule. (`'skip'`) */
  readonly afterError?: 'skip' | 'run';
}

/** How a job starts another: by its pool. */
export type DoNext = <R>(fn: unknown, args: readonly unknown[]) => Job<R>;

/**
 * An AsyncValue: `isSet`, `get`, `wait`, `block`, `await`, `cancel`. The job of a stream has its last item for a value;
 * to subscribe to it while it runs is to get the items from then on.
 *
 * @example
 * const job = pool.do((n: number) => n * 2, 21);
 * await job; // 42
 */
export class Job<T> extends StartedFuture<T> {
  readonly #doNext: DoNext;
  readonly #items: Observable<T>;

  /** @internal */
  constructor(call: Call<T>, doNext: DoNext, items = new Subject<T>()) {
    super({ [begin]: (sink, scheduler) => call[begin](new EmittingSink(sink, items), scheduler) }, currentScheduler());
    this.#doNext = doNext;
    this.#items = items;
  }

  /** @internal */
  override get [titleSymbol](): string {
    return `a job that ${this.isSet ? (this.isError ? 'has failed' : 'is done') : 'is not done'}`;
  }

  /**
   * Another job on the same pool, after this one: the function is given this job's value, and then `args`. If this one
   * fails, so does that; or see `afterError`.
   *
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
  chain<R>(...given: unknown[]): Job<WorkerResult<R>> {
    const [config, fn, ...args] = isConfig(given[0]) ? (given as [ChainConfig, ...unknown[]]) : [{}, ...given];
    checkOptions('chain', config, ['afterError']);
    const { afterError = 'skip' } = config;
    if (!['skip', 'run'].includes(afterError)) throw invalidOption('chain: afterError', "'skip' or 'run'", afterError);
    return this.#doNext(fn, [afterError === 'run' ? inAnyCase(this) : this, ...args]);
  }

  /** @internal Its items as they come, where a future has the last. */
  override _subscribe(subscriber: Subscriber<T>): TeardownLogic {
    if (this.isSet) return super._subscribe(subscriber);
    let hasItems = false;
    const items = this.#items.subscribe((item) => {
      hasItems = true;
      subscriber.next(item);
    });
    const end = new Observable<T>((ofEnd) => super._subscribe(ofEnd)).subscribe({
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

const isConfig = (value: unknown): value is ChainConfig =>
  typeof value === 'object' && value !== null && !('url' in value);

const inAnyCase = <T>(job: Job<T>): Future<T | undefined> =>
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
