/** The RxJS scheduler of a virtual pool: its actions run when a worker is free, in the frame in which they were scheduled. */
import { Subscription, type SchedulerAction, type SchedulerLike } from 'rxjs';
import { BatchAction, type ActionHost, type DueRun } from '../../scheduler/batch-action';
import { frameHere } from '../../scheduler/frame';

/** @param enqueue receives each action when it is due */
export function virtualPoolScheduler(clock: SchedulerLike, enqueue: (run: DueRun) => void): SchedulerLike {
  const host: ActionHost = { clock, frame: frameHere, enqueue, trackTimer: () => Subscription.EMPTY };
  return {
    now: () => clock.now(),
    schedule: <T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T): Subscription =>
      new BatchAction(host, work).schedule(state, delay),
  };
}
