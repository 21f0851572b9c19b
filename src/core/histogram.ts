/**
 * The histogram counts numbers in exponential buckets, as OpenTelemetry and Prometheus's native histograms do: quantiles to
 * a few per cent, in little memory for any count of numbers.
 */
export interface Distribution {
  readonly count: number;
  readonly sum: number;
  /** Undefined if `count` is 0, as all that follow. */
  readonly min: number | undefined;
  readonly max: number | undefined;
  /** The median. The error of a quantile is at most 5 %. */
  readonly p50: number | undefined;
  readonly p95: number | undefined;
  readonly p99: number | undefined;
}

/** The upper bound of a bucket divided by its lower bound. */
const GROWTH = 2 ** (1 / 16);

export class Histogram {
  readonly #buckets = new Map<number, { count: number; sum: number }>();
  #count = 0;
  #sum = 0;
  #min = Infinity;
  #max = -Infinity;

  /** Adds a value, `times` times. A negative value counts as 0. */
  add(value: number, times = 1): void {
    const counted = Math.max(0, value);
    const index = counted === 0 ? -Infinity : Math.ceil(Math.log(counted) / Math.log(GROWTH));
    let bucket = this.#buckets.get(index);
    if (!bucket) this.#buckets.set(index, (bucket = { count: 0, sum: 0 }));
    bucket.count += times;
    bucket.sum += counted * times;
    this.#count += times;
    this.#sum += counted * times;
    this.#min = Math.min(this.#min, counted);
    this.#max = Math.max(this.#max, counted);
  }

  /** The smallest value with a share of at least `q` (0 to 1) of all values at or below it; undefined if there are none. */
  quantile(q: number): number | undefined {
    let rank = Math.max(1, Math.ceil(q * this.#count));
    for (const [, { count, sum }] of [...this.#buckets].sort(([one], [other]) => one - other)) {
      rank -= count;
      // The mean of the bucket is exact where all its values are equal, as small batch sizes are.
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
