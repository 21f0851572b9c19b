/**
 * An open batch: the keys that are gathered, and the moment they go. The moment is RxJS's `bufferTime`; the scheduler
 * it runs on is the gate, a timer that comes when the window is over, when nothing else can run, or when the batch is
 * full. A window opens with its first key and is gone when it has been flushed or all its keys have left, so nothing
 * runs while nothing waits.
 *
 * What goes through `bufferTime` is the list the keys are gathered in, once: `bufferTime` copies its books for every
 * value, which a key apiece would pay for, and does not know of keys that have left.
 */
import { bufferTime, Observable, Subscription, take, type SchedulerAction, type SchedulerLike } from 'rxjs';
import { describeBatch } from '../core/describe';
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import type { FlushReason } from '../scheduler/events';
import { instrumentation } from '../scheduler/instrumentation';
import type { Asker, Flushable } from '../scheduler/open-batches';
import { Countdown } from './countdown';
import { Flight } from './flight';
import { Item, type ItemHolder } from './item';
import { isAwaited, type Waiter } from '../scheduler/waiter';
import type { BatchQueue } from './batch-queue';

export class Window<K, V> implements Flushable, ItemHolder<K, V> {
  readonly openedAt: number;
  isSealed = false;
  readonly #queue: BatchQueue<K, V>;
  readonly #items = new Map<unknown, Item<K, V>>();
  readonly #gate: FlushTrigger;
  #passed: ReadonlyMap<unknown, Item<K, V>> | undefined;
  #window: Countdown | undefined;
  #hold: Countdown | undefined;
  #flight: Flight<K, V> | undefined;

  constructor(
    world: BatchQueue<K, V>,
    readonly partition: unknown,
  ) {
    const { options, scheduler } = world;
    this.#queue = world;
    this.openedAt = scheduler.now();
    this.#gate = new FlushTrigger(scheduler);
    if (options.window > 0) this.#window = this.#countdown(options.window);
    new Observable<ReadonlyMap<unknown, Item<K, V>>>((entrance) => entrance.next(this.#items))
      .pipe(bufferTime(options.window, null, Infinity, this.#gate), take(1))
      .subscribe(([items]) => (this.#passed = items));
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

  *askers(): Generator<Asker> {
    for (const item of this.#items.values()) for (const waiter of item.waiters()) yield { key: item.key, waiter };
  }

  get flight(): Waiter | undefined {
    return this.#flight;
  }

  waitsFor(asker: Waiter): boolean {
    if (!this.#flight || this.#flight.hasEarlyResults || this.#queue.resolve.length !== 1) return false;
    // An `async` resolver may subscribe to what it does not wait for.
    return !this.#flight.isOfPromise || isAwaited(asker);
  }

  isBlockedBy(flown: Flushable): boolean {
    if (!(flown instanceof Window) || flown.#queue !== this.#queue || this.#flight || this.canBeForced) return false;
    return !this.#queue.hasAnySlot || flown.partition === this.partition;
  }

  reject({ key, waiter }: Asker, error: unknown): boolean {
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

  /** The item of this key: the one that is here, or a new one. */
  itemOf(key: K, identity: unknown): Item<K, V> {
    const known = this.#items.get(identity);
    if (known) {
      // It has been forgotten, or who asks would not have come so far: from now on it is as fresh as any.
      this.#queue.cache?.add(this.partition, known);
      return known;
    }
    const item = new Item<K, V>(key, identity, this);
    this.#items.set(identity, item);
    this.#queue.cache?.add(this.partition, item);
    // Each time, not only the first: a clock in whose flush somebody threw has dropped what was armed.
    this.#queue.state.armQuiescence();
    return item;
  }

  readyFor(isBusy: boolean): FlushReason | undefined {
    const { hold, window } = this.#queue.options;
    this.#window?.keepRunning();
    if (this.isWindowOpen || !this.canBeForced) return undefined;
    if (hold > 0 && isBusy && !this.#hold?.isOver) {
      this.#hold ??= this.#countdown(hold);
      this.#hold.keepRunning();
      // The first look may come when its time is over: then no timer would ever have it looked at again.
      if (!this.#hold.isOver) return undefined;
    }
    return this.#hold?.isOver ? 'hold-elapsed' : window > 0 ? 'window' : 'quiescent';
  }

  /** No key comes in any more. */
  close(): void {
    this.#window?.stop();
    this.#hold?.stop();
    this.#gate.open();
  }

  flush(reason: FlushReason): void {
    this.#queue.closed(this);
    this.close();
    if (!this.#passed || this.size === 0) return;
    this.#flight = new Flight(this.#queue, { window: this, items: this.#passed, reason });
    this.#flight.takeOff();
  }

  leave(item: Item<K, V>): void {
    this.#queue.cache?.forget(this.partition, item);
    if (this.#flight) {
      this.#flight.leave();
      return;
    }
    this.#items.delete(item.identity);
    if (this.#items.size > 0) return;
    instrumentation.current?.emit({ type: 'landed', batch: this, how: undefined, failures: undefined });
    this.#queue.closed(this);
    this.close();
    // Others may have been held for what would have followed.
    this.#queue.state.armQuiescence();
  }

  #countdown(ms: number): Countdown {
    const { scheduler, state: era } = this.#queue;
    return new Countdown({ scheduler, startedAt: this.openedAt, ms, then: () => era.armQuiescence() });
  }
}

/** The scheduler `bufferTime` runs on: what it schedules runs when the gate opens. */
class FlushTrigger implements SchedulerLike {
  #closed: FlushTriggerAction<unknown> | undefined;

  constructor(private readonly clock: SchedulerLike) {}

  now(): number {
    return this.clock.now();
  }

  schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, _delay?: number, state?: T): Subscription {
    const action = new FlushTriggerAction(work, state);
    this.#closed = action as FlushTriggerAction<unknown>; // it keeps its own state
    return action;
  }

  open(): void {
    const action = this.#closed;
    this.#closed = undefined;
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

  /** A gate opens once. */
  schedule(): Subscription {
    return this;
  }

  run(): void {
    if (!this.closed) this.work(this.state);
  }
}
