/** Entry into the frame of a context and exit from it: the context is turned on for the first time, and off for the last time. */
import { activeFrame, switchTo, type Frame } from '../scheduler/frame';
import type { TaskContext } from './task-context';

/**
 * Enters a frame and turns its context on.
 *
 * @throws the error of `context.enter`; the frame is then left as if it had never been entered.
 */
export function enterFrame(frame: Frame, context: TaskContext): void {
  switchTo(frame.outer);
  // Marked as on before `enter` runs: other work that `enter` runs must pause the context.
  frame.markOn();
  switchTo(frame);
  try {
    context.enter();
  } catch (error) {
    frame.markOffForGood();
    switchTo(frame.outer);
    throw error;
  }
}

/**
 * Leaves a frame for good. Work that still runs in it later does not turn its context on again.
 *
 * @throws the error of `context.leave`.
 */
export function leaveFrame(frame: Frame, context: TaskContext): void {
  if (!frame.isOn) {
    frame.markOffForGood();
    return;
  }
  while (activeFrame() !== frame) switchTo(activeFrame()?.outer);
  frame.markOffForGood();
  switchTo(frame.outer);
  context.leave();
}
