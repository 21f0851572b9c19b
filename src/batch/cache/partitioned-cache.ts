/**
 * The cache of a batch function on one scheduler, in one time domain: one cache for each partition, so that tenants are
 * isolated. A run of virtual time also finds the values of real time, but its own values end with it: a test does not
 * affect the next one.
 */
import type { Execution, Sink } from '../../future/execution';
import { Cache, isStore, type CacheConfig, type CachedKey } from './cache';

interface PartitionedCacheConfig<V, Key extends CachedKey<V>> {
  readonly config: Exclude<CacheConfig, false>;
  /** Whether keys may have different partitions. */
  readonly isPartitioned: boolean;
  readonly now: () => number;
  /** Whether `clearLoaded` is called. */
  readonly isOfMutation?: boolean;
  /** In a run of virtual time: the cache of real time. */
  readonly real: PartitionedCache<V, Key> | undefined;
}

interface Primed<V, Key> {
  readonly settled: Key;
  readonly value: V;
}

export class PartitionedCache<V, Key extends CachedKey<V>> {
  /** Without empty caches, since the set of tenants changes. */
  readonly #caches = new Map<unknown, Cache<V, Key>>();
  /** The cache that was used last: nearly always the one that is used next. */
  #latest: Cache<V, Key> | undefined;
  readonly #makeCache: (partition: unknown) => Cache<V, Key>;
  readonly #isPartitioned: boolean;
  readonly #ttl: number | undefined;
  readonly #real: PartitionedCache<V, Key> | undefined;
  readonly #now: () => number;
  /** Number of calls of `clear` and `clearAll`. A cleared key may still be pending in an open batch. */
  clearCount = 0;
  /** The keys that were cleared since the last `clearLoaded`, with what was primed after that; only in a mutation. */
  readonly #rewritten: Map<unknown, Map<unknown, Primed<V, Key> | undefined>> | undefined;
  /** Time of the last search for expired partitions. */
  #sweptAt = -Infinity;

  constructor({ config, isPartitioned, now, real, isOfMutation }: PartitionedCacheConfig<V, Key>) {
    this.#rewritten = isOfMutation && !isStore(config) ? new Map() : undefined;
    this.#isPartitioned = isPartitioned;
    this.#ttl = typeof config === 'object' && 'ttl' in config ? config.ttl : undefined;
    this.#makeCache = (partition) => new Cache(partition, config, now);
    this.#now = now;
    this.#real = real;
    // A store may hold values before the first load.
    if (isStore(config)) this.#caches.set(undefined, this.#makeCache(undefined));
  }

  /** The only cache of a function without partitions, in real time: it can be used directly. */
  get only(): Cache<V, Key> | undefined {
    return this.#isPartitioned || this.#real ? undefined : this.#ensure(undefined);
  }

  /**
   * Removes the partitions whose values have all expired. At least one `ttl` lies between two searches, so a search costs
   * no more than the values that were stored since the last one.
   */
  dropExpired(): void {
    if (!this.#isPartitioned || this.#ttl === undefined || this.#caches.size === 0) return;
    const now = this.#now();
    if (now >= this.#sweptAt && now - this.#sweptAt <= this.#ttl) return;
    this.#sweptAt = now;
    for (const [partition, cache] of this.#caches) if (cache.isExpired) this.#caches.delete(partition);
    this.#latest = undefined;
  }

  /** Joins the pending item of a key, or delivers its value; undefined for an unknown key. */
  loadKnown(partition: unknown, identity: unknown, sink: Sink<V>): Execution | undefined {
    return this.#of(partition)?.loadKnown(identity, sink) ?? this.#realCacheOf(partition)?.loadSettled(identity, sink);
  }

  /** The item of a key that has no result yet. */
  pendingKey(partition: unknown, identity: unknown): Key | undefined {
    return this.#of(partition)?.pendingKey(identity);
  }

  add(partition: unknown, item: Key): void {
    this.#ensure(partition).add(item);
  }

  /** Keeps the value of an item, unless the key was cleared in the meantime. */
  keep(partition: unknown, item: Key, value: V): void {
    this.#of(partition)?.keep(item, value);
  }

  /** Removes an item that has failed, or has no waiter any more. */
  forget(partition: unknown, item: Key): void {
    this.#change(partition, (cache) => cache.forget(item));
  }

  /** Keeps the value of a settled key, unless the key is in the cache already. */
  prime(partition: unknown, settled: Key, value: V): void {
    const { identity } = settled;
    if (this.#of(partition)?.has(identity)) return;
    if (this.#realCacheOf(partition)?.hasValue(identity)) return;
    this.add(partition, settled);
    this.keep(partition, settled, value);
    const rewritten = this.#rewritten?.get(partition);
    if (rewritten?.has(identity)) rewritten.set(identity, { settled, value });
  }

  clear(partition: unknown, identity: unknown): void {
    this.clearCount++;
    this.#change(partition, (cache) => cache.clear(identity));
    this.#real?.clear(partition, identity);
    if (!this.#rewritten) return;
    const rewritten = this.#rewritten.get(partition) ?? new Map<unknown, undefined>();
    this.#rewritten.set(partition, rewritten.set(identity, undefined));
  }

  clearAll(): void {
    this.clearCount++;
    for (const partition of this.#caches.keys()) this.#change(partition, (cache) => cache.clearAll());
    this.#real?.clearAll();
    this.#rewritten?.clear();
  }

  /**
   * Forgets what a mutation may have changed: all keys but those that were cleared and then primed since the last call. A
   * store that is passed in is left as it is, since other requests share it.
   */
  clearLoaded(): void {
    if (!this.#rewritten) return;
    const rewritten = [...this.#rewritten];
    this.clearAll();
    for (const [partition, keys] of rewritten)
      for (const primed of keys.values()) if (primed) this.prime(partition, primed.settled, primed.value);
  }

  #change(partition: unknown, change: (cache: Cache<V, Key>) => void): void {
    const cache = this.#of(partition);
    if (!cache) return;
    change(cache);
    if (!this.#isPartitioned || !cache.isEmpty) return;
    this.#caches.delete(partition);
    this.#latest = undefined;
  }

  #of(partition: unknown): Cache<V, Key> | undefined {
    // Not `?.`: without partitions every partition is undefined.
    if (this.#latest && this.#latest.partition === partition) return this.#latest;
    return (this.#latest = this.#caches.get(partition));
  }

  #ensure(partition: unknown): Cache<V, Key> {
    let cache = this.#of(partition);
    if (!cache) this.#caches.set(partition, (cache = this.#makeCache(partition)));
    return cache;
  }

  #realCacheOf(partition: unknown): Cache<V, Key> | undefined {
    return this.#real && this.#real.#of(partition);
  }
}
