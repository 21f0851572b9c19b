/** Counters of the calls of one pool. All durations are in ms. */
import type { Outcome } from '../events/trace-event';
import { Histogram, type Distribution } from '../../core/histogram';
import { zeroOutcomes } from './outcome-counts';

export interface CallMetrics {
  readonly calls: number;
  /** Ended calls by outcome. */
  readonly ended: Readonly<Record<Outcome, number>>;
  /** From the call until it was sent to a thread, in ms. */
  readonly queued: Distribution;
  /** From then to the end of the call, in ms. */
  readonly ran: Distribution;
}

export class CallCounts {
  calls = 0;
  readonly queued = new Histogram();
  readonly #ended = zeroOutcomes();
  readonly #ran = new Histogram();

  /** @param ran in ms; undefined if the call was never sent to a thread */
  end(outcome: Outcome, ran: number | undefined): void {
    this.#ended[outcome]++;
    if (ran !== undefined) this.#ran.add(ran);
  }

  get metrics(): CallMetrics {
    return {
      calls: this.calls,
      ended: { ...this.#ended },
      queued: this.queued.distribution,
      ran: this.#ran.distribution,
    };
  }
}
