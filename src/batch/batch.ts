/**
 * A batch function takes one key and returns a Future. All keys that are requested before any task has to wait are loaded
 * by one call of `resolve`. The idea is DataLoader's, with a scheduler that knows when no task can go on.
 */
import { Subject, type Observable } from 'rxjs';
import { describe, describeBatch, UNNAMED_BATCH, invalidOption } from '../core/describe';
import { checkArray, checkFunction } from '../core/option-values';
import { isPromiseOrObservable } from '../core/rx';
import { isError } from '../core/sluice-error';
import { allOf } from '../future/all';
import type { Future } from '../future/future';
import { BatchScheduler, currentScheduler } from '../scheduler/batch-scheduler';
import type { FlushEvent } from '../scheduler/events';
import { instrumentation } from '../scheduler/instrumentation';
import { checkedOptions, type BatchConfig, type BatchOptions } from './batch-config';
import { futureOf } from './batch-future';
import type { Resolver } from './resolver';
import type { BatchDefinition, BatchQueue } from './batch-queue';
import { BatchQueues } from './batch-queues';

export interface BatchFunction<K, V> {
  /**
   * A future of the value of a key.
   *
   * @throws TypeError if the key is `undefined` or `null`, or a promise, a future or an Observable.
   */
  (key: K): Future<V>;
  /**
   * A future of the values of several keys, in the order of the keys. DataLoader's `loadMany`, but it fails with the first
   * failure, as `all` does.
   *
   * @throws TypeError if `keys` is not an array, or contains an invalid key.
   */
  many(keys: readonly K[]): Future<V[]>;
  /**
   * Loads a key synchronously, blocking this thread: `userById.block(7)` is `userById(7).block()`, with the same errors.
   * Keys that other callers wait for share its flush.
   *
   * @param key - The key to load.
   * @param timeoutMs - Maximum time, in ms.
   * @throws TypeError if the key is invalid.
   * @example
   * nameOf.block(7); // 'user 7'
   */
  block(key: K, timeoutMs?: number): V;
  /**
   * Puts a value into the cache of the current scheduler, unless the cache has the key already.
   *
   * @throws TypeError if the function has no cache; if the value is an Error, since failures are not kept; or if it is a
   * promise, a future or an Observable.
   */
  prime(key: K, value: V): void;
  /**
   * Forgets a key, in the cache of the current scheduler. Waiters of a flight of the key still get its result.
   *
   * @throws TypeError if the key is missing, `undefined` or `null`, or a promise, a future or an Observable.
   */
  clear(key: K): void;
  /** Forgets all keys of all partitions, in the cache of the current scheduler. */
  clearAll(): void;
  /**
   * The same function for one scheduler, independent of the scheduler of its caller: its futures load there, and `prime`,
   * `clear` and `clearAll` use the cache of that scheduler.
   *
   * @param scheduler - For example the scheduler of a request. For a pinned function, the scheduler it is pinned to.
   * @throws TypeError for any other value.
   * @example
   * userById.on(request).clear(7); // after a mutation, outside of the code of the request
   */
  on(scheduler: BatchScheduler): BatchFunction<K, V>;
  /** Emits each flush of this function on any scheduler, at its start. */
  readonly flushes$: Observable<FlushEvent<K>>;
}

/**
 * Makes a batch function. `resolve` gets distinct keys, in the order of their first request. It returns, emits or promises
 * an array in that order, or a `Map`. An `Error` among the results fails its key alone; a rejection fails all keys without
 * a result. For a resolver that settles every key with `flush.succeed` and returns nothing, the types must be given:
 * `batch<number, string>(…)`. The source is DataLoader.
 *
 * ```
 * request  a-b-a------c------
 * flush    ---(ab)-----(c)---
 * ```
 *
 * @param resolve - Loads the values of many keys.
 * @param config - The options; see `BatchConfig`.
 * @throws TypeError if `resolve` is not a function, or an option is invalid.
 * @example
 * const nameOf = batch((ids: readonly number[]) => ids.map((id) => `user ${id}`), { name: 'nameOf', maxSize: 100 });
 * all([nameOf(1), nameOf(2), nameOf(1)]).subscribe(console.log); // one flush, of 1 and 2
 */
export function batch<K, V, Early = V, P = unknown>(
  resolve: Resolver<K, V, Early, P>,
  config?: BatchConfig<K, P>,
): BatchFunction<K, V>;
// The implementation does not distinguish early values from returned ones.
export function batch<K, V>(resolve: Resolver<K, V>, config: BatchConfig<K> = {}): BatchFunction<K, V> {
  checkFunction('batch: its resolver', resolve, 'a function from keys to results');
  const options = checkedOptions(config, resolve.name || UNNAMED_BATCH, optionsOf);
  const definition: BatchDefinition<K, V> = { options, resolve, flushes: new Subject<FlushEvent<K>>() };
  instrumentation.current?.emit({ type: 'batch-function-created', ofFunction: options, name: options.name, by: batch });
  return batchFunctionOf(new BatchQueues<K, V>(definition));
}

/** The text of `invalidOption` for a promise, a future or an Observable in place of a value. */
const NOT_LATER = 'a value, not something that has yet to arrive';

/** The batch function for one scheduler, or for the scheduler of each caller. */
function batchFunctionOf<K, V>(queues: BatchQueues<K, V>, scheduler?: BatchScheduler): BatchFunction<K, V> {
  const { definition } = queues;
  const { options } = definition;
  const title = describeBatch(options.name);
  const currentQueue = (): BatchQueue<K, V> => queues.for(scheduler ?? currentScheduler());

  const checkKey = (key: K): void => {
    if (key === undefined || key === null) throw invalidOption(`${title}: its key`, 'given', key);
    // Checked here first, because nearly all keys are primitives.
    if (typeof key !== 'object' && typeof key !== 'function') return;
    if (isPromiseOrObservable(key)) throw invalidOption(`${title}: its key`, NOT_LATER, key);
  };
  const load = (key: K): Future<V> => {
    checkKey(key);
    const future = futureOf(queues, key, scheduler);
    instrumentation.current?.emit({ type: 'future-created', future, by: load, name: options.name });
    return future;
  };
  const many = (keys: readonly K[]): Future<V[]> => {
    checkArray(`${title}: the keys of many`, keys);
    // Cast: an array, because the input has one future for each key.
    return allOf(Array.from(keys, load), 'many()') as Future<V[]>;
  };
  // In `keys.map(f.block)` the second argument is an index, and the third is the array.
  const block = (key: K, timeoutMs?: number, mappedArray?: unknown): V =>
    load(key).block(Array.isArray(mappedArray) ? undefined : timeoutMs);
  const prime = (key: K, value: V): void => {
    checkKey(key);
    if (options.cache === false) {
      throw new TypeError(
        `${title}: prime needs a cache, and this function has none. Give batch() the option cache: true.`,
      );
    }
    if (isPromiseOrObservable(value)) throw invalidOption(`${title}: a primed value`, NOT_LATER, value);
    if (isError(value)) {
      throw new TypeError(
        `${title}: expected a primed value to be no Error; got ${describe(value)}. A cache keeps values, never failures.`,
      );
    }
    currentQueue().prime(key, value);
  };
  const clear = (key: K): void => {
    if (key === undefined || key === null) {
      throw new TypeError(
        `${title}: expected the key of \`clear\` to be given; got ${String(key)}. Call clearAll() to forget all keys.`,
      );
    }
    checkKey(key);
    currentQueue().clear(key);
  };
  const clearAll = (): void => currentQueue().cache?.clearAll();
  const on = (other: BatchScheduler): BatchFunction<K, V> => {
    const { scheduler: pinned } = options;
    const isValid = pinned ? other === pinned : other instanceof BatchScheduler;
    const mustBe = pinned ? `"${pinned.name}", the scheduler that the function is pinned to` : 'a BatchScheduler';
    if (!isValid) throw invalidOption(`${title}: the scheduler of on`, mustBe, other);
    return batchFunctionOf(queues, other);
  };
  Object.defineProperty(load, 'name', { value: options.name, configurable: true });
  const batchFunction = Object.assign(load, {
    many,
    block,
    prime,
    clear,
    clearAll,
    on,
    flushes$: definition.flushes.asObservable(),
  });
  // Cast: the same definition, because only the types of its key and value are lost.
  definitions.set(batchFunction, definition as BatchDefinition<unknown, unknown>);
  return batchFunction;
}

const definitions = new WeakMap<object, BatchDefinition<unknown, unknown>>();

/** The definition of a batch function; undefined for any other object. */
export const batchDefinitionOf = (value: object): BatchDefinition<unknown, unknown> | undefined =>
  definitions.get(value);

/** The options of a batch function; undefined for any other value. */
const optionsOf = (value: unknown): BatchOptions<unknown> | undefined =>
  isBatchFunction(value) ? batchDefinitionOf(value)?.options : undefined;

export const isBatchFunction = (value: unknown): value is BatchFunction<unknown, unknown> =>
  typeof value === 'function' && definitions.has(value);
