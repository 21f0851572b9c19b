/** What is counted of one batch function, of one task, of one pool. All durations are in ms. */
import type { FlushReason } from '../../scheduler/events';
import { Histogram, type Distribution } from './histogram';
import type { Outcome } from '../events/trace-event';

export interface BatchMetrics {
  /** How often a key was asked for that the cache did not have. */
  readonly asks: number;
  /** How many of them joined somebody who had asked for the same key. */
  readonly joins: number;
  /** How often the cache had the key, be it on its way still. */
  readonly recalls: number;
  readonly flushes: number;
  readonly reasons: Readonly<Record<FlushReason, number>>;
  /** Keys in each flush. */
  readonly size: Distribution;
  /** From the first key to the flush. */
  readonly gathering: Distribution;
  /** From the flush until it has landed. */
  readonly flight: Distribution;
  readonly landed: Readonly<Record<Outcome, number>>;
  readonly failedKeys: number;
  /** Batches that never flushed, since all who had asked left. */
  readonly left: number;
}

export interface TaskMetrics {
  readonly begun: number;
  readonly ended: Readonly<Record<Outcome, number>>;
  readonly duration: Distribution;
}

export interface CallMetrics {
  readonly calls: number;
  readonly ended: Readonly<Record<Outcome, number>>;
  /** Until a thread took it. */
  readonly queued: Distribution;
  /** From then to its end. */
  readonly ran: Distribution;
}

const noOutcomes = (): Record<Outcome, number> => ({ succeeded: 0, failed: 0, cancelled: 0 });

export class BatchCounts {
  #recalls = 0;
  left = 0;
  #asks = 0;
  #joins = 0;
  #flushes = 0;
  readonly #reasons = { quiescent: 0, window: 0, full: 0, 'hold-elapsed': 0, forced: 0 } satisfies Record<
    FlushReason,
    number
  >;
  readonly #size = new Histogram();
  readonly #gathering = new Histogram();
  readonly #flight = new Histogram();
  readonly #landed = noOutcomes();
  #failedKeys = 0;

  ask(isNew: boolean): void {
    this.#asks++;
    if (!isNew) this.#joins++;
  }

  recall(): void {
    this.#recalls++;
  }

  flush(reason: FlushReason, size: number, gathering: number | undefined): void {
    this.#flushes++;
    this.#reasons[reason]++;
    this.#size.add(size);
    if (gathering !== undefined) this.#gathering.add(gathering);
  }

  land(outcome: Outcome, { flight, failedKeys }: { readonly flight: number; readonly failedKeys: number }): void {
    this.#landed[outcome]++;
    this.#failedKeys += failedKeys;
    this.#flight.add(flight);
  }

  get metrics(): BatchMetrics {
    return {
      asks: this.#asks,
      joins: this.#joins,
      recalls: this.#recalls,
      flushes: this.#flushes,
      reasons: { ...this.#reasons },
      size: this.#size.distribution,
      gathering: this.#gathering.distribution,
      flight: this.#flight.distribution,
      landed: { ...this.#landed },
      failedKeys: this.#failedKeys,
      left: this.left,
    };
  }
}

export class TaskCounts {
  begun = 0;
  readonly #ended = noOutcomes();
  readonly #duration = new Histogram();

  end(outcome: Outcome, duration: number): void {
    this.#ended[outcome]++;
    this.#duration.add(duration);
  }

  get metrics(): TaskMetrics {
    return { begun: this.begun, ended: { ...this.#ended }, duration: this.#duration.distribution };
  }
}

export class CallCounts {
  calls = 0;
  readonly queued = new Histogram();
  readonly #ended = noOutcomes();
  readonly #ran = new Histogram();

  /** `ran` is undefined if no thread ever took it. */
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
