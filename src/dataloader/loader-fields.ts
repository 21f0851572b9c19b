/**
 * The fields of a loader and of its open batch. They have the names of those of `dataloader`, because instrumentations of
 * OpenTelemetry and others read and replace them.
 */
import type { LoaderCacheMap } from './options';
import type { ObservedLoaderBatch } from './observed-loader-batch';

export interface LoaderFields<K, V, C> {
  _batchLoadFn: (keys: K[], ...flush: unknown[]) => unknown;
  _maxBatchSize: number;
  _batchScheduleFn: (callback: () => void) => void;
  _cacheKeyFn: (key: K) => C;
  _cacheMap: LoaderCacheMap<C, Promise<V>> | null;
  _batch: LoaderBatch<K> | null;
  name: string | null;
  clear(key: K): unknown;
}

/** A batch of a loader, until its promises are settled. Parallel arrays: an object for each key would double its cost. */
export interface LoaderBatch<K> {
  hasDispatched: boolean;
  isSettled: boolean;
  /** The batch before this one, if it is in flight: `clear` notes its key in the flights. */
  earlier: LoaderBatch<K> | undefined;
  readonly keys: K[];
  readonly resolves: ((value: never) => void)[];
  readonly rejects: ((error: unknown) => void)[];
  /** The loads that the cache answers. They are settled with the batch. */
  cacheHits: CacheHit[] | undefined;
  /** The keys of the cache that were cleared while the batch was in flight. */
  cleared: ClearedKeys | undefined;
  /** Undefined while nothing observes. */
  readonly observed: ObservedLoaderBatch<K> | undefined;
}

interface CacheHit {
  readonly resolve: (value: never) => void;
  readonly cached: unknown;
}

interface ClearedKeys {
  has(cacheKey: unknown): boolean;
  add(cacheKey: unknown): unknown;
}
