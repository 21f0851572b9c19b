/**
 * A batch function on one scheduler: its open windows by partition, the flights it has in the air, and what it
 * remembers.
 */
import { ended, type Execution, type Sink } from '../future/execution';
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import type { FlushEvent, FlushReason } from '../scheduler/events';
import { Fifo } from '../scheduler/fifo';
import type { Runnable } from '../scheduler/run-queue';
import type { Subject } from 'rxjs';
import type { BatchOptions } from './batch-config';
import { Cache } from './cache';
import type { Resolver } from './flush';
import { Item } from './item';
import { Window } from './window';

/** What all worlds of a batch function share. */
export interface BatchKind<K, V> {
  readonly options: BatchOptions<K>;
  readonly resolve: Resolver<K, V>;
  readonly flushes: Subject<FlushEvent<K>>;
}

export class World<K, V> implements Runnable {
  readonly options: BatchOptions<K>;
  readonly resolve: Resolver<K, V>;
  /** What it remembers, each partition by itself. */
  readonly #caches = new Map<unknown, Cache<K, V>>();
  readonly #flushes: Subject<FlushEvent<K>>;
  /** The open window that was asked last: without partitions, the only one. */
  #latest: Window<K, V> | undefined;
  readonly #windows = new Map<unknown, Window<K, V>>();
  /** Full, and waiting for room in the air. */
  readonly #full = new Fifo<Window<K, V>>();
  #flights = 0;

  constructor(
    { options, resolve, flushes }: BatchKind<K, V>,
    readonly scheduler: BatchScheduler,
  ) {
    this.options = options;
    this.resolve = resolve;
    this.#flushes = flushes;
  }

  get hasRoom(): boolean {
    return this.#flights < this.options.concurrency;
  }

  /** Fails the sink alone with what the functions of the config throw: key, partition, the methods of a store. */
  ask(key: K, sink: Sink<V>): Execution {
    try {
      const identity = this.options.identityOf(key);
      const partition = this.options.partitionOf?.(key);
      const known = this.#cacheOf(partition)?.recall(identity, sink);
      return known ?? this.#gather(this.#windowOf(partition).itemOf(key, identity), sink);
    } catch (error) {
      sink.fail(error);
      return ended;
    }
  }

  #gather(item: Item<K, V>, sink: Sink<V>): Execution {
    const execution = item.join(sink);
    const window = this.#latest;
    if (window && window.size >= this.options.maxSize) this.#seal(window);
    return execution;
  }

  prime(key: K, value: V): void {
    const identity = this.options.identityOf(key);
    this.#cacheOf(this.options.partitionOf?.(key))?.prime(Item.of(key, identity, value), value);
  }

  clear(key: K): void {
    this.#cacheOf(this.options.partitionOf?.(key))?.clear(this.options.identityOf(key));
  }

  clearAll(): void {
    // A store may hold values from before anything was asked for.
    if (!this.options.partitionOf) this.#cacheOf(undefined);
    for (const cache of this.#caches.values()) cache.clearAll();
  }

  closed(window: Window<K, V>): void {
    this.scheduler.openBatches.close(window);
    if (this.#windows.get(window.partition) === window) this.#windows.delete(window.partition);
    if (this.#latest === window) this.#latest = undefined;
  }

  tookOff(window: Window<K, V>, keys: readonly K[], reason: FlushReason): void {
    this.#flights++;
    const { scheduler } = this;
    scheduler.openBatches.takeOff(window);
    if (!this.#flushes.observed && !scheduler.events.observed) return;
    const event: FlushEvent<K> = { type: 'flush', batch: this.options.name, keys, reason, at: scheduler.now() };
    this.#flushes.next(event);
    scheduler.events.next(event);
  }

  landed(window: Window<K, V>, keys: readonly K[]): void {
    this.#flights--;
    const { scheduler } = this;
    scheduler.openBatches.land(window);
    if (scheduler.events.observed) {
      scheduler.events.next({ type: 'land', batch: this.options.name, keys, at: scheduler.now() });
    }
    if (this.#full.length > 0) scheduler.runQueue.call(this);
    scheduler.stir();
  }

  /** Flushes what is full, as far as there is room. */
  step(): void {
    while (this.hasRoom) {
      const window = this.#full.shift();
      if (!window) return;
      window.flush('full');
    }
  }

  #cacheOf(partition: unknown): Cache<K, V> | undefined {
    if (this.options.cache === false) return undefined;
    let cache = this.#caches.get(partition);
    if (!cache) {
      cache = new Cache(this.options.cache, () => this.scheduler.now());
      this.#caches.set(partition, cache);
    }
    return cache;
  }

  #windowOf(partition: unknown): Window<K, V> {
    if (this.#latest && this.#latest.partition === partition) return this.#latest;
    this.#latest = this.#windows.get(partition) ?? this.#openWindow(partition);
    return this.#latest;
  }

  #openWindow(partition: unknown): Window<K, V> {
    const window = new Window(this, partition, this.#cacheOf(partition));
    this.#windows.set(partition, window);
    this.scheduler.openBatches.open(window);
    return window;
  }

  #seal(window: Window<K, V>): void {
    this.closed(window);
    this.#full.push(window);
    this.scheduler.runQueue.call(this);
  }
}
