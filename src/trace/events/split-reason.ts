/**
 * Why two keys of one function did not share a flush, though they might have: what there was before each batch, and what
 * whoever asks was at when that went.
 */
import { describe } from '../../core/describe';
import type { FlushReason } from '../../scheduler/events';
import type { ObservedBatch } from '../../scheduler/instrumentation';
import type { Waiter } from '../../scheduler/waiter';
import type { TaskEventWriter } from './task-events';
import type { Split } from './trace-event';

/** What is known of a batch, of which there is no more once it has gone: it holds values. */
type Known = Pick<ObservedBatch, 'scheduler' | 'partition' | 'state' | 'size' | 'isSealed'>;

interface Earlier {
  readonly id: number;
  batch: Known;
  /** Why it went, and how many notes there were then; while it stands open, nothing. */
  gone?: { readonly reason: FlushReason; readonly count: number };
  hasLanded?: boolean;
}

/** So many of each function are remembered. */
const FEW = 8;

export class EarlierBatches {
  readonly #ofFunctions = new WeakMap<object, Earlier[]>();

  constructor(private readonly tasks: TaskEventWriter) {}

  /** Why whoever asks opens one, if there was an earlier that they might have been in time for. */
  splitReason(batch: ObservedBatch, asker: Waiter | undefined): Split | undefined {
    return this.#before(batch).reduceRight<Split | undefined>(
      (found, earlier) => found ?? this.#why(batch, earlier, asker),
      undefined,
    );
  }

  opened(id: number, batch: ObservedBatch): void {
    const earlier = this.#before(batch);
    if (earlier.length === FEW) earlier.shift();
    earlier.push({ id, batch });
  }

  flushed(id: number, batch: ObservedBatch, reason: FlushReason): void {
    const flushed = this.#before(batch).find((one) => one.id === id);
    if (!flushed) return;
    const { scheduler, partition, state: era, size, isSealed } = batch;
    flushed.batch = { scheduler, partition, state: era, size, isSealed };
    flushed.gone = { reason, count: this.tasks.count };
  }

  landed(id: number, batch: ObservedBatch): void {
    const earlier = this.#before(batch);
    const landed = earlier.find((one) => one.id === id);
    if (!landed) return;
    landed.hasLanded = true;
    // One that all have left before it went kept nobody apart.
    if (!landed.gone) earlier.splice(earlier.indexOf(landed), 1);
  }

  #why(batch: Known, { id, batch: other, gone, hasLanded }: Earlier, asker: Waiter | undefined): Split | undefined {
    const doing = asker && gone && this.tasks.doingAt(asker, gone.count);
    // Of what went before whoever asks had begun, it could not have been a part.
    if (gone && !doing && (asker || gone.reason !== 'full' || hasLanded)) return undefined;
    const apart = (because: Split['because'], detail: string): Split => ({ because, from: id, detail });
    if (other.scheduler !== batch.scheduler) {
      return apart('scheduler', `the other belongs to scheduler "${other.scheduler.name}"`);
    }
    if (other.state !== batch.state) return undefined;
    if (!Object.is(other.partition, batch.partition)) {
      const [theirs, own] = [describe(other.partition), describe(batch.partition)];
      return apart('partition', `the other is of partition ${theirs}, this of ${own}`);
    }
    if (gone ? gone.reason === 'full' : other.isSealed) {
      return apart('full', `the other had all the keys that one flush may have, ${String(other.size)}`);
    }
    return gone && apart('already-flushed', `the other went (${gone.reason}) while ${doing ?? 'nobody waited'}`);
  }

  #before({ ofFunction }: ObservedBatch): Earlier[] {
    let known = this.#ofFunctions.get(ofFunction);
    if (!known) this.#ofFunctions.set(ofFunction, (known = []));
    return known;
  }
}
