/**
 * Many numbers, kept as counts of how many are about as large: quantiles to a few per cent, in little room however many
 * they are. (Exponential buckets, as OpenTelemetry's and Prometheus's native histograms have them.)
 */
export interface Distribution {
  readonly count: number;
  readonly sum: number;
  /** Undefined of none, as are the others. */
  readonly min: number | undefined;
  readonly max: number | undefined;
  /** The median: half of them are no larger. This and the next ones are wrong by 5 % at most. */
  readonly p50: number | undefined;
  readonly p95: number | undefined;
  readonly p99: number | undefined;
}

/** A bucket's upper bound is so many times its lower one. */
const GROWTH = 2 ** (1 / 16);

export class Histogram {
  readonly #buckets = new Map<number, { count: number; sum: number }>();
  #count = 0;
  #sum = 0;
  #min = Infinity;
  #max = -Infinity;

  /** 0 or more; what is less counts as 0. */
  add(value: number): void {
    const kept = Math.max(0, value);
    const index = kept === 0 ? -Infinity : Math.ceil(Math.log(kept) / Math.log(GROWTH));
    let bucket = this.#buckets.get(index);
    if (!bucket) this.#buckets.set(index, (bucket = { count: 0, sum: 0 }));
    bucket.count++;
    bucket.sum += kept;
    this.#count++;
    this.#sum += kept;
    this.#min = Math.min(this.#min, kept);
    this.#max = Math.max(this.#max, kept);
  }

  /** The number that a part `q` of all, from 0 to 1, is no larger than; undefined of none. */
  quantile(q: number): number | undefined {
    let rank = Math.max(1, Math.ceil(q * this.#count));
    for (const [, { count, sum }] of [...this.#buckets].sort(([one], [other]) => one - other)) {
      rank -= count;
      // Their mean: exact where they are equal, as small sizes are.
      if (rank <= 0) return sum / count;
    }
    return undefined;
  }

  get distribution(): Distribution {
    const isEmpty = this.#count === 0;
    return {
      count: this.#count,
      sum: this.#sum,
      min: isEmpty ? undefined : this.#min,
      max: isEmpty ? undefined : this.#max,
      p50: this.quantile(0.5),
      p95: this.quantile(0.95),
      p99: this.quantile(0.99),
    };
  }
}
