/**
 * What a resolver is handed besides its keys: a signal that aborts when nobody waits for the flush any more, and a way
 * to settle keys before the others.
 */
import type { Observable } from 'rxjs';
import type { Awaitable } from '../core/shape';

export interface Flush<K, V, P = unknown> {
  /** The partition of its keys: what the option `partition` gives for each of them; `undefined` without that option. */
  readonly partition: P;
  /** Aborts when the last of those who wait has left. */
  readonly signal: AbortSignal;
  /**
   * Gives this key its value now; what comes for it later is ignored.
   *
   * @throws TypeError if the key is not of this flush.
   */
  succeed(key: K, value: V): void;
  /**
   * Fails this key now, and no other.
   *
   * @throws TypeError if the key is not of this flush.
   */
  fail(key: K, error: unknown): void;
}

/**
 * In key order, or by key: the key itself, or what the `key` option makes of it. An `Error` in place of a value fails
 * that key alone. A promise, a future or an Observable in place of a value is waited for, each by itself.
 */
export type BatchResults<V> = readonly BatchResult<V>[] | ReadonlyMap<unknown, BatchResult<V>>;

type BatchResult<V> = V | Error | Observable<V | Error> | PromiseLike<V | Error>;

/** Nothing, where every key was settled early. */
// eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- an async resolver that returns nothing has this type
type Given<V> = BatchResults<V> | void;

/**
 * One call answers all these keys. `Early` is what it may settle keys with before the others: a parameter of its own,
 * so that a resolver that looks at its flush has its `V` from what it returns. `P` is the type of its partition.
 */
export type Resolver<K, V, Early = V, P = unknown> = (
  keys: readonly K[],
  flush: Flush<K, Early, P>,
) => Given<V> | Awaitable<Given<V>>;
