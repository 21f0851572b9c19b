/**
 * The options of `DataLoader`: those of the package `dataloader`, with its checks, its texts and the order in which it reads
 * them, and those of sluice.
 */
import { keyItself } from '../batch/batch-config';
import type { Flush } from '../batch/resolver';
import { invalidOption } from '../core/describe';
import { checkDelay, checkSignal } from '../core/option-values';
import { BatchScheduler } from '../scheduler/batch-scheduler';
import { afterPromiseJobs } from './after-promise-jobs';

/** The cache of a loader: a part of the methods of `Map`. */
export interface LoaderCacheMap<K, V> {
  // eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- a `get` that returns nothing for a missing key
  get(key: K): V | void;
  set(key: K, value: V): unknown;
  delete(key: K): unknown;
  clear(): unknown;
}

/** A batch function of the package `dataloader`: values or errors in the order of the keys. */
export type LoaderArrayFunction<K, V> = (keys: readonly K[]) => PromiseLike<ArrayLike<V | Error>>;

/** A batch function: a `LoaderArrayFunction`, or a function that also takes the flush, or promises a `Map`. `Early` is
 * the type of the values for `flush.succeed`: a type of its own, so that `V` is inferred from the results. */
export type LoaderBatchFunction<K, V, Early = V> = (
  keys: readonly K[],
  flush: Flush<K, Early>,
) => PromiseLike<ArrayLike<V | Error> | ReadonlyMap<unknown, V | Error>>;

/** The options of `DataLoader`. */
export interface LoaderOptions<K, V, C = K> {
  /**
   * Whether several keys share a call of the batch function. `false` is the same as `maxBatchSize: 1`.
   *
   * @defaultValue `true`
   */
  batch?: boolean;
  /**
   * Maximum number of keys of one call of the batch function.
   *
   * @defaultValue `Infinity`
   */
  maxBatchSize?: number;
  /**
   * Schedules the dispatch of a batch, by calling the callback later.
   *
   * @defaultValue after all promise jobs, by `process.nextTick`; without it by `setImmediate` or `setTimeout`
   */
  batchScheduleFn?: (callback: () => void) => void;
  /**
   * Whether the promise of a key is kept for later loads of the key.
   *
   * @defaultValue `true`
   */
  cache?: boolean;
  /**
   * Returns the key of the cache for a key. Needed if equal keys are different objects.
   *
   * @defaultValue the key itself
   */
  cacheKeyFn?: (key: K) => C;
  /**
   * The cache, an object with the methods of a `Map`; `null` for none.
   *
   * @defaultValue a new `Map`
   */
  cacheMap?: LoaderCacheMap<C, Promise<V>> | null;
  /**
   * The name of the loader for instrumentations, traces and errors.
   *
   * @defaultValue `null`
   */
  name?: string | null;
  /**
   * Time from the first key of a batch to its dispatch, in ms. An option of sluice: with it, the scheduler dispatches.
   *
   * @defaultValue `0`
   */
  window?: number;
  /**
   * Maximum time, in ms, that a batch waits for busy tasks that may still add keys. An option of sluice: with it, the
   * scheduler dispatches.
   *
   * @defaultValue `0`
   */
  hold?: number;
  /**
   * The scheduler of the batches. An option of sluice: with it, the scheduler dispatches.
   *
   * @defaultValue the current scheduler of the constructor's caller
   */
  scheduler?: BatchScheduler;
  /**
   * Fails all pending and later loads with its reason when it aborts, and aborts the `signal` of their flushes. An option of
   * sluice: with it, the scheduler dispatches.
   *
   * @defaultValue no signal
   */
  signal?: AbortSignal;
}

/** The options of sluice that a loader has; undefined for a loader that `dataloader` could be. */
export type SchedulerOptions = Pick<LoaderOptions<never, never, never>, (typeof schedulerOptionNames)[number]>;

const schedulerOptionNames = ['window', 'hold', 'scheduler', 'signal'] as const;

/** Some options, of keys and values of any type. */
type Given<Name extends keyof LoaderOptions<never, never>, K = unknown, V = unknown, C = unknown> =
  Pick<LoaderOptions<K, V, C>, Name> | null | undefined;

export function maxBatchSizeOf(options: Given<'batch' | 'maxBatchSize'>): number {
  // Only `false` turns batching off, and `null` in place of options is an invalid size, as in `dataloader`.
  const shouldBatch = !options || options.batch !== false;
  if (!shouldBatch) return 1;
  const maxBatchSize: unknown = options && options.maxBatchSize;
  if (maxBatchSize === undefined) return Infinity;
  if (typeof maxBatchSize !== 'number' || maxBatchSize < 1) {
    throw new TypeError(`maxBatchSize must be a positive number: ${textIn(maxBatchSize)}`);
  }
  return maxBatchSize;
}

export function batchScheduleFnOf(options: Given<'batchScheduleFn'>): (callback: () => void) => void {
  const batchScheduleFn = options && options.batchScheduleFn;
  if (batchScheduleFn === undefined) return afterPromiseJobs;
  if (typeof batchScheduleFn !== 'function') {
    throw new TypeError(`batchScheduleFn must be a function: ${textIn(batchScheduleFn)}`);
  }
  return batchScheduleFn;
}

export function cacheKeyFnOf<K, C>(options: Given<'cacheKeyFn', K, unknown, C>): (key: K) => C {
  const cacheKeyFn = options && options.cacheKeyFn;
  if (cacheKeyFn === undefined) return keyItself as (key: K) => C; // Cast: without the option, `C` is `K`.
  if (typeof cacheKeyFn !== 'function') throw new TypeError(`cacheKeyFn must be a function: ${textIn(cacheKeyFn)}`);
  return cacheKeyFn;
}

const cacheMethods = ['get', 'set', 'delete', 'clear'] as const;

export function cacheMapOf<K, V, C>(
  options: Given<'cache' | 'cacheMap', K, V, C>,
): LoaderCacheMap<C, Promise<V>> | null {
  const shouldCache = !options || options.cache !== false;
  if (!shouldCache) return null;
  const cacheMap = options && options.cacheMap;
  if (cacheMap === undefined) return new Map();
  const missing = cacheMethods.filter((name) => cacheMap && typeof cacheMap[name] !== 'function');
  if (missing.length > 0) throw new TypeError(`Custom cacheMap missing methods: ${missing.join(', ')}`);
  return cacheMap;
}

export function nameOf(options: Given<'name'>): string | null {
  if (options && options.name) return options.name;
  return null;
}

/** @throws TypeError for an invalid option of sluice. */
export function schedulerOptionsOf(options: unknown): SchedulerOptions | undefined {
  if (typeof options !== 'object' || options === null) return undefined;
  // `in` reads no option: an object that records its reads sees those of `dataloader` alone.
  const names = schedulerOptionNames.filter((name) => name in options);
  const given: Record<string, unknown> = {};
  for (const name of names) {
    const value: unknown = Reflect.get(options, name);
    if (value !== undefined) given[name] = value;
  }
  if (Object.keys(given).length === 0) return undefined;
  const { window, hold, scheduler, signal } = given;
  if (window !== undefined) checkDelay('DataLoader: window', window);
  if (hold !== undefined) checkDelay('DataLoader: hold', hold);
  if (scheduler !== undefined && !(scheduler instanceof BatchScheduler))
    throw invalidOption('DataLoader: scheduler', 'a BatchScheduler', scheduler);
  if (signal !== undefined) checkSignal('DataLoader: signal', signal);
  return given;
}

/** The text of a value in a template. A symbol throws the error of the platform, as in `dataloader`. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-template-expression -- String() accepts a symbol
const textIn = (value: unknown): string => `${value as string}`;
