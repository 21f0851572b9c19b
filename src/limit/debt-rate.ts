/**
 * A rate by the generic cell rate algorithm, in the form of a debt: each start adds its cost, and the debt is paid off at
 * `count / per`. A call may start when the debt has room for it below `burst`; a call above `burst` starts when the debt
 * is paid. Kept as a cost, the debt needs no conversion when the rate changes.
 */
import type { RateOptions } from './limit-bounds';
import { TOLERANCE, type Rate } from './rate';

export class DebtRate implements Rate {
  #debt: number;
  #settledAt: number;

  /** @param debt what an earlier rate in the place of this one has charged */
  constructor(
    readonly options: RateOptions,
    debt: number,
    now: number,
  ) {
    this.#debt = debt;
    this.#settledAt = now;
  }

  delayFor(cost: number, now: number): number {
    const { count, per, burst } = this.options;
    const excess = this.charged(now) + cost - Math.max(burst, cost);
    return excess <= TOLERANCE * count ? 0 : (excess * per) / count;
  }

  charge(cost: number, now: number): void {
    this.#debt = this.charged(now) + cost;
  }

  charged(now: number): number {
    const { count, per } = this.options;
    this.#debt = Math.max(0, this.#debt - (Math.max(0, now - this.#settledAt) * count) / per);
    this.#settledAt = now;
    return this.#debt;
  }

  clearAt(now: number): number {
    const { count, per } = this.options;
    return now + (this.charged(now) * per) / count;
  }
}
