/**
 * The ambient state of this thread is the scheduler that runs tasks and the task whose body is on the native stack. Both are
 * set during a synchronous call and restored after it, so they never outlive the call.
 *
 * The state is one object with plain fields, since an assignment needs no space on the native stack: a `finally` block can
 * restore the fields also after a stack overflow.
 */
import type { Frame, FrameOwner, FrameScheduler } from './frame';
import type { Waiter } from './waiter';

export interface CurrentTask extends FrameOwner, Waiter {
  readonly name: string;
  /** The generator function. Warnings are given once for each function. */
  readonly body: object;
  /** The frame that is active while the task runs. */
  frame: Frame | undefined;
}

export const ambient: {
  /** The scheduler that runs tasks now; undefined outside of every `RunQueue.drive`. */
  scheduler: FrameScheduler | undefined;
  /** The task whose body is on the stack. */
  task: CurrentTask | undefined;
} = { scheduler: undefined, task: undefined };

export const ambientScheduler = (): FrameScheduler | undefined => ambient.scheduler;

export const runningTask = (): CurrentTask | undefined => ambient.task;
