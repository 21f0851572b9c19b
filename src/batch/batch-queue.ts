/**
 * The state of one batch function on one scheduler, in one time domain: its open batches by partition, its flights and its
 * cache. If the cache has the key, the cache answers; otherwise the key joins the open batch of its partition.
 */
import type { Subject } from 'rxjs';
import { endedExecution, type Execution, type Sink } from '../future/execution';
import type { Future } from '../future/future';
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import type { FlushEvent, FlushReason } from '../scheduler/events';
import { runIn } from '../scheduler/frame';
import { instrumentation } from '../scheduler/instrumentation';
import type { Runnable } from '../scheduler/run-queue';
import type { SchedulerState } from '../scheduler/scheduler-state';
import { keyItself, type BatchOptions } from './batch-config';
import type { Cache } from './cache/cache';
import type { PartitionedCache } from './cache/partitioned-cache';
import { Flight } from './flight';
import { FlightSlots } from './flight-slots';
import { PendingBatch, type BatchOwner } from './pending-batch';
import { PendingKey } from './pending-key';
import type { Resolver } from './resolver';

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
  readonly cache: PartitionedCache<V, PendingKey<K, V>> | undefined;
}

export class BatchQueue<K, V> implements Runnable, BatchOwner<K, V> {
  readonly options: BatchOptions<K>;
  readonly state: SchedulerState;
  readonly cache: PartitionedCache<V, PendingKey<K, V>> | undefined;
  readonly hasStore: boolean;
  /** Whether a load calls no function of the config, and never fills a batch. */
  readonly callsNoConfig: boolean;
  /** The open batch that was used last: without partitions, the only one. */
  #latest: PendingBatch<K, V> | undefined;
  /** The open batches by partition, of a function with partitions. */
  readonly #byPartition = new Map<unknown, PendingBatch<K, V>>();
  readonly #slots: FlightSlots<PendingBatch<K, V>>;
  /** Whether `#loadDirectly` can load the keys while no instrumentation is installed. */
  readonly #canLoadDirectly: boolean;
  readonly #directCache: Cache<V, PendingKey<K, V>> | undefined;

  constructor(
    private readonly definition: BatchDefinition<K, V>,
    readonly scheduler: BatchScheduler,
    { state, cache }: QueueContext<K, V>,
  ) {
    this.options = definition.options;
    this.state = state;
    this.cache = cache;
    this.hasStore = typeof this.options.cache === 'object';
    const { identityOf, partitionOf, maxSize, concurrency, partitionConcurrency } = this.options;
    this.callsNoConfig = !this.hasStore && identityOf === keyItself && !partitionOf && maxSize === Infinity;
    this.#slots = new FlightSlots(this.options);
    this.#directCache = cache?.only;
    this.#canLoadDirectly =
      this.callsNoConfig &&
      concurrency === Infinity &&
      partitionConcurrency === Infinity &&
      (!cache || this.#directCache !== undefined);
  }

  get resolverLength(): number {
    return this.definition.resolve.length;
  }

  hasSlotFor(partition: unknown): boolean {
    return this.#slots.hasSlotFor(partition);
  }

  get hasAnySlot(): boolean {
    return this.#slots.hasAny;
  }

  /** Loads a key. An error of a function in the config (`key`, `partition`, the methods of a store) fails only the sink. */
  load(key: K, sink: Sink<V>, future: object): Execution {
    if (this.#canLoadDirectly && !instrumentation.current && !this.state.feedGraph)
      return this.#loadDirectly(key, sink);
    try {
      const { identityOf, partitionOf } = this.options;
      const identity = identityOf(key);
      const partition = partitionOf?.(key);
      const known = this.cache?.loadKnown(partition, identity, sink);
      if (known) {
        const pending = known === endedExecution ? undefined : this.cache?.pendingKey(partition, identity);
        this.#onKnown(pending, { key, waiter: sink, future });
        return known;
      }
      const batch = this.#openBatchOf(partition);
      const pending = batch.keyFor(
        key,
        identity,
        this.cache !== undefined && this.cache.clearCount === batch.clearCount,
      );
      // A cleared key that is still in the batch is cached again.
      this.cache?.add(partition, pending);
      return this.#join(batch, pending, sink, future);
    } catch (error) {
      instrumentation.current?.emit({ type: 'future-consumed', future });
      sink.fail(error);
      return endedExecution;
    }
  }

  /** `load` in the usual case: the config has no function and no bound, and nothing observes or learns from the request. */
  #loadDirectly(key: K, sink: Sink<V>): Execution {
    const cache = this.#directCache;
    const known = cache?.loadKnown(key, sink);
    if (known) {
      if (known !== endedExecution && this.#slots.areTaken) this.#checkDeadlock(batchOf(cache?.pendingKey(key)), sink);
      return known;
    }
    const batch = this.#openBatchOf(undefined);
    const pending = batch.keyFor(key, key, cache !== undefined && this.cache?.clearCount === batch.clearCount);
    cache?.add(pending);
    this.state.armQuiescence();
    return pending.join(sink);
  }

  /** Keeps a value as if it had been loaded, unless the key is in the cache already. */
  prime(key: K, value: V): void {
    const identity = this.options.identityOf(key);
    this.cache?.prime(this.options.partitionOf?.(key), PendingKey.settled(key, identity, value), value);
  }

  clear(key: K): void {
    this.cache?.clear(this.options.partitionOf?.(key), this.options.identityOf(key));
  }

  #join(batch: PendingBatch<K, V>, pending: PendingKey<K, V>, sink: Sink<V>, future: object): Execution {
    if (instrumentation.current) {
      const { key, isWanted } = pending;
      instrumentation.current.emit({ type: 'key-requested', batch, key, waiter: sink, future, isNew: !isWanted });
    }
    this.state.feedGraph?.addRequest(this.options, sink, batch);
    if (!batch.hasFreeSlot) this.#checkDeadlock(batch, sink);
    // The check is armed for each key, because a clock whose callback has thrown drops the timers that were armed.
    this.state.armQuiescence();
    const execution = pending.join(sink);
    // A clock without delays may have flushed the batch already.
    if (batch.phase === 'open' && batch.size >= this.options.maxSize) this.#enqueueFull(batch);
    return execution;
  }

  /** Called for a key that the cache knows. Without a pending key, its value was delivered. */
  #onKnown(
    pending: PendingKey<K, V> | undefined,
    request: { readonly key: K; readonly waiter: Sink<V>; readonly future: object },
  ): void {
    const { scheduler, options, state } = this;
    const batch = batchOf(pending);
    if (this.#slots.areTaken) this.#checkDeadlock(batch, request.waiter);
    state.feedGraph?.addRequest(options, request.waiter, batch);
    if (!batch) state.feedGraph?.addDelivery(options, request.waiter);
    if (batch) instrumentation.current?.emit({ type: 'key-requested', batch, isNew: false, ...request });
    else instrumentation.current?.emit({ type: 'key-cached', name: options.name, scheduler, ...request });
  }

  /**
   * A resolver that loads a key which is in flight, or whose batch has no slot, may wait for its own flight: the scheduler
   * then looks for a cycle.
   */
  #checkDeadlock(batch: PendingBatch<K, V> | undefined, sink: Sink<V>): void {
    if (batch && (batch.flight || !batch.hasFreeSlot)) this.state.checkForDeadlock(sink);
  }

  #openBatchOf(partition: unknown): PendingBatch<K, V> {
    if (this.#latest && this.#latest.partition === partition) return this.#latest;
    this.#latest = this.#byPartition.get(partition) ?? this.#open(partition);
    return this.#latest;
  }

  #open(partition: unknown): PendingBatch<K, V> {
    this.cache?.dropExpired();
    const batch = new PendingBatch<K, V>(this, partition, this.cache?.clearCount);
    instrumentation.current?.emit({ type: 'batch-opened', batch });
    if (this.options.partitionOf) this.#byPartition.set(partition, batch);
    this.state.openBatches.open(batch);
    return batch;
  }

  /** Closes a full batch for further keys. The batch is flushed as soon as a slot is free. */
  #enqueueFull(batch: PendingBatch<K, V>): void {
    this.state.openBatches.markFull(batch);
    this.#removeFromLookup(batch);
    this.#slots.enqueue(batch);
    this.scheduler.runQueue.runNext(this);
  }

  #remove(batch: PendingBatch<K, V>): void {
    this.state.openBatches.close(batch);
    this.#removeFromLookup(batch);
  }

  /** Removes the batch from the lookup, so that the next key of the partition opens another one. */
  #removeFromLookup(batch: PendingBatch<K, V>): void {
    if (this.#byPartition.get(batch.partition) === batch) this.#byPartition.delete(batch.partition);
    if (this.#latest === batch) this.#latest = undefined;
  }

  /** Flushes full batches while slots are free. */
  step(): void {
    while (!this.state.isPast) {
      const batch = this.#slots.next();
      if (!batch) return;
      this.flush(batch, 'full');
    }
  }

  flush(batch: PendingBatch<K, V>, reason: FlushReason): void {
    this.#remove(batch);
    const pendingKeys = batch.close();
    if (pendingKeys.length === 0) return;
    const flight = new Flight(batch, pendingKeys, this.options);
    batch.flight = flight;
    this.#slots.take(batch);
    this.state.openBatches.addInFlight(batch);
    instrumentation.current?.emit({ type: 'batch-flushed', batch, flight, keys: flight.keys, reason });
    if (this.#isObserved()) this.#emitFlush(flight.keys, reason, batch.heldFor);
    flight.start(this.definition.resolve);
  }

  onBatchEmpty(batch: PendingBatch<K, V>): void {
    instrumentation.current?.emit({ type: 'batch-ended', batch, outcome: undefined, failures: undefined });
    this.#remove(batch);
    batch.close();
    // Other batches may have been held for the tasks that waited for this one.
    this.state.armQuiescence();
  }

  keep(partition: unknown, key: PendingKey<K, V>, value: V): void {
    this.cache?.keep(partition, key, value);
  }

  forget(partition: unknown, key: PendingKey<K, V>): void {
    this.cache?.forget(partition, key);
  }

  releaseSlot(batch: PendingBatch<K, V>): void {
    this.#slots.release(batch);
    this.state.openBatches.removeInFlight(batch);
  }

  onFlightFinished(batch: PendingBatch<K, V>): void {
    if (this.scheduler.events.observed) this.#emitLand(batch.flight?.keys ?? []);
    if (this.#slots.hasQueue) this.scheduler.runQueue.runNext(this);
    this.state.armQuiescence();
  }

  #isObserved(): boolean {
    return this.definition.flushes.observed || this.scheduler.events.observed;
  }

  #emitFlush(keys: readonly K[], reason: FlushReason, heldFor: readonly string[] | undefined): void {
    const { scheduler } = this;
    const event: FlushEvent<K> = {
      type: 'flush',
      batch: this.options.name,
      keys,
      reason,
      ...(heldFor && { heldFor }),
      at: scheduler.now(),
    };
    runIn(scheduler.frame, () => {
      this.definition.flushes.next(event);
      scheduler.events.next(event);
    });
  }

  #emitLand(keys: readonly K[]): void {
    const { scheduler, options } = this;
    const event = { type: 'land', batch: options.name, keys, at: scheduler.now() } as const;
    runIn(scheduler.frame, () => {
      scheduler.events.next(event);
    });
  }
}

/** The batch of a pending key. */
const batchOf = <K, V>(pending: PendingKey<K, V> | undefined): PendingBatch<K, V> | undefined =>
  pending?.owner as PendingBatch<K, V> | undefined; // Cast: a `PendingBatch`, because only batches own keys.
