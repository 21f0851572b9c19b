/** What a batch function remembers on one scheduler: a cache for each partition, so that tenants never meet. */
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import type { BatchOptions } from './batch-config';
import { Cache } from './cache';
import { Item } from './item';

export class Memory<K, V> {
  readonly #caches = new Map<unknown, Cache<K, V>>();

  constructor(
    private readonly options: BatchOptions<K>,
    private readonly scheduler: BatchScheduler,
  ) {}

  of(partition: unknown): Cache<K, V> | undefined {
    const { cache: config } = this.options;
    if (config === false) return undefined;
    let cache = this.#caches.get(partition);
    if (!cache) this.#caches.set(partition, (cache = new Cache(config, () => this.scheduler.now())));
    return cache;
  }

  prime(key: K, value: V): void {
    this.#ofKey(key)?.prime(Item.of(key, this.options.identityOf(key), value), value);
  }

  clear(key: K): void {
    this.#ofKey(key)?.clear(this.options.identityOf(key));
  }

  clearAll(): void {
    // A store may hold values from before anything was asked for.
    if (!this.options.partitionOf) this.of(undefined);
    for (const cache of this.#caches.values()) cache.clearAll();
  }

  #ofKey(key: K): Cache<K, V> | undefined {
    return this.of(this.options.partitionOf?.(key));
  }
}
