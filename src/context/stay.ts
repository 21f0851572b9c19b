/** Entering a frame and leaving it again: the first time a context is turned on, and the last time it is turned off. */
import { activeFrame, switchTo, type Frame } from '../scheduler/frame';
import type { TaskContext } from './task-context';

/** @throws what `enter` throws; then it is as if it had never been entered. */
export function enterFrame(frame: Frame, context: TaskContext): void {
  switchTo(frame.outer);
  // On already, so that what `enter` itself does to let others run pauses it.
  frame.mark(true);
  switchTo(frame);
  try {
    context.enter();
  } catch (error) {
    frame.mark(false);
    switchTo(frame.outer);
    throw error;
  }
}

/** However late somebody goes on in it, it is not turned on again. @throws what `leave` throws. */
export function leaveFrame(frame: Frame, context: TaskContext): void {
  if (!frame.isOn) {
    frame.mark(false);
    return;
  }
  while (activeFrame() !== frame) switchTo(activeFrame()?.outer);
  frame.mark(false);
  switchTo(frame.outer);
  context.leave();
}
