/**
 * The frame and the scheduler of a subscription. An operator calls functions of its subscriber later, when any code emits
 * a value or ends an inner Observable: they run in this frame and on this scheduler, and so meet in its batches.
 */
import { currentScheduler } from '../scheduler/batch-scheduler';
import { frameHere, reportOrphan, runIn, type Frame } from '../scheduler/frame';

export class SubscriptionFrame {
  readonly frame: Frame | undefined = frameHere();
  readonly #runQueue = currentScheduler().runQueue;

  run<R>(work: () => R): R {
    return this.#runQueue.drive(() => runIn(this.frame, work));
  }

  /** Reports an error that no subscriber can receive any more. */
  readonly report = (error: unknown): void => {
    reportOrphan(this.frame, error);
  };
}
