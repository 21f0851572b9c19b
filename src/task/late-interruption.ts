/** A late interruption comes when its task has ended, is being cancelled, or already fails with another error. */
import { SuspensionError } from '../core/errors';
import { isStackOverflow } from '../core/native-stack';
import { reportOrphan, type Frame } from '../scheduler/frame';

/**
 * Reports the error of a late interruption. A `SuspensionError` is dropped, because a cancelled or failed task may be
 * suspended. An overflow of the native stack is dropped if the task fails with one: the clean-up after a recursion
 * overflows again.
 */
export function reportLateInterruption(frame: Frame | undefined, error: unknown, outcome?: unknown): void {
  if (error instanceof SuspensionError || (isStackOverflow(error) && isStackOverflow(outcome))) return;
  reportOrphan(frame, error);
}
