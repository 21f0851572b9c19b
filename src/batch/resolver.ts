/**
 * The second argument of a resolver: the partition of its keys, a signal that aborts when no key has a waiter any more,
 * and functions that settle single keys before the others.
 */
import type { Observable } from 'rxjs';
import type { Awaitable } from '../core/shape';

export interface Flush<K, V, P = unknown> {
  /** The partition of the keys: the result of the option `partition`, or `undefined` without that option. */
  readonly partition: P;
  /** Aborts when the last waiter of the keys unsubscribes. */
  readonly signal: AbortSignal;
  /**
   * Gives a key its value now. A later result for the key is ignored.
   *
   * @throws TypeError if the key does not belong to this flush.
   */
  succeed(key: K, value: V): void;
  /**
   * Fails a key now. The other keys are not affected.
   *
   * @throws TypeError if the key does not belong to this flush.
   */
  fail(key: K, error: unknown): void;
}

/**
 * Results in the order of the keys, or by key: the key itself, or its identity by the option `key`. An `Error` in place of
 * a value fails its key alone. A promise, a future or an Observable in place of a value is waited for separately.
 */
export type BatchResults<V> = readonly BatchResult<V>[] | ReadonlyMap<unknown, BatchResult<V>>;

type BatchResult<V> = V | Error | Observable<V | Error> | PromiseLike<V | Error>;

/** Nothing is also valid, if every key has been settled early. */
// eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- an async resolver that returns nothing has this type
type ResolverResult<V> = BatchResults<V> | void;

/**
 * Loads the values of many keys in one call. `Early` is the type of the values for `flush.succeed`: a type parameter of
 * its own, so that `V` of a resolver that uses its flush is inferred from its results. `P` is the type of the partition.
 */
export type Resolver<K, V, Early = V, P = unknown> = (
  keys: readonly K[],
  flush: Flush<K, Early, P>,
) => ResolverResult<V> | Awaitable<ResolverResult<V>>;

/** The part of a flight that its resolver can reach. */
interface FlushTarget<K> {
  readonly partition: unknown;
  readonly signal: AbortSignal;
  settleEarly(key: K, method: 'succeed' | 'fail', result: unknown): void;
}

const flushKey = Symbol.for('sluice.flush');

/** Whether a value is the second argument of a resolver, of any copy of the library. */
export const isFlush = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Reflect.get(value, flushKey) === true;

export class FlushHandle<K, V> implements Flush<K, V> {
  readonly #flight: FlushTarget<K>;
  #succeed: Flush<K, V>['succeed'] | undefined;
  #fail: Flush<K, V>['fail'] | undefined;

  constructor(flight: FlushTarget<K>) {
    this.#flight = flight;
  }

  get [flushKey](): true {
    return true;
  }

  get partition(): unknown {
    return this.#flight.partition;
  }

  get signal(): AbortSignal {
    return this.#flight.signal;
  }

  /** Made when it is read, because most resolvers settle no key early. It works without its object. */
  get succeed(): Flush<K, V>['succeed'] {
    return (this.#succeed ??= (key, value) => this.#flight.settleEarly(key, 'succeed', value));
  }

  get fail(): Flush<K, V>['fail'] {
    return (this.#fail ??= (key, error) => this.#flight.settleEarly(key, 'fail', error));
  }
}
