/**
 * The cache of a batch function on one scheduler, in one time domain: one cache for each partition, so that tenants are
 * isolated. A run of virtual time also finds the values of real time, but its own values end with it: a test does not
 * affect the next one.
 */
import type { Execution, Sink } from '../../future/execution';
import type { BatchOptions } from '../batch-config';
import { Cache, isStore, type CacheConfig } from './cache';
import { PendingKey } from '../pending-key';

interface CacheClock<K, V> {
  readonly now: () => number;
  /** In a run of virtual time: the cache of real time. */
  readonly real: PartitionedCache<K, V> | undefined;
}

export class PartitionedCache<K, V> {
  /** Without empty caches, since the set of tenants changes. */
  readonly #caches = new Map<unknown, Cache<K, V>>();
  /** The cache that was used last: nearly always the one that is used next. */
  #latest: Cache<K, V> | undefined;
  readonly #makeCache: (partition: unknown) => Cache<K, V>;
  readonly #real: PartitionedCache<K, V> | undefined;
  readonly #now: () => number;
  /** Number of calls of `clear` and `clearAll`. A cleared key may still be pending in an open batch. */
  clearCount = 0;
  /** Time of the last search for expired partitions. */
  #sweptAt = -Infinity;

  constructor(
    private readonly options: BatchOptions<K>,
    config: Exclude<CacheConfig, false>,
    { now, real }: CacheClock<K, V>,
  ) {
    this.#makeCache = (partition) => new Cache(partition, config, now);
    this.#now = now;
    this.#real = real;
    // A store may hold values before the first load.
    if (isStore(config)) this.#caches.set(undefined, this.#makeCache(undefined));
  }

  /**
   * Removes the partitions whose values have all expired. At least one `ttl` lies between two searches, so a search costs
   * no more than the values that were stored since the last one.
   */
  dropExpired(): void {
    const { cache, partitionOf } = this.options;
    const ttl = typeof cache === 'object' && 'ttl' in cache ? cache.ttl : undefined;
    if (!partitionOf || ttl === undefined || this.#caches.size === 0) return;
    const now = this.#now();
    if (now >= this.#sweptAt && now - this.#sweptAt <= ttl) return;
    this.#sweptAt = now;
    for (const [partition, cache] of this.#caches) if (cache.isExpired) this.#caches.delete(partition);
    this.#latest = undefined;
  }

  /** Joins the pending item of a key, or delivers its value; undefined for an unknown key. */
  loadKnown(partition: unknown, identity: unknown, sink: Sink<V>): Execution | undefined {
    return this.#of(partition)?.loadKnown(identity, sink) ?? this.#realCacheOf(partition)?.loadSettled(identity, sink);
  }

  /** The item of a key that has no result yet. */
  pendingKey(partition: unknown, identity: unknown): PendingKey<K, V> | undefined {
    return this.#of(partition)?.pendingKey(identity);
  }

  add(partition: unknown, item: PendingKey<K, V>): void {
    let cache = this.#of(partition);
    if (!cache) this.#caches.set(partition, (cache = this.#makeCache(partition)));
    cache.add(item);
  }

  /** Keeps the value of an item, unless the key was cleared in the meantime. */
  keep(partition: unknown, item: PendingKey<K, V>, value: V): void {
    this.#of(partition)?.keep(item, value);
  }

  /** Removes an item that has failed, or has no waiter any more. */
  forget(partition: unknown, item: PendingKey<K, V>): void {
    this.#change(partition, (cache) => cache.forget(item));
  }

  /** Keeps a value as if it had been loaded, unless the key is in the cache already. */
  prime(key: K, value: V): void {
    const { partition, identity } = this.#locate(key);
    if (this.#of(partition)?.has(identity)) return;
    if (this.#realCacheOf(partition)?.hasValue(identity)) return;
    const item = PendingKey.of(key, identity, value);
    this.add(partition, item);
    this.keep(partition, item, value);
  }

  clear(key: K): void {
    this.clearCount++;
    const { partition, identity } = this.#locate(key);
    this.#change(partition, (cache) => cache.clear(identity));
    this.#real?.clear(key);
  }

  clearAll(): void {
    this.clearCount++;
    for (const partition of this.#caches.keys()) this.#change(partition, (cache) => cache.clearAll());
    this.#real?.clearAll();
  }

  #change(partition: unknown, change: (cache: Cache<K, V>) => void): void {
    const cache = this.#of(partition);
    if (!cache) return;
    change(cache);
    if (!this.options.partitionOf || !cache.isEmpty) return;
    this.#caches.delete(partition);
    this.#latest = undefined;
  }

  #of(partition: unknown): Cache<K, V> | undefined {
    // Not `?.`: without partitions every partition is undefined.
    if (this.#latest && this.#latest.partition === partition) return this.#latest;
    return (this.#latest = this.#caches.get(partition));
  }

  #realCacheOf(partition: unknown): Cache<K, V> | undefined {
    return this.#real && this.#real.#of(partition);
  }

  #locate(key: K): { readonly partition: unknown; readonly identity: unknown } {
    return { partition: this.options.partitionOf?.(key), identity: this.options.identityOf(key) };
  }
}
