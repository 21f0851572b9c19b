/** Reads the numbers of a limiter, and why a key does not start its next call. */
import type { BoundsInUse } from './bounds-in-use';
import type { KeyRecord } from './key-record';
import type { LimitedRun } from './limited-run';
import { hasCome, type LimiterClock } from './limiter-clock';
import type { LimiterKeyStats, LimiterWait } from './limiter-stats';

const NO_CALLS: LimiterKeyStats = {
  running: 0,
  waiting: 0,
  longestWait: 0,
  waitsFor: undefined,
  pausedUntil: undefined,
};

export class StatsReader {
  readonly #now: number;

  constructor(
    private readonly all: BoundsInUse,
    private readonly clock: LimiterClock,
  ) {
    this.#now = clock.now();
  }

  keyStats(record: KeyRecord | undefined): LimiterKeyStats {
    if (!record) return NO_CALLS;
    return {
      running: record.running,
      waiting: record.waiting.size,
      longestWait: this.longestWait(record.waiting),
      waitsFor: this.waitOf(record),
      pausedUntil: this.pauseOf(record),
    };
  }

  longestWait(runs: Iterable<LimitedRun>): number {
    let longest = 0;
    for (const { queuedAt } of runs) longest = Math.max(longest, this.#now - queuedAt);
    return longest;
  }

  /** The end of a pause in the time of the scheduler; undefined if there is none. */
  pauseOf({ pausedUntil }: BoundsInUse): number | undefined {
    return hasCome(pausedUntil, this.#now) ? undefined : this.clock.toSchedulerTime(pausedUntil);
  }

  /** What the next call of a key waits for: first the bounds of the key. */
  waitOf(record: KeyRecord): LimiterWait | undefined {
    const run = record.waiting.first;
    return run && (this.#waitFor('key', record, run) ?? this.#waitFor('limiter', this.all, run));
  }

  #waitFor(of: 'key' | 'limiter', bounds: BoundsInUse, run: LimitedRun): LimiterWait | undefined {
    const until = this.pauseOf(bounds);
    if (until !== undefined) return { of, for: 'pause', until };
    if (!bounds.hasSlotsFor(run)) return { of, for: 'slot', until: undefined };
    const delay = bounds.rateDelay(run, this.#now);
    return delay > 0 ? { of, for: 'rate', until: this.clock.toSchedulerTime(this.#now + delay) } : undefined;
  }
}
