/**
 * The pool scheduler runs its actions on this thread, each when the pool has room for the work it will add. This admission
 * control gives iterables back-pressure.
 */
import { asyncScheduler, type SchedulerAction, Subscription, type SchedulerLike } from 'rxjs';
import { reportUnhandled } from '../../core/rx';
import { BatchAction, type ActionHost, type DueRun } from '../../scheduler/batch-action';
import { Fifo } from '../../core/fifo';
import { frameHere } from '../../scheduler/frame';
import type { PoolEngine } from '../host/pool-engine';

/** Number of actions in a turn that add no work, before the event loop gets a turn. */
const MAX_PER_TURN = 1_024;
/** The longest pause in ms before an action that waits for its item is run again. */
const MAX_PAUSE = 1_000;

export class PoolScheduler implements SchedulerLike {
  readonly #engine: PoolEngine;
  readonly #due = new Fifo<DueRun>();
  readonly #host: ActionHost;
  #isAdmitting = false;

  constructor(engine: PoolEngine) {
    this.#engine = engine;
    this.#host = {
      clock: asyncScheduler,
      frame: frameHere,
      enqueue: (run) => {
        if (run.action instanceof PoolAction && run.action.isAwaitingItem) run.action.wait(() => this.#enqueue(run));
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
    this.#engine.turnListeners.add(this.#admit);
    // An action that an admitted action schedules runs in this turn, or after a turn of the event loop.
    if (!this.#isAdmitting) this.#engine.requestTurn();
  }

  readonly #admit = (): void => {
    this.#isAdmitting = true;
    for (let count = 0; count < MAX_PER_TURN && this.#due.length > 0 && this.#engine.hasRoomForMore; count++) {
      const run = this.#due.shift();
      if (run && !run.closed) this.#run(run);
    }
    this.#isAdmitting = false;
    if (this.#due.length === 0) this.#engine.turnListeners.delete(this.#admit);
    else if (this.#engine.hasRoomForMore) asyncScheduler.schedule(() => this.#engine.requestTurn());
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
  #isRepeated = false;
  #pause = 1;
  #resume: (() => void) | undefined;

  /** Whether the last run has asked for an item that has not arrived. */
  get isAwaitingItem(): boolean {
    return this.#isRepeated && this.#subscribers.size > 0 && !this.#hasEmitted;
  }

  override run(): void {
    this.#isRepeated = true;
    this.#hasEmitted = false;
    super.run();
    this.#isRepeated = false;
  }

  /** Calls `resume` when the item has arrived, or after a pause. */
  wait(resume: () => void): void {
    const timer = asyncScheduler.schedule(() => {
      this.#pause = Math.min(MAX_PAUSE, 2 * this.#pause);
      this.#resume?.();
    }, this.#pause);
    this.#resume = () => {
      timer.unsubscribe();
      this.#resume = undefined;
      resume();
    };
  }

  /** Called by RxJS when the action is added to a subscription. */
  _addParent(parent: Subscription): void {
    addParent.call(this, parent);
    if (!(parent instanceof Subscriber) || this.#subscribers.has(parent)) return;
    this.#subscribers.add(parent);
    const next = parent.next.bind(parent);
    parent.next = (item) => {
      this.#hasEmitted = true;
      next(item);
      this.#pause = 1;
      this.#resume?.();
    };
  }
}
