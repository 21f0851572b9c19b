/**
 * A batch function asks for one key and gives a Future; however many ask before anything else must happen, one call of
 * `resolve` answers them all. The idea is DataLoader's, on a scheduler that knows when nothing else can run.
 */
import { Subject, type Observable } from 'rxjs';
import { describe, describeBatch, UNNAMED, invalidOption } from '../core/describe';
import { arrivesLater } from '../core/rx';
import { isError } from '../core/sluice-error';
import { allOf } from '../future/all';
import type { Future } from '../future/future';
import { BatchScheduler, currentScheduler } from '../scheduler/batch-scheduler';
import type { FlushEvent } from '../scheduler/events';
import { instrumentation } from '../scheduler/instrumentation';
import { checkedOptions, type BatchConfig } from './batch-config';
import { futureOf } from './batch-future';
import type { Resolver } from './flush';
import type { PartitionedCache } from './partitioned-cache';
import type { BatchDefinition } from './batch-queue';
import { BatchQueues } from './batch-queues';

export interface BatchFunction<K, V> {
  /**
   * A future of this key's value.
   *
   * @throws TypeError if the key is `undefined` or `null`, or a promise, a future or an Observable.
   */
  (key: K): Future<V>;
  /** All of these keys, in their order. */
  many(keys: readonly K[]): Future<V[]>;
  /**
   * This key's value, now, on this thread: `userById.block(7)` is `userById(7).block()`, with the same errors. The keys
   * that others have asked for and not got yet go along in its flush.
   *
   * @throws TypeError if there is no key.
   * @example
   * nameOf.block(7); // 'user 7'
   */
  block(key: K, timeoutMs?: number): V;
  /**
   * Puts a value into the cache of the current scheduler, unless the key is there already.
   *
   * @throws TypeError without a cache; for an Error, since failures are not kept; and for a promise, a future or an
   * Observable.
   */
  prime(key: K, value: V): void;
  /** Forgets all keys, as `clearAll` does. */
  clear(): void;
  /**
   * Forgets this key, on the current scheduler.
   *
   * @throws TypeError if the key is `undefined` or `null`, or has yet to arrive.
   */
  clear(key: K): void;
  /** Forgets all keys of all partitions, on the current scheduler. */
  clearAll(): void;
  /**
   * The same function for one scheduler, whatever runs where it is called: its futures ask there, and `prime`, `clear`
   * and `clearAll` act on the cache that the function has there.
   *
   * @param scheduler - That of a request, for example; one that the function is pinned to, if it is pinned.
   * @throws TypeError for anything else.
   * @example
   * userById.on(request).clear(7); // after a mutation, from outside of the request's own code
   */
  on(scheduler: BatchScheduler): BatchFunction<K, V>;
  /** Every flush of this function, on any scheduler, as it takes off. */
  readonly flushes$: Observable<FlushEvent<K>>;
}

/**
 * Makes a batch function. `resolve` is called with distinct keys, in the order they were first asked for, and returns,
 * emits or promises an array in that order, or a `Map`. An `Error` among the results fails its key alone; rejecting
 * fails all that are not settled yet. Where a resolver settles every key with `flush.succeed` and returns nothing, say
 * the types: `batch<number, string>(…)`.
 *
 * ```
 * ask      a-b-a------c------
 * flush    ---(ab)-----(c)---
 * ```
 *
 * @throws TypeError if `resolve` is no function, or an option makes no sense.
 * @example
 * const nameOf = batch((ids: readonly number[]) => ids.map((id) => `user ${id}`), { name: 'nameOf', maxSize: 100 });
 * all([nameOf(1), nameOf(2), nameOf(1)]).subscribe(console.log); // one flush, of 1 and 2
 */
export function batch<K, V, Early = V, P = unknown>(
  resolve: Resolver<K, V, Early, P>,
  config?: BatchConfig<K, P>,
): BatchFunction<K, V>;
// Inside, a resolver may settle its keys early with what it may return.
export function batch<K, V>(resolve: Resolver<K, V>, config: BatchConfig<K> = {}): BatchFunction<K, V> {
  if (typeof resolve !== 'function')
    throw invalidOption('batch: its resolver', 'a function from keys to results', resolve);
  const options = checkedOptions(config, resolve.name || UNNAMED);
  const kind: BatchDefinition<K, V> = { options, resolve, flushes: new Subject<FlushEvent<K>>() };
  instrumentation.current?.emit({ type: 'made', ofFunction: options, name: options.name, by: batch });
  return functionOf(new BatchQueues<K, V>(kind));
}

/** The function that is called; for one scheduler, or for that of each caller. */
function functionOf<K, V>(worlds: BatchQueues<K, V>, scheduler?: BatchScheduler): BatchFunction<K, V> {
  const { definition: kind } = worlds;
  const { options } = kind;
  const memory = (): PartitionedCache<K, V> | undefined => worlds.for(scheduler ?? currentScheduler()).cache;

  const checkKey = (key: K): void => {
    if (key === undefined || key === null) throw invalidOption(`${describeBatch(options.name)}: its key`, 'given', key);
    if (arrivesLater(key)) {
      throw invalidOption(
        `${describeBatch(options.name)}: its key`,
        'a value, not something that has yet to arrive',
        key,
      );
    }
  };
  const ask = (key: K): Future<V> => {
    checkKey(key);
    const future = futureOf(worlds, key, scheduler);
    instrumentation.current?.emit({ type: 'built', future, by: ask, name: options.name });
    return future;
  };
  const many = (keys: readonly K[]): Future<V[]> => {
    if (!Array.isArray(keys)) throw invalidOption(`${describeBatch(options.name)}: the keys of many`, 'an array', keys);
    return allOf(Array.from(keys, ask), 'many()') as Future<V[]>; // one value for each key
  };
  // As `keys.map(f.block)` calls it, the second is an index.
  const block = (key: K, timeoutMs?: number, inMap?: unknown): V =>
    ask(key).block(Array.isArray(inMap) ? undefined : timeoutMs);
  const prime = (key: K, value: V): void => {
    checkKey(key);
    if (options.cache === false) {
      throw new TypeError(
        `${describeBatch(options.name)}: prime needs a cache. Give the function the option cache: true.`,
      );
    }
    if (arrivesLater(value)) {
      throw invalidOption(
        `${describeBatch(options.name)}: a primed value`,
        'a value, not something that has yet to arrive',
        value,
      );
    }
    if (isError(value)) {
      throw new TypeError(
        `${describeBatch(options.name)}: prime got ${describe(value)}; a cache keeps values, never failures.`,
      );
    }
    memory()?.prime(key, value);
  };
  const clearAll = (): void => memory()?.clearAll();
  const clear = (...keys: readonly [] | readonly [K]): void => {
    // By the number of arguments: a key that is `undefined` by mistake would clear all.
    if (keys.length === 0) {
      clearAll();
    } else {
      checkKey(keys[0]);
      memory()?.clear(keys[0]);
    }
  };
  const on = (other: BatchScheduler): BatchFunction<K, V> => {
    const { scheduler: pinned } = options;
    const isRight = pinned ? other === pinned : other instanceof BatchScheduler;
    const mustBe = pinned ? `"${pinned.name}", the scheduler that it is pinned to` : 'a BatchScheduler';
    if (!isRight) throw invalidOption(`${describeBatch(options.name)}: the scheduler of on`, mustBe, other);
    return functionOf(worlds, other);
  };
  Object.defineProperty(ask, 'name', { value: options.name, configurable: true });
  const made = Object.assign(ask, {
    many,
    block,
    prime,
    clear,
    clearAll,
    on,
    flushes$: kind.flushes.asObservable(),
  });
  definitions.set(made, kind as BatchDefinition<unknown, unknown>); // what it was made of, and nothing else
  return made;
}

const definitions = new WeakMap<object, BatchDefinition<unknown, unknown>>();

/** What a function was made a batch function as, if it was. */
export const batchDefinitionOf = (value: object): BatchDefinition<unknown, unknown> | undefined =>
  definitions.get(value);

export const isBatchFunction = (value: unknown): value is BatchFunction<unknown, unknown> =>
  typeof value === 'function' && definitions.has(value);
