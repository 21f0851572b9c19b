/**
 * The split reason says why a key opened a new batch instead of joining an earlier batch of the same function. It is
 * derived from the earlier batches, and from what the asking task did when each of them was flushed.
 */
import { describe } from '../../core/describe';
import type { FlushReason } from '../../scheduler/events';
import type { ObservedBatch } from '../../scheduler/instrumentation';
import type { Waiter } from '../../scheduler/waiter';
import type { TaskEventWriter } from './task-events';
import type { Split } from './trace-event';

/** What is kept of a flushed batch. The batch itself holds keys and values, and must be free to be collected. */
type BatchSnapshot = Pick<ObservedBatch, 'scheduler' | 'partition' | 'state' | 'size' | 'isFull'>;

interface EarlierBatch {
  readonly id: number;
  batch: BatchSnapshot;
  /** Why it was flushed, and at which event count; undefined while the batch is open. */
  flush?: { readonly reason: FlushReason; readonly eventCount: number };
  hasLanded?: boolean;
}

/** The number of batches that are kept for each function. */
const MAX_EARLIER = 8;

export class EarlierBatches {
  readonly #byFunction = new WeakMap<object, EarlierBatch[]>();

  constructor(private readonly tasks: TaskEventWriter) {}

  /** Why `asker` opens `batch`; undefined if there is no earlier batch that it could have joined. */
  splitReason(batch: ObservedBatch, asker: Waiter | undefined): Split | undefined {
    return this.#earlierThan(batch).reduceRight<Split | undefined>(
      (found, earlier) => found ?? this.#splitFrom(earlier, batch, asker),
      undefined,
    );
  }

  addOpened(id: number, batch: ObservedBatch): void {
    const earlier = this.#earlierThan(batch);
    if (earlier.length === MAX_EARLIER) earlier.shift();
    earlier.push({ id, batch });
  }

  markFlushed(id: number, batch: ObservedBatch, reason: FlushReason): void {
    const flushed = this.#earlierThan(batch).find((one) => one.id === id);
    if (!flushed) return;
    const { scheduler, partition, state, size, isFull } = batch;
    flushed.batch = { scheduler, partition, state, size, isFull };
    flushed.flush = { reason, eventCount: this.tasks.eventCount };
  }

  markLanded(id: number, batch: ObservedBatch): void {
    const earlier = this.#earlierThan(batch);
    const landed = earlier.find((one) => one.id === id);
    if (!landed) return;
    landed.hasLanded = true;
    // A batch whose waiters all unsubscribed before its flush is no reason for a split.
    if (!landed.flush) earlier.splice(earlier.indexOf(landed), 1);
  }

  #splitFrom(
    { id, batch: other, flush, hasLanded }: EarlierBatch,
    batch: BatchSnapshot,
    asker: Waiter | undefined,
  ): Split | undefined {
    const activity = asker && flush && this.tasks.activityAt(asker, flush.eventCount);
    // A task that had not begun when the earlier batch was flushed could not have joined it.
    if (flush && !activity && (asker || flush.reason !== 'full' || hasLanded)) return undefined;
    const split = (because: Split['because'], detail: string): Split => ({ because, from: id, detail });
    if (other.scheduler !== batch.scheduler) {
      return split('scheduler', `the earlier batch belongs to scheduler "${other.scheduler.name}"`);
    }
    if (other.state !== batch.state) return undefined;
    if (!Object.is(other.partition, batch.partition)) {
      const [theirs, own] = [describe(other.partition), describe(batch.partition)];
      return split('partition', `the earlier batch has partition ${theirs}, this one ${own}`);
    }
    if (flush ? flush.reason === 'full' : other.isFull) {
      return split('full', `the earlier batch was full with ${String(other.size)} key(s)`);
    }
    return (
      flush &&
      split('already-flushed', `the earlier batch was flushed (${flush.reason}) while ${activity ?? 'no task waited'}`)
    );
  }

  #earlierThan({ ofFunction }: ObservedBatch): EarlierBatch[] {
    let earlier = this.#byFunction.get(ofFunction);
    if (!earlier) this.#byFunction.set(ofFunction, (earlier = []));
    return earlier;
  }
}
