/** Counters of one batch function. All durations are in ms. */
import type { FlushReason } from '../../scheduler/events';
import type { Outcome } from '../events/trace-event';
import { Histogram, type Distribution } from '../../core/histogram';
import { zeroOutcomes } from './outcome-counts';

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
