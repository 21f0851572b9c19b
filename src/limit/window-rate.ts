/**
 * An exact rate: the starts of the last `per` ms are kept, and their cost is at most `count` in any window of that length. A
 * call above `count` starts when the window is empty.
 */
import { Fifo } from '../core/fifo';
import type { RateOptions } from './limit-bounds';
import { TOLERANCE, type Rate } from './rate';

interface Start {
  readonly at: number;
  cost: number;
}

export class WindowRate implements Rate {
  /** Oldest first. Starts at the same time are one entry. */
  readonly #starts = new Fifo<Start>();
  #last: Start | undefined;
  #total = 0;

  /** @param charged what an earlier rate in the place of this one has charged */
  constructor(
    readonly options: RateOptions,
    charged: Iterable<readonly [at: number, cost: number]>,
  ) {
    for (const [at, cost] of charged) this.charge(cost, at);
  }

  delayFor(cost: number, now: number): number {
    const { count, per } = this.options;
    let excess = this.charged(now) + cost - Math.max(count, cost) - TOLERANCE * count;
    const { first } = this.#starts;
    if (excess <= 0 || !first) return 0;
    // The first start alone is enough for all calls of an equal cost; an iteration copies the starts.
    if (excess <= first.cost) return first.at + per - now;
    for (const start of this.#starts) {
      excess -= start.cost;
      if (excess <= 0) return start.at + per - now;
    }
    return 0;
  }

  charge(cost: number, now: number): void {
    if (cost === 0) return;
    this.#total += cost;
    if (this.#last?.at === now) this.#last.cost += cost;
    else this.#starts.push((this.#last = { at: now, cost }));
  }

  charged(now: number): number {
    const { per } = this.options;
    for (let first = this.#starts.first; first && first.at + per <= now; first = this.#starts.first) {
      this.#starts.shift();
      this.#total -= first.cost;
    }
    if (this.#starts.length === 0) {
      // The sum of an empty window is exact again.
      this.#total = 0;
      this.#last = undefined;
    }
    return this.#total;
  }

  clearAt(now: number): number {
    this.charged(now);
    return this.#last ? this.#last.at + this.options.per : now;
  }

  /** The starts that count now. */
  *startsIn(now: number): Generator<readonly [at: number, cost: number]> {
    this.charged(now);
    for (const { at, cost } of this.#starts) yield [at, cost];
  }
}
