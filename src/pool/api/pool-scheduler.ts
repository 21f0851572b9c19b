/**
 * A scheduler whose actions run on this thread, when a worker has room for what they bring: admission control, which
 * gives iterables real back-pressure.
 */
import { asyncScheduler, type SchedulerAction, Subscription, type SchedulerLike } from 'rxjs';
import { reportUnhandled } from '../../core/rx';
import { BatchAction, type ActionHost, type DueRun } from '../../scheduler/batch-action';
import { Fifo } from '../../core/fifo';
import { frameHere } from '../../scheduler/frame';
import type { PoolEngine } from '../host/pool-engine';

/** So many actions may bring the pool nothing before the event loop has its turn. */
const MOST = 1_024;

export class PoolScheduler implements SchedulerLike {
  readonly #core: PoolEngine;
  readonly #due = new Fifo<DueRun>();
  readonly #host: ActionHost;
  #isAdmitting = false;

  constructor(core: PoolEngine) {
    this.#core = core;
    this.#host = {
      clock: asyncScheduler,
      frame: frameHere,
      enqueue: (run) => {
        this.#due.push(run);
        core.onTurn.add(this.#admit);
        // What follows one that is let in comes in this turn, or when the event loop has had its own.
        if (!this.#isAdmitting) core.requestTurn();
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
    for (let count = 0; count < MOST && this.#due.length > 0 && this.#core.hasRoomForMore; count++) {
      const run = this.#due.shift();
      if (run && !run.closed) this.#run(run);
    }
    this.#isAdmitting = false;
    if (this.#due.length === 0) this.#core.onTurn.delete(this.#admit);
    else if (this.#core.hasRoomForMore) asyncScheduler.schedule(() => this.#core.requestTurn());
  };

  /** What it throws is not the pool's, which must go on. */
  #run({ action }: DueRun): void {
    try {
      action.run();
    } catch (error) {
      reportUnhandled(error);
    }
  }
}
