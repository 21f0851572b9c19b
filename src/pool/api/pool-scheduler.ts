/**
 * The pool scheduler runs its actions on this thread, each when the pool has room for the work it will add. This admission
 * control gives iterables back-pressure.
 */
import { asyncScheduler, type SchedulerAction, Subscriber, Subscription, type SchedulerLike } from 'rxjs';
import { reportUnhandled } from '../../core/rx';
import { BatchAction, type ActionHost, type DueRun } from '../../scheduler/batch-action';
import { Fifo } from '../../core/fifo';
import { frameHere } from '../../scheduler/frame';

/** What the scheduler needs of a pool, on this machine or on many. */
export interface AdmissionHost {
  /** Whether the pool has room for the work of one more action. */
  readonly hasRoomForMore: boolean;
  /** Called in each turn of the pool. */
  readonly turnListeners: Set<() => void>;
  /** Asks for a turn of the pool. */
  requestTurn(): void;
}

/** Number of actions in a turn that add no work, before the event loop gets a turn. */
const MAX_PER_TURN = 1_024;
/** The longest pause in ms before an action that waits for its item is run again. */
const MAX_PAUSE = 1_000;

export class PoolScheduler implements SchedulerLike {
  readonly #pool: AdmissionHost;
  readonly #due = new Fifo<DueRun>();
  readonly #host: ActionHost;
  #isAdmitting = false;

  constructor(pool: AdmissionHost) {
    this.#pool = pool;
    this.#host = {
      clock: asyncScheduler,
      frame: frameHere,
      enqueue: (run) => {
        if (run.action instanceof PoolAction && run.action.isAwaitingItem)
          run.action.wait(run, () => this.#enqueue(run));
        else this.#enqueue(run);
      },
      trackTimer: () => Subscription.EMPTY,
    };
  }

  now(): number {
    return asyncScheduler.now();
  }

  schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T): Subscription {
    return new PoolAction(this.#host, work).schedule(state, delay);
  }

  #enqueue(run: DueRun): void {
    this.#due.push(run);
    this.#pool.turnListeners.add(this.#admit);
    // An action that an admitted action schedules runs in this turn, or after a turn of the event loop.
    if (!this.#isAdmitting) this.#pool.requestTurn();
  }

  readonly #admit = (): void => {
    this.#isAdmitting = true;
    for (let count = 0; count < MAX_PER_TURN && this.#due.length > 0 && this.#pool.hasRoomForMore; count++) {
      const run = this.#due.shift();
      if (run && !run.closed) this.#run(run);
    }
    this.#isAdmitting = false;
    if (this.#due.length === 0) this.#pool.turnListeners.delete(this.#admit);
    else if (this.#pool.hasRoomForMore) asyncScheduler.schedule(() => this.#pool.requestTurn());
  };

  /** Reports what an action throws, so that the turn of the pool goes on. */
  #run({ action }: DueRun): void {
    try {
      action.run();
    } catch (error) {
      reportUnhandled(error);
    }
  }
}

/**
 * An action that RxJS repeats for each item of a source. RxJS repeats it for an async iterable as well, without waiting for
 * the item that the action has asked for. The action then waits until its subscriber has got that item. The subscriber is
 * known because RxJS adds each repeated action to it. A repeated action that emits nothing is run again after a pause.
 */
class PoolAction<T> extends BatchAction<T> {
  readonly #subscribers = new Set<object>();
  #hasEmitted = false;
  #isRunning = false;
  #pause = 1;
  #resume: (() => void) | undefined;

  constructor(host: ActionHost, work: (this: SchedulerAction<T>, state?: T) => void) {
    super(host, work);
    // RxJS calls this method when the action is added to a subscription. Its type is private, so it cannot be overridden.
    const addParent = (Reflect.get(this, '_addParent') as (parent: Subscription) => void).bind(this);
    const value = (parent: Subscription): void => {
      addParent(parent);
      if (parent instanceof Subscriber) this.#watch(parent);
    };
    Object.defineProperty(this, '_addParent', { value });
  }

  /** Whether the last run has asked for an item that has not arrived. */
  get isAwaitingItem(): boolean {
    return this.#isRunning && this.#subscribers.size > 0 && !this.#hasEmitted;
  }

  override run(): void {
    this.#isRunning = true;
    this.#hasEmitted = false;
    try {
      super.run();
    } finally {
      this.#isRunning = false;
    }
  }

  /** Calls `resume` when the item has arrived, or after a pause, unless the due run is closed before. */
  wait(run: DueRun, resume: () => void): void {
    const timer = asyncScheduler.schedule(() => {
      this.#pause = Math.min(MAX_PAUSE, 2 * this.#pause);
      this.#resume?.();
    }, this.#pause);
    run.add(timer);
    this.#resume = () => {
      timer.unsubscribe();
      this.#resume = undefined;
      resume();
    };
  }

  #watch(subscriber: Subscriber<unknown>): void {
    if (this.#subscribers.has(subscriber)) return;
    this.#subscribers.add(subscriber);
    const next = subscriber.next.bind(subscriber);
    subscriber.next = (item) => {
      this.#hasEmitted = true;
      next(item);
      this.#pause = 1;
      this.#resume?.();
    };
  }
}
