/**
 * What a batch function remembers on one scheduler, in one era of time: a cache for each partition, so that tenants
 * never meet. A run of virtual time also finds what real time has kept, and keeps its own for itself: how one test went
 * is nothing to the next.
 */
import type { Execution, Sink } from '../future/execution';
import type { BatchOptions } from './batch-config';
import { Cache, isStore, type CacheConfig } from './cache';
import { Item } from './item';

interface Times<K, V> {
  readonly now: () => number;
  /** For a run of virtual time: what is remembered in real time. */
  readonly real: PartitionedCache<K, V> | undefined;
}

export class PartitionedCache<K, V> {
  /** Those with something in them: tenants come and go. */
  readonly #caches = new Map<unknown, Cache<K, V>>();
  /** The one used last: nearly always the one used next. */
  #latest: Cache<K, V> | undefined;
  readonly #makeCache: (partition: unknown) => Cache<K, V>;
  readonly #real: PartitionedCache<K, V> | undefined;
  readonly #now: () => number;
  /** When partitions were last looked through for expired ones. */
  #lookedAt = -Infinity;

  constructor(
    private readonly options: BatchOptions<K>,
    config: Exclude<CacheConfig, false>,
    { now, real }: Times<K, V>,
  ) {
    this.#makeCache = (partition) => new Cache(partition, config, now);
    this.#now = now;
    this.#real = real;
    // It may hold values from before anything was asked for.
    if (isStore(config)) this.#caches.set(undefined, this.#makeCache(undefined));
  }

  /**
   * Lets go of partitions whose values have all expired. Each look at all of them comes a `ttl` after the one before, so
   * none costs more than the values that were kept meanwhile.
   */
  dropExpired(): void {
    const { cache, partitionOf } = this.options;
    const ttl = typeof cache === 'object' && 'ttl' in cache ? cache.ttl : undefined;
    if (!partitionOf || ttl === undefined || this.#caches.size === 0) return;
    const now = this.#now();
    if (now >= this.#lookedAt && now - this.#lookedAt <= ttl) return;
    this.#lookedAt = now;
    for (const [partition, cache] of this.#caches) if (cache.isExpired) this.#caches.delete(partition);
    this.#latest = undefined;
  }

  /** Answers with what is known of a key. */
  recall(partition: unknown, identity: unknown, sink: Sink<V>): Execution | undefined {
    return this.#of(partition)?.recall(identity, sink) ?? this.#isRealTime(partition)?.recallArrived(identity, sink);
  }

  /** The item of a key that has been asked for and not answered. */
  waitingFor(partition: unknown, identity: unknown): Item<K, V> | undefined {
    return this.#of(partition)?.waitingFor(identity);
  }

  add(partition: unknown, item: Item<K, V>): void {
    let cache = this.#of(partition);
    if (!cache) this.#caches.set(partition, (cache = this.#makeCache(partition)));
    cache.add(item);
  }

  /** It has its value, which is kept unless the key was cleared meanwhile. */
  keep(partition: unknown, item: Item<K, V>, value: V): void {
    this.#of(partition)?.keep(item, value);
  }

  /** It has failed, or nobody waits for it any more. */
  forget(partition: unknown, item: Item<K, V>): void {
    this.#change(partition, (cache) => cache.forget(item));
  }

  /** Keeps a value as if it had been loaded, unless the key is known already. */
  prime(key: K, value: V): void {
    const { partition, identity } = this.#placeOf(key);
    if (this.#of(partition)?.knows(identity)) return;
    if (this.#isRealTime(partition)?.hasArrived(identity)) return;
    const item = Item.of(key, identity, value);
    this.add(partition, item);
    this.keep(partition, item, value);
  }

  clear(key: K): void {
    const { partition, identity } = this.#placeOf(key);
    this.#change(partition, (cache) => cache.clear(identity));
    this.#real?.clear(key);
  }

  clearAll(): void {
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
    // Not `?.`: where there are no partitions, they are all undefined.
    if (this.#latest && this.#latest.partition === partition) return this.#latest;
    return (this.#latest = this.#caches.get(partition));
  }

  #isRealTime(partition: unknown): Cache<K, V> | undefined {
    return this.#real && this.#real.#of(partition);
  }

  #placeOf(key: K): { readonly partition: unknown; readonly identity: unknown } {
    return { partition: this.options.partitionOf?.(key), identity: this.options.identityOf(key) };
  }
}
