/**
 * The state of one batch function on one scheduler, in one time domain: its open windows by partition, its flights and
 * its cache.
 */
import { endedExecution, type Execution, type Sink } from '../future/execution';
import { instrumentation } from '../scheduler/instrumentation';
import type { Future } from '../future/future';
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import type { SchedulerState } from '../scheduler/scheduler-state';
import type { FlushEvent, FlushReason } from '../scheduler/events';
import { runIn } from '../scheduler/frame';
import type { Waiter } from '../scheduler/waiter';
import type { Runnable } from '../scheduler/run-queue';
import type { Subject } from 'rxjs';
import type { BatchOptions } from './batch-config';
import type { Flight } from './flight';
import { FlightSlots } from './flight-slots';
import type { Resolver } from './flush';
import type { Item } from './item';
import type { PartitionedCache } from './partitioned-cache';
import { Window } from './window';

/** What all queues of a batch function share. */
export interface BatchDefinition<K, V> {
  readonly options: BatchOptions<K>;
  readonly resolve: Resolver<K, V>;
  readonly flushes: Subject<FlushEvent<K>>;
  /** The replacement that a mock installs for its lifetime; it gets the future of the original function. */
  substitute?: ((key: K, genuine: Future<V>) => Future<V>) | undefined;
}

/** The state of a scheduler that the queue belongs to, and the cache of the queue. */
interface QueueContext<K, V> {
  readonly state: SchedulerState;
  readonly cache: PartitionedCache<K, V> | undefined;
}

export class BatchQueue<K, V> implements Runnable {
  readonly options: BatchOptions<K>;
  readonly resolve: Resolver<K, V>;
  readonly state: SchedulerState;
  readonly cache: PartitionedCache<K, V> | undefined;
  readonly #flushes: Subject<FlushEvent<K>>;
  /** The open window that was used last: without partitions, the only one. */
  #latest: Window<K, V> | undefined;
  readonly #windows = new Map<unknown, Window<K, V>>();
  readonly #slots: FlightSlots<Window<K, V>>;

  constructor(
    { options, resolve, flushes }: BatchDefinition<K, V>,
    readonly scheduler: BatchScheduler,
    { state, cache }: QueueContext<K, V>,
  ) {
    this.state = state;
    this.cache = cache;
    this.options = options;
    this.resolve = resolve;
    this.#flushes = flushes;
    this.#slots = new FlightSlots(options);
  }

  hasSlotFor(partition: unknown): boolean {
    return this.#slots.hasSlotFor(partition);
  }

  /** Whether a partition without flights would get a slot. */
  get hasAnySlot(): boolean {
    return this.#slots.hasAny;
  }

  /** Loads a key. An error of a function in the config (`key`, `partition`, the methods of a store) fails only the sink. */
  load(key: K, sink: Sink<V>, future: object): Execution {
    try {
      const identity = this.options.identityOf(key);
      const partition = this.options.partitionOf?.(key);
      const known = this.cache?.loadKnown(partition, identity, sink);
      if (!known) return this.#join(this.#windowOf(partition).itemFor(key, identity), sink, future);
      if (known !== endedExecution && this.#slots.areTaken)
        this.#checkDeadlock(this.cache?.pendingItem(partition, identity)?.owner, sink);
      if (instrumentation.current)
        this.#emitKnown(this.cache?.pendingItem(partition, identity), { key, waiter: sink, future });
      return known;
    } catch (error) {
      instrumentation.current?.emit({ type: 'future-consumed', future });
      sink.fail(error);
      return endedExecution;
    }
  }

  #join(item: Item<K, V>, sink: Sink<V>, future: object): Execution {
    const window = this.#latest;
    if (window) {
      const { key, isWanted } = item;
      instrumentation.current?.emit({
        type: 'key-requested',
        batch: window,
        key,
        waiter: sink,
        future,
        isNew: !isWanted,
      });
    }
    if (window?.canBeForced === false) this.#checkDeadlock(window, sink);
    const execution = item.join(sink);
    if (window && window.size >= this.options.maxSize) this.#seal(window);
    return execution;
  }

  /**
   * A resolver that loads a key which is in flight, or whose batch has no slot, may wait for its own flight: the scheduler
   * then looks for a cycle.
   */
  #checkDeadlock(owner: unknown, sink: Sink<V>): void {
    const window = owner as Window<K, V> | undefined; // only windows own items
    if (!window || (!window.flight && window.canBeForced)) return;
    this.state.checkForDeadlock(sink);
  }

  removeWindow(window: Window<K, V>): void {
    this.state.openBatches.close(window);
    if (this.#windows.get(window.partition) === window) this.#windows.delete(window.partition);
    if (this.#latest === window) this.#latest = undefined;
  }

  addInFlight(window: Window<K, V>, flight: Flight<K, V>, reason: FlushReason): void {
    this.#slots.take(window);
    const { scheduler } = this;
    this.state.openBatches.addInFlight(window);
    instrumentation.current?.emit({ type: 'batch-flushed', batch: window, flight, keys: flight.keys, reason });
    if (!this.#flushes.observed && !scheduler.events.observed) return;
    const { keys } = flight;
    const event: FlushEvent<K> = { type: 'flush', batch: this.options.name, keys, reason, at: scheduler.now() };
    runIn(scheduler.frame, () => {
      this.#flushes.next(event);
      scheduler.events.next(event);
    });
  }

  releaseSlot(window: Window<K, V>): void {
    this.#slots.release(window);
    this.state.openBatches.removeInFlight(window);
  }

  removeInFlight(flight: Flight<K, V>): void {
    const { scheduler } = this;
    if (scheduler.events.observed) {
      const event = { type: 'land', batch: this.options.name, keys: flight.keys, at: scheduler.now() } as const;
      runIn(scheduler.frame, () => {
        scheduler.events.next(event);
      });
    }
    if (this.#slots.hasQueue) scheduler.runQueue.call(this);
    this.state.armQuiescence();
  }

  /** Flushes full batches while slots are free. */
  step(): void {
    while (!this.state.isPast) {
      const window = this.#slots.next();
      if (!window) return;
      window.flush('full');
    }
  }

  /** Reports a load that joined a pending item or found a value. */
  #emitKnown(item: Item<K, V> | undefined, request: { key: K; waiter: Waiter; future: object }): void {
    const { scheduler, options } = this;
    const batch = item?.owner as Window<K, V> | undefined; // only windows own items
    if (batch) instrumentation.current?.emit({ type: 'key-requested', batch, isNew: false, ...request });
    else instrumentation.current?.emit({ type: 'key-cached', name: options.name, scheduler, ...request });
  }

  #windowOf(partition: unknown): Window<K, V> {
    if (this.#latest && this.#latest.partition === partition) return this.#latest;
    this.#latest = this.#windows.get(partition) ?? this.#openWindow(partition);
    return this.#latest;
  }

  #openWindow(partition: unknown): Window<K, V> {
    this.cache?.dropExpired();
    const window = new Window(this, partition);
    instrumentation.current?.emit({ type: 'batch-opened', batch: window });
    this.#windows.set(partition, window);
    this.state.openBatches.open(window);
    return window;
  }

  #seal(window: Window<K, V>): void {
    this.removeWindow(window);
    window.isSealed = true;
    this.state.openBatches.seal(window);
    this.#slots.enqueue(window);
    this.scheduler.runQueue.call(this);
  }
}
