/** An interruption that comes too late: its task has ended, is being cancelled, or fails with another error. */
import { SuspensionError } from '../core/errors';
import { reportOrphan, type Frame } from '../scheduler/frame';

/** A `SuspensionError` is dropped, since to be suspended is no fault of a task that is left anyway. */
export function reportLateInterruption(frame: Frame | undefined, error: unknown): void {
  if (!(error instanceof SuspensionError)) reportOrphan(frame, error);
}
