/** Counters of the tasks of one name. All durations are in ms. */
import type { Outcome } from '../events/trace-event';
import { Histogram, type Distribution } from '../../core/histogram';
import { zeroOutcomes } from './outcome-counts';

export interface TaskMetrics {
  readonly begun: number;
  /** Ended tasks by outcome. */
  readonly ended: Readonly<Record<Outcome, number>>;
  /** From the first step to the last, in ms. */
  readonly duration: Distribution;
}

export class TaskCounts {
  begun = 0;
  readonly #ended = zeroOutcomes();
  readonly #duration = new Histogram();

  end(outcome: Outcome, duration: number): void {
    this.#ended[outcome]++;
    this.#duration.add(duration);
  }

  get metrics(): TaskMetrics {
    return { begun: this.begun, ended: { ...this.#ended }, duration: this.#duration.distribution };
  }
}
