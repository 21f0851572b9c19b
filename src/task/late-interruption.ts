/** An interruption that comes too late: its task has ended, is being cancelled, or fails with another error. */
import { SuspensionError } from '../core/errors';
import { isOverflow } from '../core/native-stack';
import { reportOrphan, type Frame } from '../scheduler/frame';

/**
 * A `SuspensionError` is dropped, since to be suspended is no fault of a task that is left anyway; and so is an overflow
 * of the native stack where the task fails with one: as one recursion unwinds, what cleans up after it overflows again.
 */
export function reportLateInterruption(frame: Frame | undefined, error: unknown, outcome?: unknown): void {
  if (error instanceof SuspensionError || (isOverflow(error) && isOverflow(outcome))) return;
  reportOrphan(frame, error);
}
