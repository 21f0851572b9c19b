/** The scheduler of a fleet runs its actions on this thread, each when a worker has room for the work it will add. */
import { asyncScheduler, Subscription, type SchedulerAction, type SchedulerLike } from 'rxjs';
import { Fifo } from '../../core/fifo';
import { reportUnhandled } from '../../core/rx';
import { BatchAction, type ActionHost, type DueRun } from '../../scheduler/batch-action';
import { frameHere } from '../../scheduler/frame';

export interface RoomProvider {
  /** Whether one more call would start soon. */
  readonly hasRoomForMore: boolean;
  /** Called when there may be more room. */
  readonly endListeners: Set<() => void>;
}

export class FleetScheduler implements SchedulerLike {
  readonly #room: RoomProvider;
  readonly #due = new Fifo<DueRun>();
  readonly #host: ActionHost;
  #isRequested = false;

  constructor(room: RoomProvider) {
    this.#room = room;
    this.#host = {
      clock: asyncScheduler,
      frame: frameHere,
      enqueue: (run) => {
        this.#due.push(run);
        room.endListeners.add(this.#request);
        this.#request();
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

  readonly #request = (): void => {
    if (this.#isRequested) return;
    this.#isRequested = true;
    asyncScheduler.schedule(() => {
      this.#isRequested = false;
      this.#admit();
    });
  };

  /** Runs what is due while there is room, but no more than one action that adds no work in each turn of the event loop. */
  #admit(): void {
    const count = this.#due.length;
    for (let index = 0; index < count && this.#room.hasRoomForMore; index++) {
      const run = this.#due.shift();
      if (run && !run.closed) runReported(run);
    }
    if (this.#due.length === 0) this.#room.endListeners.delete(this.#request);
    else if (this.#room.hasRoomForMore) this.#request();
  }
}

/** Reports what an action throws, so that the others run. */
function runReported({ action }: DueRun): void {
  try {
    action.run();
  } catch (error) {
    reportUnhandled(error);
  }
}
