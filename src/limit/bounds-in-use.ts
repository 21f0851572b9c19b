/** Bounds, and what running and past calls use of them: of all calls together, or of the calls of one key. */
import type { BoundOptions } from './limit-bounds';
import type { LimitedRun } from './limited-run';
import { hasCome } from './limiter-clock';
import { RateSet } from './rate-set';

export class BoundsInUse {
  /** Number of running calls. */
  running = 0;
  slotsInUse = 0;
  concurrency = Infinity;
  pausedUntil = 0;
  #rates: RateSet | undefined;

  configure({ concurrency = Infinity, rates = [] }: BoundOptions, now: number): void {
    this.concurrency = concurrency;
    if (this.#rates) this.#rates.configure(rates, now);
    else if (rates.length > 0) this.#rates = new RateSet(rates, now);
  }

  /** A call above the concurrency, which was lowered while the call was waiting, starts alone. */
  hasSlotsFor({ options: { slots } }: LimitedRun): boolean {
    return this.slotsInUse === 0 || this.slotsInUse + slots <= this.concurrency;
  }

  /** Time in ms until a call may start by the rates; 0 if it may start now. */
  rateDelay({ options: { cost } }: LimitedRun, now: number): number {
    return this.#rates?.delayFor(cost, now) ?? 0;
  }

  /** Time in ms until a call may start; 0 if it may start now, and `Infinity` where it waits for a slot. */
  delayFor(run: LimitedRun, now: number): number {
    if (!this.hasSlotsFor(run)) return Infinity;
    const delay = Math.max(this.pausedUntil - now, this.rateDelay(run, now));
    return hasCome(now + delay, now) ? 0 : delay;
  }

  /** Charges a call that starts now. */
  take({ options: { cost, slots } }: LimitedRun, now: number): void {
    this.running++;
    this.slotsInUse += slots;
    this.#rates?.charge(cost, now);
  }

  giveBack({ options: { slots } }: LimitedRun): void {
    this.running--;
    // Sums of fractions may leave a rest.
    this.slotsInUse = this.running === 0 ? 0 : this.slotsInUse - slots;
  }

  /** The time from which on neither a rate nor a pause delays a call. */
  clearAt(now: number): number {
    return Math.max(this.pausedUntil, this.#rates?.clearAt(now) ?? now);
  }
}
