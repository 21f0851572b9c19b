/**
 * What is running on this thread right now: the scheduler that drives, and the task whose body is on the stack. It is
 * set for the time of a synchronous call and put back after it, so it never outlives the call.
 */
import type { BatchScheduler } from './batch-scheduler';
import type { Frame, FrameOwner } from './frame';
import type { Waiter } from './waiter';

export interface RunningTask extends FrameOwner, Waiter {
  readonly name: string;
  /** The function itself: what a warning is given once for. */
  readonly body: object;
  /** What is on while it runs. */
  frame: Frame | undefined;
}

let scheduler: BatchScheduler | undefined;
let task: RunningTask | undefined;

export const ambientScheduler = (): BatchScheduler | undefined => scheduler;

/** Makes `next` the ambient scheduler and gives back the one before, to be restored. */
export function exchangeScheduler(next: BatchScheduler | undefined): BatchScheduler | undefined {
  const previous = scheduler;
  scheduler = next;
  return previous;
}

export const runningTask = (): RunningTask | undefined => task;

/** Makes `next` the running task and gives back the one before, to be restored. */
export function exchangeTask(next: RunningTask | undefined): RunningTask | undefined {
  const previous = task;
  task = next;
  return previous;
}
