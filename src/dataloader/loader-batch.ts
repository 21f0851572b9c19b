/**
 * The eager path of a loader, for what `dataloader` has too: a batch is an array of keys and two of functions that settle
 * their promises, dispatched at DataLoader's moment. It knows no scheduler, except to be seen in traces.
 */
import { afterPromiseJobs } from './after-promise-jobs';
import type { LoaderBatch, LoaderFields } from './loader-fields';
import { callBatchFunction, checkedResults, titleOf } from './loader-results';
import { ObservedLoaderBatch } from './observed-loader-batch';

/**
 * The batch that takes the next load: the latest one, or a new one, whose dispatch is scheduled.
 *
 * The arrays are created in the function that every load calls. V8 learns from the calls of a function what its arrays hold;
 * in a function that is called once a batch it learns that after it has optimized `load`, and then never inlines `push`.
 */
export function currentBatch<K, V, C>(loader: LoaderFields<K, V, C>, latest: LoaderBatch<K> | null): LoaderBatch<K> {
  // Not `length >= max`: a size of NaN gives each load its own batch.
  if (latest !== null && !latest.hasDispatched && latest.keys.length < loader._maxBatchSize) return latest;
  const batch: LoaderBatch<K> = {
    hasDispatched: false,
    isSettled: false,
    keys: [],
    resolves: [],
    rejects: [],
    cacheHits: undefined,
    cleared: undefined,
    earlier: unsettled(latest),
    observed: ObservedLoaderBatch.opened<K>(loader, () => titleOf(loader)),
  };
  loader._batch = batch;
  schedule(loader, batch, latest);
  return batch;
}

function schedule<K, V, C>(loader: LoaderFields<K, V, C>, batch: LoaderBatch<K>, latest: LoaderBatch<K> | null): void {
  let isScheduling = true;
  const callback = (): void => {
    // The key of a load is not in the batch yet while that load schedules it.
    if (isScheduling) void Promise.resolve().then(() => dispatchBatch(loader, batch));
    else dispatchBatch(loader, batch);
  };
  try {
    loader._batchScheduleFn(callback);
  } catch (error) {
    // Later loads would wait for a batch that is never dispatched; the flights before it are still noted by `clear`.
    loader._batch = latest;
    throw error;
  } finally {
    isScheduling = false;
  }
}

function dispatchBatch<K, V, C>(loader: LoaderFields<K, V, C>, batch: LoaderBatch<K>): void {
  if (batch.hasDispatched) return;
  batch.hasDispatched = true;
  const { keys, observed } = batch;
  if (keys.length === 0) {
    batch.isSettled = true;
    settleHits(batch);
    return;
  }
  observed?.onDispatched(reasonOf(loader, batch));
  const passed = keys.slice();
  const onResults = (results: unknown): void => {
    const checked = checkedResults(loader, results, { keys, passed });
    observed?.onResults(results);
    batch.isSettled = true;
    settleBatch(batch, checked);
    observed?.onSettled();
  };
  const onFailure = (error: unknown): void => failBatch(loader, batch, error);
  try {
    settleWith(callBatchFunction(loader, passed), { onResults, onFailure });
  } catch (error) {
    onFailure(error);
  }
}

function reasonOf<K, V, C>(loader: LoaderFields<K, V, C>, { keys }: LoaderBatch<K>): 'full' | 'quiescent' | 'forced' {
  if (keys.length >= loader._maxBatchSize) return 'full';
  return loader._batchScheduleFn === afterPromiseJobs ? 'quiescent' : 'forced';
}

interface Settling {
  readonly onResults: (results: unknown) => void;
  readonly onFailure: (error: unknown) => void;
}

/**
 * Waits as `dataloader` does, by `promise.then(…).catch(…)`, which decides the number of promise jobs until a load settles.
 * The result of a foreign `then` need not be a promise; then failures are received without `catch`.
 */
function settleWith(promise: PromiseLike<unknown>, { onResults, onFailure }: Settling): void {
  let isChained = false;
  const passOn = (error: unknown): void => {
    if (isChained) throw error;
    onFailure(error);
  };
  const next: unknown = promise.then((results) => {
    try {
      onResults(results);
    } catch (error) {
      passOn(error);
    }
  }, passOn);
  if (!hasCatch(next)) return;
  isChained = true;
  next.catch(onFailure);
}

const hasCatch = (value: unknown): value is { catch(onError: (error: unknown) => void): unknown } =>
  typeof value === 'object' && value !== null && 'catch' in value && typeof value.catch === 'function';

/** Settles the hits first: in one promise job with the loaded keys, but adopting a promise takes more jobs. */
function settleBatch<K>(batch: LoaderBatch<K>, results: ArrayLike<unknown>): void {
  settleHits(batch);
  const { resolves, rejects, observed } = batch;
  for (let index = 0; index < resolves.length; index++) {
    const result = results[index];
    if (result instanceof Error) {
      observed?.onKeyFailed(result);
      rejects[index]?.(result);
    } else {
      resolves[index]?.(result as never); // Cast: the batch function promises values of its keys.
    }
  }
}

/** Fails the loads of a batch, and clears its keys: a failed batch is not cached. */
function failBatch<K, V, C>(loader: LoaderFields<K, V, C>, batch: LoaderBatch<K>, error: unknown): void {
  batch.isSettled = true;
  settleHits(batch);
  clearEach(batch.keys, (key) => {
    // A newer promise may be in the place of a key that was cleared in flight.
    if (!batch.cleared?.has(loader._cacheKeyFn(key))) loader.clear(key);
  });
  for (const reject of batch.rejects) reject(error);
  batch.observed?.onFailed(error);
}

/**
 * Clears the keys of a failed batch. An error of the cache is an unhandled rejection, because the loads fail with the error
 * of the batch.
 */
export function clearEach<Key>(keys: Iterable<Key>, clear: (key: Key) => void): void {
  let failed: { readonly error: unknown } | undefined;
  for (const key of keys) {
    try {
      clear(key);
    } catch (error) {
      failed ??= { error };
    }
  }
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the reason is what the cache threw
  if (failed) void Promise.reject(failed.error);
}

/** Settles the loads that the cache answers. */
export function settleHits<K>({ cacheHits }: LoaderBatch<K>): void {
  if (cacheHits) for (const { resolve, cached } of cacheHits) resolve(cached as never); // Cast: a promise of the value.
}

/** The latest of a chain of batches that is not settled. Settled ones are taken out of the chain. */
function unsettled<K>(latest: LoaderBatch<K> | null | undefined): LoaderBatch<K> | undefined {
  let first = latest;
  while (first?.isSettled) first = first.earlier;
  for (let batch = first; batch; batch = batch.earlier)
    while (batch.earlier?.isSettled) batch.earlier = batch.earlier.earlier;
  return first ?? undefined;
}

/** Notes a cleared key of the cache in all flights of a loader. */
export function noteCleared<K, V, C>(loader: LoaderFields<K, V, C>, cacheKey: C): void {
  for (let batch = unsettled(loader._batch); batch; batch = batch.earlier)
    if (batch.hasDispatched) (batch.cleared ??= new Set()).add(cacheKey);
}

const everyKey = { has: () => true, add: () => undefined };

export function noteAllCleared<K, V, C>(loader: LoaderFields<K, V, C>): void {
  for (let batch = unsettled(loader._batch); batch; batch = batch.earlier)
    if (batch.hasDispatched) batch.cleared = everyKey;
}
