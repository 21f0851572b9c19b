/**
 * The class of the package `dataloader` 2.2.3, with its behaviour: promises, cache, texts of errors, and the moment of
 * dispatch. It takes the eager path of `loader-batch` for what that package can do. With an option of sluice, a batch
 * function that takes the flush, or once `loader.batch` is read, the scheduler dispatches its batches.
 *
 * `DataLoader` is a function of ES5 with enumerable methods, not a class, because programs call it on their own objects and
 * instrumentations patch its prototype.
 */
import type { BatchFunction } from '../batch/batch';
import { isPromiseOrObservable } from '../core/rx';
import { currentBatch, noteAllCleared, noteCleared } from './loader-batch';
import type { LoaderBatch, LoaderFields } from './loader-fields';
import { isArrayLike, notAFunction } from './loader-results';
import {
  batchScheduleFnOf,
  cacheKeyFnOf,
  cacheMapOf,
  maxBatchSizeOf,
  nameOf,
  schedulerOptionsOf,
  type LoaderArrayFunction,
  type LoaderBatchFunction,
  type LoaderCacheMap,
  type LoaderOptions,
} from './options';
import { ScheduledLoader } from './scheduled-loader';

// eslint-disable-next-line @typescript-eslint/no-unused-vars -- the key of the cache, a parameter of the class of `dataloader`
export interface DataLoader<K, V, C = K> {
  /**
   * A promise of the value of a key. All keys that are loaded before the batch is dispatched share a call of the batch
   * function.
   *
   * @throws TypeError if the key is `undefined` or `null`.
   */
  load(key: K): Promise<V>;
  /**
   * A promise of the values of several keys. It never rejects: the error of a key is in the place of its value.
   *
   * @throws TypeError if `keys` is not array-like, or a key is `undefined` or `null`.
   */
  loadMany(keys: ArrayLike<K>): Promise<(V | Error)[]>;
  /** Forgets a key. Loads in flight still settle. */
  clear(key: K): this;
  /** Forgets all keys. */
  clearAll(): this;
  /** Puts a value, a promise or an error into the cache, unless the cache has the key already. */
  prime(key: K, value: V | PromiseLike<V> | Error): this;
  /** The name of the loader for instrumentations; `null` without the option `name`. */
  name: string | null;
  /**
   * The batch function beneath: loads through it and through `load` share batches and the cache. Its futures can be waited
   * for in tasks, cancelled and blocked on. From the first reading on, the scheduler dispatches the batches of the loader.
   *
   * @throws TypeError for a loader with `batchScheduleFn`, whose batches no scheduler can dispatch.
   * @example
   * const name = task(function* (id: number) {
   *   return (yield* userLoader.batch(id)).name;
   * });
   */
  readonly batch: BatchFunction<K, V>;
}

interface DataLoaderConstructor {
  /**
   * Makes a loader. The source is the package `dataloader`.
   *
   * @param batchLoadFn - Promises the values of many keys: an array of values and errors in the order of the keys, or a
   * `Map` by key. A function with a second parameter gets the flush, whose `signal` aborts when no load waits any more.
   * @param options - The options; see `LoaderOptions`.
   * @throws TypeError if `batchLoadFn` is not a function, or an option is invalid.
   * @example
   * const names = new DataLoader(async (ids: readonly number[]) => ids.map((id) => `user ${id}`));
   * await Promise.all([names.load(1), names.load(2)]); // one call, of [1, 2]
   */
  new <K, V, C = K, Early = V>(
    batchLoadFn: LoaderBatchFunction<K, V, Early>,
    options?: LoaderOptions<K, V, C>,
  ): DataLoader<K, V, C>;
}

// eslint-disable-next-line @typescript-eslint/no-namespace -- the types of `dataloader` are members of its class
export declare namespace DataLoader {
  export type BatchLoadFn<K, V> = LoaderArrayFunction<K, V>;
  /** A batch function that takes the flush, or promises a `Map`. */
  export type FlushLoadFn<K, V> = LoaderBatchFunction<K, V>;
  export type CacheMap<K, V> = LoaderCacheMap<K, V>;
  export type Options<K, V, C = K> = LoaderOptions<K, V, C>;
}

/** The key of the scheduler's side of a loader: its own enumerable fields are those of `dataloader`. */
const scheduled = Symbol('sluice.scheduled');

interface Loader<K, V, C> extends DataLoader<K, V, C>, LoaderFields<K, V, C> {
  [scheduled]?: ScheduledLoader<K, V, C> | undefined;
  clear(key: K): this;
  name: string | null;
}

type AnyLoader = Loader<unknown, unknown, unknown>;

/** `DataLoader` by name: errors of the platform and heap snapshots show that of the function, not the property `name`. */
const createLoader = function DataLoader(
  this: AnyLoader,
  batchLoadFn: LoaderFields<unknown, unknown, unknown>['_batchLoadFn'],
  options?: LoaderOptions<unknown, unknown>,
): void {
  if (typeof batchLoadFn !== 'function') throw notAFunction(batchLoadFn);
  this._batchLoadFn = batchLoadFn;
  this._maxBatchSize = maxBatchSizeOf(options);
  this._batchScheduleFn = batchScheduleFnOf(options);
  this._cacheKeyFn = cacheKeyFnOf(options);
  this._cacheMap = cacheMapOf(options);
  this._batch = null;
  this.name = nameOf(options);
  const ofScheduler = schedulerOptionsOf(options);
  if (ofScheduler || batchLoadFn.length > 1) schedule(this, new ScheduledLoader(this, ofScheduler));
};

function schedule<K, V, C>(loader: Loader<K, V, C>, value: ScheduledLoader<K, V, C>): ScheduledLoader<K, V, C> {
  Object.defineProperty(loader, scheduled, { value });
  return value;
}

function load(this: AnyLoader, key: unknown): Promise<unknown> {
  if (key === null || key === undefined) {
    throw new TypeError(`The loader.load() function must be called with a value, but got: ${String(key)}.`);
  }
  const latest = this._batch;
  const byScheduler = this[scheduled];
  if (byScheduler) return byScheduler.load(key);
  const batch = currentBatch(this, latest);
  const cacheMap = this._cacheMap;
  let cacheKey: unknown;
  if (cacheMap) {
    cacheKey = this._cacheKeyFn(key);
    const cached: unknown = cacheMap.get(cacheKey);
    if (cached) {
      batch.observed?.onCacheHit(key);
      return hit(batch, cached);
    }
  }
  batch.keys.push(key);
  const promise = new Promise<unknown>((resolve, reject) => {
    batch.resolves.push(resolve);
    batch.rejects.push(reject);
  });
  if (cacheMap) cacheMap.set(cacheKey, promise);
  if (batch.observed) batch.observed.onKeyRequested(key);
  return promise;
}

/** A promise of a cached value, which is settled with the batch. */
const hit = (batch: LoaderBatch<unknown>, cached: unknown): Promise<unknown> =>
  new Promise((resolve) => {
    (batch.cacheHits ??= []).push({ resolve, cached });
  });

function loadMany(this: AnyLoader, keys: unknown): Promise<unknown[]> {
  if (!isArrayLike(keys)) {
    throw new TypeError(`The loader.loadMany() function must be called with Array<key> but got: ${keys as string}.`);
  }
  const promises: Promise<unknown>[] = [];
  for (let index = 0; index < keys.length; index++) {
    promises.push(this.load(keys[index]).catch((error: unknown) => error));
  }
  return Promise.all(promises);
}

function clear(this: AnyLoader, key: unknown): AnyLoader {
  const cacheMap = this._cacheMap;
  if (cacheMap) {
    const cacheKey = this._cacheKeyFn(key);
    noteCleared(this, cacheKey);
    // `clear` accepts keys that no load has; the batch function refuses them.
    if (this[scheduled] && key !== null && key !== undefined) this[scheduled].batch.clear(key);
    else cacheMap.delete(cacheKey);
  }
  return this;
}

function clearAll(this: AnyLoader): AnyLoader {
  const cacheMap = this._cacheMap;
  if (cacheMap) {
    noteAllCleared(this);
    if (this[scheduled]) this[scheduled].batch.clearAll();
    else cacheMap.clear();
  }
  return this;
}

function prime(this: AnyLoader, key: unknown, value: unknown): AnyLoader {
  const cacheMap = this._cacheMap;
  if (cacheMap) {
    const cacheKey = this._cacheKeyFn(key);
    if (cacheMap.get(cacheKey) === undefined) cacheMap.set(cacheKey, primed(this, value));
  }
  return this;
}

function primed(loader: AnyLoader, value: unknown): Promise<unknown> {
  if (value instanceof Error) {
    const failed = Promise.reject(value);
    // The error was primed on purpose: only a load that does not handle it is reported.
    failed.catch(() => undefined);
    return failed;
  }
  const promise = Promise.resolve(value);
  if (!isPromiseOrObservable(value)) loader[scheduled]?.noteValue(promise, value);
  return promise;
}

Object.assign(createLoader.prototype as object, { load, loadMany, clear, clearAll, prime });
Object.defineProperty(createLoader.prototype, 'batch', {
  configurable: true,
  get(this: AnyLoader) {
    return (this[scheduled] ?? schedule(this, new ScheduledLoader(this, undefined))).batch;
  },
});

// Cast: a constructor, because a function of ES5 is one, which TypeScript has no type for.
export const DataLoader = createLoader as unknown as DataLoaderConstructor;
