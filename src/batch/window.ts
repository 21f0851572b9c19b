/**
 * An open batch: it collects keys until its flush. RxJS's `bufferTime` emits the keys; its scheduler is `FlushTrigger`,
 * which runs when the window time is over, at quiescence, or when the batch is full. A window opens with its first key and
 * is removed at its flush or when all its keys have lost their waiters, so no timer runs while nothing waits.
 *
 * The value that passes through `bufferTime` is the whole map of the keys, once: `bufferTime` copies its list of buffers
 * for each value, which is too expensive for each key, and it cannot remove keys that have lost their waiters.
 */
import { bufferTime, Observable, Subscription, take, type SchedulerAction, type SchedulerLike } from 'rxjs';
import { describeBatch } from '../core/describe';
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import type { FlushReason } from '../scheduler/events';
import { instrumentation } from '../scheduler/instrumentation';
import type { KeyWaiter, Flushable } from '../scheduler/open-batches';
import { Countdown } from './countdown';
import { Flight } from './flight';
import { Item, type ItemOwner } from './item';
import { isAwaited, type Waiter } from '../scheduler/waiter';
import type { BatchQueue } from './batch-queue';

export class Window<K, V> implements Flushable, ItemOwner<K, V> {
  readonly openedAt: number;
  isSealed = false;
  readonly #queue: BatchQueue<K, V>;
  readonly #items = new Map<unknown, Item<K, V>>();
  readonly #trigger: FlushTrigger;
  /** The items that `bufferTime` has emitted. */
  #emittedItems: ReadonlyMap<unknown, Item<K, V>> | undefined;
  #window: Countdown | undefined;
  #hold: Countdown | undefined;
  #flight: Flight<K, V> | undefined;

  constructor(
    queue: BatchQueue<K, V>,
    readonly partition: unknown,
  ) {
    const { options, scheduler } = queue;
    this.#queue = queue;
    this.openedAt = scheduler.now();
    this.#trigger = new FlushTrigger(scheduler);
    if (options.window > 0) this.#window = this.#countdown(options.window);
    new Observable<ReadonlyMap<unknown, Item<K, V>>>((subscriber) => subscriber.next(this.#items))
      .pipe(bufferTime(options.window, null, Infinity, this.#trigger), take(1))
      .subscribe(([items]) => (this.#emittedItems = items));
  }

  get name(): string {
    return this.#queue.options.name;
  }

  get ofFunction(): object {
    return this.#queue.options;
  }

  get state(): object {
    return this.#queue.state;
  }

  get scheduler(): BatchScheduler {
    return this.#queue.scheduler;
  }

  describe(): string {
    return this.#flight?.describe() ?? describeBatch(this.name);
  }

  *keyWaiters(): Generator<KeyWaiter> {
    for (const item of this.#items.values()) for (const waiter of item.waiters()) yield { key: item.key, waiter };
  }

  get flight(): Waiter | undefined {
    return this.#flight;
  }

  waitsFor(asker: Waiter): boolean {
    if (!this.#flight || this.#flight.hasEarlyResults || this.#queue.resolve.length !== 1) return false;
    // An `async` resolver may subscribe to a future without waiting for it.
    return !this.#flight.isOfPromise || isAwaited(asker);
  }

  isBlockedBy(inFlight: Flushable): boolean {
    if (!(inFlight instanceof Window) || inFlight.#queue !== this.#queue || this.#flight || this.canBeForced) {
      return false;
    }
    return !this.#queue.hasAnySlot || inFlight.partition === this.partition;
  }

  reject({ key, waiter }: KeyWaiter, error: unknown): boolean {
    const item = this.#items.get(this.#queue.options.identityOf(key as K)); // a key of this window
    return item !== undefined && this.scheduler.runQueue.drive(() => item.reject(waiter, error));
  }

  get size(): number {
    return this.#items.size;
  }

  get priority(): number {
    return this.#queue.options.priorityOf(this.size);
  }

  get isWindowOpen(): boolean {
    return this.#window?.isOver === false;
  }

  get canBeForced(): boolean {
    return this.#queue.hasSlotFor(this.partition);
  }

  /** The item of a key in this batch; a new item for a new key. */
  itemFor(key: K, identity: unknown): Item<K, V> {
    const known = this.#items.get(identity);
    if (known) {
      // The cache did not know the key, so it has been cleared; the item is current again from now on.
      this.#queue.cache?.add(this.partition, known);
      return known;
    }
    const item = new Item<K, V>(key, identity, this);
    this.#items.set(identity, item);
    this.#queue.cache?.add(this.partition, item);
    // For each key, not only the first: a clock whose callback has thrown drops the timers that were armed.
    this.#queue.state.armQuiescence();
    return item;
  }

  readyFor(isBusy: boolean): FlushReason | undefined {
    const { hold, window } = this.#queue.options;
    this.#window?.ensureRunning();
    if (this.isWindowOpen || !this.canBeForced) return undefined;
    if (hold > 0 && isBusy && !this.#hold?.isOver) {
      this.#hold ??= this.#countdown(hold);
      this.#hold.ensureRunning();
      // At the first check the hold may be over already; then no timer would trigger another check.
      if (!this.#hold.isOver) return undefined;
    }
    return this.#hold?.isOver ? 'hold-elapsed' : window > 0 ? 'window' : 'quiescent';
  }

  /** Stops collecting keys. */
  close(): void {
    this.#window?.stop();
    this.#hold?.stop();
    this.#trigger.fire();
  }

  flush(reason: FlushReason): void {
    this.#queue.removeWindow(this);
    this.close();
    if (!this.#emittedItems || this.size === 0) return;
    this.#flight = new Flight(this.#queue, { window: this, items: this.#emittedItems, reason });
    this.#flight.start();
  }

  onItemUnwanted(item: Item<K, V>): void {
    this.#queue.cache?.forget(this.partition, item);
    if (this.#flight) {
      this.#flight.onItemUnwanted();
      return;
    }
    this.#items.delete(item.identity);
    if (this.#items.size > 0) return;
    instrumentation.current?.emit({ type: 'batch-ended', batch: this, outcome: undefined, failures: undefined });
    this.#queue.removeWindow(this);
    this.close();
    // Other batches may have been held for the tasks that waited for this one.
    this.#queue.state.armQuiescence();
  }

  #countdown(ms: number): Countdown {
    const { scheduler, state } = this.#queue;
    return new Countdown({ scheduler, startedAt: this.openedAt, ms, onEnd: () => state.armQuiescence() });
  }
}

/** The scheduler of `bufferTime`: it runs the scheduled action when the trigger fires. */
class FlushTrigger implements SchedulerLike {
  #pending: FlushTriggerAction<unknown> | undefined;

  constructor(private readonly clock: SchedulerLike) {}

  now(): number {
    return this.clock.now();
  }

  schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, _delay?: number, state?: T): Subscription {
    const action = new FlushTriggerAction(work, state);
    this.#pending = action as FlushTriggerAction<unknown>; // the action keeps its own state
    return action;
  }

  fire(): void {
    const action = this.#pending;
    this.#pending = undefined;
    action?.run();
  }
}

class FlushTriggerAction<T> extends Subscription implements SchedulerAction<T> {
  constructor(
    private readonly work: (this: SchedulerAction<T>, state?: T) => void,
    private readonly state: T | undefined,
  ) {
    super();
  }

  /** Does nothing, because a trigger fires once. */
  schedule(): Subscription {
    return this;
  }

  run(): void {
    if (!this.closed) this.work(this.state);
  }
}
