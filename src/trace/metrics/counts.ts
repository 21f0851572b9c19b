/** Counters of one batch function, one task or one pool. All durations are in ms. */
import type { FlushReason } from '../../scheduler/events';
import { Histogram, type Distribution } from './histogram';
import type { Outcome } from '../events/trace-event';

export interface BatchMetrics {
  /** Requests for a key that the cache did not have. */
  readonly asks: number;
  /** The part of `asks` that joined an earlier request for the same key. */
  readonly joins: number;
  /** Requests for a key that the cache had, its flight perhaps still under way. */
  readonly recalls: number;
  readonly flushes: number;
  /** Flushes by reason. */
  readonly reasons: Readonly<Record<FlushReason, number>>;
  /** The number of keys of each flush. */
  readonly size: Distribution;
  /** From the first key to the flush, in ms. */
  readonly gathering: Distribution;
  /** From the flush until the results were handed out, in ms. */
  readonly flight: Distribution;
  /** Flights by outcome. */
  readonly landed: Readonly<Record<Outcome, number>>;
  readonly failedKeys: number;
  /** Batches that were never flushed, since all their keys were cancelled. */
  readonly left: number;
}

export interface TaskMetrics {
  readonly begun: number;
  /** Ended tasks by outcome. */
  readonly ended: Readonly<Record<Outcome, number>>;
  /** From the first step to the last, in ms. */
  readonly duration: Distribution;
}

export interface CallMetrics {
  readonly calls: number;
  /** Ended calls by outcome. */
  readonly ended: Readonly<Record<Outcome, number>>;
  /** From the call until it was sent to a thread, in ms. */
  readonly queued: Distribution;
  /** From then to the end of the call, in ms. */
  readonly ran: Distribution;
}

const zeroOutcomes = (): Record<Outcome, number> => ({ succeeded: 0, failed: 0, cancelled: 0 });

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
  readonly #landed = zeroOutcomes();
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
