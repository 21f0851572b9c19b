/**
 * The part of a `DataLoader` whose batches a scheduler dispatches: a batch function beneath the loader's cache of promises. Its
 * resolver takes from that cache what it has by the time of the flush, and calls the loader's batch function for the rest.
 */
import { batch, type BatchFunction } from '../batch/batch';
import { keyItself } from '../batch/batch-config';
import type { CacheStore } from '../batch/cache/cache-store';
import type { Flush, Resolver } from '../batch/resolver';
import { whenAborted } from '../core/abort-listeners';
import { captureStores, carriedValue, runInStores, type Stores } from '../core/async-local';
import { currentScheduler } from '../scheduler/batch-scheduler';
import { afterPromiseJobs } from './after-promise-jobs';
import { clearEach, settleHits } from './loader-batch';
import type { LoaderFields } from './loader-fields';
import { callBatchFunction, checkedResults, titleOf } from './loader-results';
import type { LoaderCacheMap, SchedulerOptions } from './options';

/** The result of one key. A promise is one from the cache of the loader. */
type PlacedResult<V> = V | Error | PromiseLike<V>;

interface LoadState {
  /** Whether the batch of the load has been flushed. A later flush then finds its promise, and does not load the key. */
  isFlushed: boolean;
}

export class ScheduledLoader<K, V, C> {
  readonly batch: BatchFunction<K, V>;
  readonly #loader: LoaderFields<K, V, C>;
  readonly #signal: AbortSignal | undefined;
  /** The promises of `load`. */
  readonly #loads = new WeakMap<object, LoadState>();
  /** The values of fulfilled promises in the cache, since a promise does not show its value. */
  readonly #values = new WeakMap<object, { readonly value: V }>();
  /** The stores of the first load of the open batch, in which the batch function runs. */
  #stores: Stores | undefined;
  #hasLoads = false;

  /** @throws TypeError for a loader with `batchScheduleFn`. */
  constructor(loader: LoaderFields<K, V, C>, { window = 0, hold = 0, scheduler, signal }: SchedulerOptions = {}) {
    if (loader._batchScheduleFn !== afterPromiseJobs) {
      throw new TypeError(
        'DataLoader: expected a loader without `batchScheduleFn`; got one that schedules its own batches. The options of ' +
          'sluice, the flush of a batch function, and `loader.batch` need batches that a scheduler dispatches. ' +
          'Use `window` (ms) in place of a `batchScheduleFn` with a timer.',
      );
    }
    this.#loader = loader;
    this.#signal = signal;
    const { _maxBatchSize: max, _cacheKeyFn: cacheKeyFn, _cacheMap: cacheMap } = loader;
    this.batch = batch<K, V>(this.#resolver(), {
      name: titleOf(loader),
      window,
      hold,
      scheduler: scheduler ?? currentScheduler(),
      // A size of 1.5 takes two keys, and NaN one, as in `dataloader`.
      maxSize: Number.isNaN(max) ? 1 : Math.ceil(max),
      // Cast: used for the comparison alone. Without the option, the identity of a key is the key.
      ...((cacheKeyFn as unknown) !== keyItself && { key: (key) => loader._cacheKeyFn(key) }),
      ...(cacheMap && { cache: this.#storeOver(cacheMap) }),
    });
    this.#adoptOpenBatch();
  }

  load(key: K): Promise<V> {
    const { _cacheMap: cacheMap } = this.#loader;
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the reason is the caller's
    if (this.#signal?.aborted) return Promise.reject(this.#signal.reason);
    if (!cacheMap) return this.#promiseOf(key);
    const cacheKey = this.#loader._cacheKeyFn(key);
    const cached = cacheMap.get(cacheKey);
    if (cached) {
      return new Promise((resolve) => {
        resolve(cached);
      });
    }
    const promise = this.#promiseOf(key);
    this.#loads.set(promise, { isFlushed: false });
    cacheMap.set(cacheKey, promise);
    return promise;
  }

  /** Notes the value of a promise that `prime` puts into the cache. */
  noteValue(promise: object, value: V): void {
    this.#values.set(promise, { value });
  }

  #promiseOf(key: K): Promise<V> {
    if (!this.#hasLoads) {
      this.#hasLoads = true;
      this.#stores = captureStores();
    }
    const future = this.batch(key);
    const signal = this.#signal;
    if (!signal) return future.then();
    return new Promise<V>((resolve, reject) => {
      const subscription = future.subscribe({ next: resolve, error: reject });
      const stopListening = whenAborted(signal, (reason) => {
        subscription.unsubscribe();
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the reason is the caller's
        reject(reason);
      });
      subscription.add(stopListening);
    });
  }

  /** The resolver has the number of parameters of the batch function, which says whether it may settle a key early. */
  #resolver(): Resolver<K, V> {
    const resolve: Resolver<K, V> = (keys, flush) => this.#resolve(keys, flush);
    return Object.defineProperty(resolve, 'length', { value: Math.min(this.#loader._batchLoadFn.length, 2) });
  }

  #resolve(keys: readonly K[], flush: Flush<K, V>): PlacedResult<V>[] | Promise<PlacedResult<V>[]> {
    const stores = this.#stores;
    this.#stores = undefined;
    this.#hasLoads = false;
    const cached = new Map<number, PlacedResult<V>>();
    const asked: AskedKey<K>[] = [];
    for (const [index, key] of keys.entries()) {
      const entry = this.#entryOf(key);
      const load = entry && this.#loads.get(Object(entry) as object);
      if (entry && load?.isFlushed !== false) cached.set(index, entry);
      else asked.push({ key, index, entry });
      if (load) load.isFlushed = true;
    }
    if (asked.length === 0) return placed(keys, cached);
    return runInStores(stores, carriedFrame(), () => this.#callFor(asked, flush)).then(
      (results) => {
        for (const [place, { index }] of asked.entries()) cached.set(index, results[place] as PlacedResult<V>);
        return placed(keys, cached);
      },
      (error: unknown) => {
        if (!flush.signal.aborted) this.#clearFailed(asked);
        throw error;
      },
    );
  }

  async #callFor(asked: readonly AskedKey<K>[], flush: Flush<K, V>): Promise<ArrayLike<unknown>> {
    const loader = this.#loader;
    const keys = asked.map(({ key }) => key);
    const passed = [...keys];
    const results = await callBatchFunction(loader, passed, flush);
    // A function that takes the flush may settle its keys and return nothing: keys that it has not settled are missing then.
    const isOfFlush = results === undefined && loader._batchLoadFn.length > 1;
    return checkedResults(loader, isOfFlush ? new Map() : results, { keys, passed });
  }

  /** A failed batch is not cached. A promise that has replaced another one since the flush is of a newer batch. */
  #clearFailed(asked: readonly AskedKey<K>[]): void {
    clearEach(asked, ({ key, entry }) => {
      if (!entry || this.#entryOf(key) === entry) this.#loader.clear(key);
    });
  }

  #entryOf(key: K): PlacedResult<V> | undefined {
    const { _cacheMap: cacheMap, _cacheKeyFn } = this.#loader;
    return cacheMap?.get(_cacheKeyFn.call(this.#loader, key)) ?? undefined;
  }

  /** The loader's cache as the store of the batch function: one cache for `load` and for `loader.batch`. */
  #storeOver(cacheMap: LoaderCacheMap<C, Promise<V>>): CacheStore {
    // Cast: the identities of a loader are the keys of its cache.
    const find = (identity: unknown): unknown => cacheMap.get(identity as C);
    const valueOf = (identity: unknown): { readonly value: V } | undefined =>
      this.#values.get(Object(find(identity)) as object);
    return {
      has: (identity) => valueOf(identity) !== undefined,
      get: (identity) => valueOf(identity)?.value,
      set: (identity, value) => {
        const known = find(identity);
        const promise = known === undefined ? Promise.resolve(value as V) : (Object(known) as Promise<V>);
        if (known === undefined) cacheMap.set(identity as C, promise);
        if (known === undefined || this.#loads.has(promise)) this.#values.set(promise, { value: value as V });
      },
      delete: (identity) => cacheMap.delete(identity as C),
      clear: () => cacheMap.clear(),
    };
  }

  /** Moves the keys of the open batch of `loader-batch` into the batch function, so that later keys share their batch. */
  #adoptOpenBatch(): void {
    const loader = this.#loader;
    const { _batch: open } = loader;
    if (!open || open.hasDispatched) return;
    open.hasDispatched = true;
    open.observed?.onAdopted();
    for (const [index, key] of open.keys.entries()) {
      const entry = this.#entryOf(key);
      if (entry) this.#loads.set(Object(entry) as object, { isFlushed: false });
      const { [index]: resolve } = open.resolves;
      const { [index]: reject } = open.rejects;
      this.batch(key).subscribe({
        // Cast: the function of a promise of the key's value.
        next: (value) => resolve?.(value as never),
        error: (error: unknown) => reject?.(error),
      });
    }
    settleHits(open);
  }
}

interface AskedKey<K> {
  readonly key: K;
  /** The place among the keys of the flush. */
  readonly index: number;
  /** What the cache had for the key at the flush: the promise of a `load`, or nothing. */
  readonly entry: unknown;
}

const placed = <V>(keys: readonly unknown[], byIndex: ReadonlyMap<number, PlacedResult<V>>): PlacedResult<V>[] =>
  // Cast: every index has a result.
  keys.map((_, index) => byIndex.get(index) as PlacedResult<V>);

/** Cast: nothing else than a frame is carried. */
const carriedFrame = (): object | undefined => carriedValue() as object | undefined;
