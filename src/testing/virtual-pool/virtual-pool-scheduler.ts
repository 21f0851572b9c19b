/** The scheduler of a virtual pool: its actions run when a worker has room for what they bring, in the frame it has. */
import { Subscription, type SchedulerAction, type SchedulerLike } from 'rxjs';
import { BatchAction, type ActionHost, type DueRun } from '../../scheduler/batch-action';
import { frameHere } from '../../scheduler/frame';

export function virtualPoolScheduler(clock: SchedulerLike, soon: (run: DueRun) => void): SchedulerLike {
  const host: ActionHost = { clock, frame: frameHere, soon, busy: () => Subscription.EMPTY };
  return {
    now: () => clock.now(),
    schedule: <T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T): Subscription =>
      new BatchAction(host, work).schedule(state, delay),
  };
}
