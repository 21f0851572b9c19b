/**
 * Pool times are measured always, and so cheaply: waits once for each turn of the pool, and runs as each batch of a thread
 * reports them, which is the mean of the batch for tiny tasks.
 */
import { Histogram, type Distribution } from '../../core/histogram';
import { monotonicNow } from '../../core/platform';

/** The part of a thread that its times are read from. */
interface TimedThread {
  /** Undefined until the thread is ready. */
  readonly readyAt: number | undefined;
}

export class PoolTimes {
  readonly #waits = new Histogram();
  readonly #runs = new Histogram();
  #busyMs = 0;
  /** How long the threads that have ended were ready, in ms. */
  #endedMs = 0;
  /** Equal waits, which are added to the histogram together. */
  readonly #equal = { wait: 0, count: 0 };

  addWait(ms: number): void {
    if (ms !== this.#equal.wait) this.#addEqualWaits();
    this.#equal.wait = ms;
    this.#equal.count++;
  }

  /** @param ms the time that the tasks ran, together */
  addRuns(count: number, ms: number): void {
    if (count === 0) return;
    this.#busyMs += ms;
    this.#runs.add(ms / count, count);
  }

  addEndedThread({ readyAt }: TimedThread): void {
    if (readyAt !== undefined) this.#endedMs += monotonicNow() - readyAt;
  }

  get waitTime(): Distribution {
    this.#addEqualWaits();
    return this.#waits.distribution;
  }

  get runTime(): Distribution {
    return this.#runs.distribution;
  }

  /** The part of the time of all threads in which tasks ran, from 0 to 1. */
  utilization(threads: readonly TimedThread[]): number {
    const now = monotonicNow();
    const readyMs = threads.reduce((sum, { readyAt = now }) => sum + now - readyAt, this.#endedMs);
    return readyMs === 0 ? 0 : Math.min(1, this.#busyMs / readyMs);
  }

  #addEqualWaits(): void {
    if (this.#equal.count > 0) this.#waits.add(this.#equal.wait, this.#equal.count);
    this.#equal.count = 0;
  }
}
