/**
 * A pending batch collects keys while it is open; after its flush it hands out the results of its flight. It leaves the open
 * batches at its flush, or when all its keys have lost their waiters, so no timer runs while nothing waits.
 */
import { describeBatch } from '../core/describe';
import type { QueueLinks } from '../core/linked-queue';
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import type { FlushReason } from '../scheduler/events';
import type { FeedingFunction } from '../scheduler/feed-graph';
import type { OpenBatch } from '../scheduler/flush-policy';
import { instrumentation, type EndOutcome, type KeyFailures } from '../scheduler/instrumentation';
import type { Flushable, KeyWaiter } from '../scheduler/open-batches';
import type { SchedulerState } from '../scheduler/scheduler-state';
import { isAwaited, type Waiter } from '../scheduler/waiter';
import type { BatchOptions } from './batch-config';
import { Countdown } from './countdown';
import type { Flight, FlightOwner } from './flight';
import { KeyWindow } from './key-window';
import { PendingKey, type KeyOwner } from './pending-key';

/** The queue of a batch. */
export interface BatchOwner<K, V> {
  readonly options: BatchOptions<K>;
  readonly scheduler: BatchScheduler;
  readonly state: SchedulerState;
  /** Whether a partition without flights would get a slot. */
  readonly hasAnySlot: boolean;
  readonly hasStore: boolean;
  /** Number of parameters of the resolver. A resolver without the `flush` parameter cannot settle keys early. */
  readonly resolverLength: number;
  hasSlotFor(partition: unknown): boolean;
  flush(batch: PendingBatch<K, V>, reason: FlushReason): void;
  /** Called when the last key of an open batch has lost its last waiter. */
  onBatchEmpty(batch: PendingBatch<K, V>): void;
  keep(partition: unknown, key: PendingKey<K, V>, value: V): void;
  forget(partition: unknown, key: PendingKey<K, V>): void;
  /** Called before the first result of the resolver is delivered; with late results, before the last. */
  releaseSlot(batch: PendingBatch<K, V>): void;
  /** Called after the last result of a flight has been delivered. */
  onFlightFinished(batch: PendingBatch<K, V>): void;
}

export class PendingBatch<K, V> implements Flushable, KeyOwner<K, V>, FlightOwner<K, V> {
  readonly openedAt: number;
  phase: Flushable['phase'];
  queuedBefore: QueueLinks | undefined;
  queuedAfter: QueueLinks | undefined;
  isQueued = false;
  heldFor: readonly string[] | undefined;
  /** The flight, after the flush. */
  flight: Flight<K, V> | undefined;
  /** The keys, in request order, including those without waiters. */
  #keys: PendingKey<K, V>[] = [];
  /** Number of keys without a waiter. */
  #unwantedCount = 0;
  /** The largest identity while the identities are numbers in ascending order, which need no look-up. */
  #largest: number | undefined = -Infinity;
  /** The identities of all keys; undefined while they ascend, and after the first duplicate. */
  #identities: Set<unknown> | undefined;
  /** The keys by identity, once a duplicate has been requested. */
  #byIdentity: Map<unknown, PendingKey<K, V>> | undefined;
  #window: KeyWindow<K, V> | undefined;
  #hold: Countdown | undefined;

  constructor(
    private readonly owner: BatchOwner<K, V>,
    readonly partition: unknown,
    /** The `clearCount` of the cache when the batch was opened. While it has not changed, the cache knows all keys. */
    readonly clearCount: number | undefined,
  ) {
    const { options, scheduler } = owner;
    this.openedAt = scheduler.now();
    if (options.window > 0) this.#window = new KeyWindow(scheduler, options.window, () => owner.state.armQuiescence());
  }

  get name(): string {
    return this.owner.options.name;
  }

  get ofFunction(): FeedingFunction {
    return this.owner.options;
  }

  get state(): SchedulerState {
    return this.owner.state;
  }

  get scheduler(): BatchScheduler {
    return this.owner.scheduler;
  }

  get size(): number {
    return this.#keys.length - this.#unwantedCount;
  }

  get priority(): number {
    return this.owner.options.priorityOf(this.size);
  }

  get feeders(): readonly OpenBatch[] {
    return this.#hold?.isOver ? [] : this.state.openBatches.feedersOf(this);
  }

  get isFull(): boolean {
    return this.phase === 'full';
  }

  get isWindowOpen(): boolean {
    return this.#window?.isOver === false;
  }

  get hasFreeSlot(): boolean {
    return this.owner.hasSlotFor(this.partition);
  }

  describe(): string {
    return this.flight?.describe() ?? describeBatch(this.name);
  }

  *keyWaiters(): Generator<KeyWaiter> {
    for (const pending of this.#keys) for (const waiter of pending.waiters()) yield { key: pending.key, waiter };
  }

  waitsFor(waiter: Waiter): boolean {
    if (!this.flight || this.flight.hasEarlyResults || this.owner.resolverLength !== 1) return false;
    // An `async` resolver may subscribe to a future without waiting for it.
    return !this.flight.isOfPromise || isAwaited(waiter);
  }

  isBlockedBy(inFlight: Flushable): boolean {
    if (!(inFlight instanceof PendingBatch) || inFlight.owner !== this.owner || this.flight || this.hasFreeSlot) {
      return false;
    }
    return !this.owner.hasAnySlot || inFlight.partition === this.partition;
  }

  reject({ key, waiter }: KeyWaiter, error: unknown): boolean {
    // Cast: a `K`, because `keyWaiters` yields only keys of this batch.
    const identity = this.owner.options.identityOf(key as K);
    const pending = this.#mapByIdentity().get(identity);
    return pending !== undefined && this.scheduler.runQueue.drive(() => pending.reject(waiter, error));
  }

  /** The pending key of an identity; a new one for a new identity. With `isNew`, no key of the batch has the identity. */
  keyFor(key: K, identity: unknown, isNew: boolean): PendingKey<K, V> {
    if (isNew) {
      this.#largest = undefined;
    } else if (!this.#addIfFirst(identity)) {
      const known = this.#mapByIdentity().get(identity);
      if (known) return known;
    }
    const pending = new PendingKey<K, V>(key, identity, this);
    // A push to an empty array reserves 17 slots, and many batches have one key.
    if (this.#keys.length === 0) this.#keys = [pending];
    else this.#keys.push(pending);
    this.#window?.add(pending);
    this.#byIdentity?.set(identity, pending);
    return pending;
  }

  readyFor(isBusy: boolean): FlushReason | undefined {
    const { hold, window } = this.owner.options;
    this.#window?.ensureRunning();
    if (this.isWindowOpen || !this.hasFreeSlot) return undefined;
    if (hold > 0 && isBusy && !this.#hold?.isOver) {
      this.#hold ??= this.#holdFor(hold);
      this.#hold.ensureRunning();
      // At the first check the hold may be over already; then no timer would trigger another check.
      if (!this.#hold.isOver) return undefined;
    }
    return this.#hold?.isOver ? 'hold-elapsed' : window > 0 ? 'window' : 'quiescent';
  }

  flush(reason: FlushReason): void {
    this.owner.flush(this, reason);
  }

  /** Stops collecting keys, and returns those that have not lost their waiters. */
  close(): readonly PendingKey<K, V>[] {
    this.#hold?.stop();
    if (this.#window) this.#keys = this.#window.close();
    if (this.#unwantedCount > 0 || this.#window) this.#removeUnwanted();
    this.#identities = undefined;
    this.#byIdentity = undefined;
    return this.#keys;
  }

  onKeyUnwanted(pending: PendingKey<K, V>): void {
    this.owner.forget(this.partition, pending);
    if (this.flight) {
      this.flight.onKeyUnwanted();
      return;
    }
    this.#unwantedCount++;
    this.#identities?.delete(pending.identity);
    this.#byIdentity?.delete(pending.identity);
    if (this.size === 0) this.owner.onBatchEmpty(this);
    // Keys that come and go while a batch waits for a slot or for a hold do not pile up. Those of a window do: `bufferTime`
    // keeps them until the flush.
    else if (this.#unwantedCount > this.size) this.#removeUnwanted();
  }

  get hasStore(): boolean {
    return this.owner.hasStore;
  }

  keep(pending: PendingKey<K, V>, value: V): void {
    this.owner.keep(this.partition, pending, value);
  }

  forget(pending: PendingKey<K, V>): void {
    this.owner.forget(this.partition, pending);
  }

  releaseSlot(): void {
    this.owner.releaseSlot(this);
  }

  onFlightFinished(outcome: EndOutcome, failures: KeyFailures | undefined): void {
    instrumentation.current?.emit({ type: 'batch-ended', batch: this, outcome, failures });
    this.owner.onFlightFinished(this);
  }

  /** Remembers the identity. Returns whether no waiting key has it. */
  #addIfFirst(identity: unknown): boolean {
    if (this.#largest !== undefined) {
      if (typeof identity === 'number' && identity > this.#largest) {
        this.#largest = identity;
        return true;
      }
      this.#largest = undefined;
      if (this.#keys.length === 0) return true;
    }
    if (this.#byIdentity) return !this.#byIdentity.has(identity);
    this.#identities ??= new Set(this.#waitingIdentities());
    const { size } = this.#identities;
    return this.#identities.add(identity).size > size;
  }

  *#waitingIdentities(): Generator {
    for (const pending of this.#keys) if (pending.isWanted) yield pending.identity;
  }

  #mapByIdentity(): Map<unknown, PendingKey<K, V>> {
    if (this.#byIdentity) return this.#byIdentity;
    this.#identities = undefined;
    this.#byIdentity = new Map();
    for (const pending of this.#keys) if (pending.isWanted) this.#byIdentity.set(pending.identity, pending);
    return this.#byIdentity;
  }

  #removeUnwanted(): void {
    this.#keys = this.#keys.filter(({ hasLeft }) => !hasLeft);
    this.#unwantedCount = 0;
  }

  #holdFor(ms: number): Countdown {
    const { scheduler, state } = this.owner;
    return new Countdown({ scheduler, startedAt: this.openedAt, ms, onEnd: () => state.armQuiescence() });
  }
}
