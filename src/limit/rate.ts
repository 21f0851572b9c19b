/** A rate decides when a call may start. Times are in ms of the limiter's clock. */
import type { RateOptions } from './limit-bounds';

export interface Rate {
  readonly options: RateOptions;
  /** Time in ms until a call of this cost may start; 0 if it may start now. */
  delayFor(cost: number, now: number): number;
  /** Charges the cost of a call that starts now. */
  charge(cost: number, now: number): void;
  /** The cost that is still charged now. A later start may have to wait because of it. */
  charged(now: number): number;
  /** The time at which the rate is as good as new. */
  clearAt(now: number): number;
}

/** Sums of fractions of a cost are compared with this tolerance, relative to the count of the rate. */
export const TOLERANCE = 1e-9;
