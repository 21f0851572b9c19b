/** Events of batches: which task asked for which key, and when and why each batch was flushed. */
import { describe } from '../../core/describe';
import {
  toOutcome,
  type KeyFailures,
  type InstrumentationEvent,
  type ObservedBatch,
} from '../../scheduler/instrumentation';
import { nearestWithRole, type Waiter } from '../../scheduler/waiter';
import { EarlierBatches } from './split-reason';
import { Timestamps, timeOf } from './timestamps';
import { nameWithoutMessage } from '../../core/sluice-error';
import { optional, outcomeOf, type EventWriter } from './event-writer';
import type { TaskEventWriter } from './task-events';

type EventOf<Type extends InstrumentationEvent['type']> = Extract<InstrumentationEvent, { readonly type: Type }>;

export class BatchEventWriter {
  readonly #earlier: EarlierBatches;
  /** Opened batches without a key yet: `batch-open` is written with the first key, whose task it names. */
  readonly #unwritten = new WeakSet<ObservedBatch>();
  readonly #timestamps = new Timestamps();

  constructor(
    private readonly writer: EventWriter,
    tasks: TaskEventWriter,
  ) {
    this.#earlier = new EarlierBatches(tasks);
  }

  handle(event: InstrumentationEvent): void {
    switch (event.type) {
      case 'batch-opened':
        this.#unwritten.add(event.batch);
        return;
      case 'key-requested': {
        this.#writeAsk(event);
        return;
      }
      case 'key-cached': {
        this.#writeRecall(event);
        return;
      }
      case 'batch-flushed': {
        this.#writeFlush(event);
        return;
      }
      case 'batch-ended': {
        this.#writeLand(event);
      }
    }
  }

  #writeAsk({ batch, key, waiter, future, isNew }: EventOf<'key-requested'>): void {
    const { ids, siteOf, write } = this.writer;
    const asker = nearestWithRole(waiter);
    if (this.#unwritten.delete(batch)) this.#writeOpen(batch, asker);
    const id = ids.of(batch);
    // A batch without an id was opened before the trace began.
    if (id === undefined) return;
    write({
      type: 'batch-ask',
      id,
      key: describe(key),
      isNew,
      at: this.#timestamps.timeOf(batch, batch.scheduler),
      ...optional('task', ids.of(asker)),
      ...optional('calledAt', siteOf(future)),
    });
  }

  #writeOpen(batch: ObservedBatch, asker: Waiter | undefined): void {
    const { name, scheduler } = batch;
    const id = this.writer.ids.assign(batch);
    const split = this.#earlier.splitReason(batch, asker);
    this.#earlier.addOpened(id, batch);
    this.writer.write({
      type: 'batch-open',
      id,
      batch: name,
      scheduler: scheduler.name,
      at: this.#timestamps.timeOf(batch, scheduler),
      ...optional('split', split),
      ...optional('operation', this.writer.ids.of(scheduler.operation)),
    });
  }

  #writeFlush({ batch, flight, keys, reason }: EventOf<'batch-flushed'>): void {
    const { ids, write } = this.writer;
    const id = ids.of(batch) ?? ids.assign(batch);
    ids.alias(flight, id);
    this.#earlier.markFlushed(id, batch, reason);
    const served = Array.from(batch.keyWaiters(), ({ waiter }) => ids.of(nearestWithRole(waiter)));
    write({
      type: 'batch-flush',
      id,
      batch: batch.name,
      keys: keys.map(describe),
      reason,
      ...optional('heldFor', batch.heldFor),
      tasks: [...new Set(served)].filter((task) => task !== undefined),
      at: this.#timestamps.timeOf(batch, batch.scheduler),
    });
  }

  #writeLand({ batch, outcome, failures }: EventOf<'batch-ended'>): void {
    const id = this.writer.ids.of(batch);
    if (id === undefined) return;
    this.#earlier.markLanded(id, batch);
    const failedKeys = outcome && failures?.count;
    const hasAllFailed = failedKeys === batch.size;
    this.writer.write({
      type: 'batch-land',
      id,
      at: this.#timestamps.timeOf(batch, batch.scheduler),
      ...outcomeOf(hasAllFailed ? toOutcome(true, failures?.first) : outcome),
      ...(failures && !hasAllFailed && partialFailure(failures)),
      ...optional('failedKeys', failedKeys),
    });
  }

  #writeRecall({ name: batch, key, waiter, scheduler }: EventOf<'key-cached'>): void {
    const task = this.writer.ids.of(nearestWithRole(waiter));
    this.writer.write({
      type: 'batch-recall',
      batch,
      key: describe(key),
      at: timeOf(scheduler),
      ...optional('task', task),
    });
  }
}

/** The error fields of a flush of which some keys failed, and not all. */
function partialFailure({ count, first }: KeyFailures): { readonly error: string; readonly ownError?: string } {
  const failed = `${String(count)} key(s) failed: `;
  const own = nameWithoutMessage(first);
  return { error: failed + describe(first), ...optional('ownError', own && failed + own) };
}
