/**
 * What is running on this thread right now: the scheduler that drives, and the task whose body is on the stack. Both are
 * set for the time of a synchronous call and put back after it, so they never outlive the call.
 *
 * The state is one object with plain fields, since an assignment needs no native stack: what is put back in a `finally`
 * is put back also where the stack has overflown.
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

export const ambient: {
  /** The scheduler that drives; undefined outside of every drive. */
  scheduler: BatchScheduler | undefined;
  /** The task whose body is on the stack. */
  task: RunningTask | undefined;
} = { scheduler: undefined, task: undefined };

export const ambientScheduler = (): BatchScheduler | undefined => ambient.scheduler;

export const runningTask = (): RunningTask | undefined => ambient.task;
