/** Several rates that all have to agree before any of them is charged. */
import type { RateOptions } from './limit-bounds';
import { DebtRate } from './debt-rate';
import type { Rate } from './rate';
import { WindowRate } from './window-rate';

export class RateSet {
  #rates: Rate[];

  constructor(options: readonly RateOptions[], now: number) {
    this.#rates = options.map((each) => rateAfter(undefined, each, now));
  }

  /** Replaces the rates. What one has charged stays charged by the one in its place, so a change is no way around a rate. */
  configure(options: readonly RateOptions[], now: number): void {
    this.#rates = options.map((each, index) => rateAfter(this.#rates[index], each, now));
  }

  /** Time in ms until a call of this cost may start by all rates; 0 if it may start now. */
  delayFor(cost: number, now: number): number {
    let delay = 0;
    for (const rate of this.#rates) delay = Math.max(delay, rate.delayFor(cost, now));
    return delay;
  }

  charge(cost: number, now: number): void {
    for (const rate of this.#rates) rate.charge(cost, now);
  }

  /** The time at which all rates are as good as new. */
  clearAt(now: number): number {
    let at = now;
    for (const rate of this.#rates) at = Math.max(at, rate.clearAt(now));
    return at;
  }
}

function rateAfter(earlier: Rate | undefined, options: RateOptions, now: number): Rate {
  if (!options.isWindow) {
    // The starts of a window are charged as far as they can delay the next start: a full burst.
    const charged = earlier?.charged(now) ?? 0;
    return new DebtRate(options, earlier instanceof WindowRate ? Math.min(charged, options.burst) : charged, now);
  }
  if (earlier instanceof WindowRate) return new WindowRate(options, earlier.startsIn(now));
  return new WindowRate(options, earlier ? [[now, Math.min(earlier.charged(now), options.count)]] : []);
}
