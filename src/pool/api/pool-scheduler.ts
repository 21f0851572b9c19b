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
        this.#due.push(run);
        engine.turnListeners.add(this.#admit);
        // An action that an admitted action schedules runs in this turn, or after a turn of the event loop.
        if (!this.#isAdmitting) engine.requestTurn();
      },
      trackTimer: () => Subscription.EMPTY,
    };
  }

  now(): number {
    return asyncScheduler.now();
  }

  schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T): Subscription {
    return new BatchAction(this.#host, work).schedule(state, delay);
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
