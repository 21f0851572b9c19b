/** What a trace tells of batches: who asked for which key, when each flush went, and why just then. */
import { describe } from '../../core/describe';
import {
  ended,
  type KeyFailures,
  type InstrumentationEvent,
  type ObservedBatch,
} from '../../scheduler/instrumentation';
import { named, type Waiter } from '../../scheduler/waiter';
import { EarlierBatches } from './split-reason';
import { Timestamps, timeOf } from './timestamps';
import { kindOfOwn } from '../../core/sluice-error';
import { known, outcomeOf, type EventWriter } from './event-writer';
import type { TaskEventWriter } from './task-events';

type NoteOf<Type extends InstrumentationEvent['type']> = Extract<InstrumentationEvent, { readonly type: Type }>;

export class BatchEventWriter {
  readonly #earlier: EarlierBatches;
  /** Those that were opened, and for which nobody has asked yet. */
  readonly #new = new WeakSet<ObservedBatch>();
  readonly #clocks = new Timestamps();

  constructor(
    private readonly narrator: EventWriter,
    tasks: TaskEventWriter,
  ) {
    this.#earlier = new EarlierBatches(tasks);
  }

  note(note: InstrumentationEvent): void {
    switch (note.type) {
      case 'opened':
        this.#new.add(note.batch);
        return;
      case 'asked': {
        this.#asked(note);
        return;
      }
      case 'recalled': {
        this.#recalled(note);
        return;
      }
      case 'flushed': {
        this.#flushed(note);
        return;
      }
      case 'landed': {
        this.#landed(note);
      }
    }
  }

  #asked({ batch, key, waiter, future, isNew }: NoteOf<'asked'>): void {
    const { ids, siteOf, write: tell } = this.narrator;
    const asker = named(waiter);
    if (this.#new.delete(batch)) this.#open(batch, asker);
    const id = ids.of(batch);
    // The trace has begun after the batch.
    if (id === undefined) return;
    tell({
      type: 'batch-ask',
      id,
      key: describe(key),
      isNew,
      at: this.#clocks.timeOf(batch, batch.scheduler),
      ...known('task', ids.of(asker)),
      ...known('calledAt', siteOf(future)),
    });
  }

  #open(batch: ObservedBatch, asker: Waiter | undefined): void {
    const { name, scheduler } = batch;
    const id = this.narrator.ids.give(batch);
    const split = this.#earlier.splitReason(batch, asker);
    this.#earlier.opened(id, batch);
    this.narrator.write({
      type: 'batch-open',
      id,
      batch: name,
      scheduler: scheduler.name,
      at: this.#clocks.timeOf(batch, scheduler),
      ...known('split', split),
    });
  }

  #flushed({ batch, flight, keys, reason }: NoteOf<'flushed'>): void {
    const { ids, write: tell } = this.narrator;
    const id = ids.of(batch) ?? ids.give(batch);
    ids.share(flight, id);
    this.#earlier.flushed(id, batch, reason);
    const served = Array.from(batch.askers(), ({ waiter }) => ids.of(named(waiter)));
    tell({
      type: 'batch-flush',
      id,
      batch: batch.name,
      keys: keys.map(describe),
      reason,
      tasks: [...new Set(served)].filter((task) => task !== undefined),
      at: this.#clocks.timeOf(batch, batch.scheduler),
    });
  }

  #landed({ batch, how, failures }: NoteOf<'landed'>): void {
    const id = this.narrator.ids.of(batch);
    if (id === undefined) return;
    this.#earlier.landed(id, batch);
    const failedKeys = how && failures?.count;
    const isLost = failedKeys === batch.size;
    this.narrator.write({
      type: 'batch-land',
      id,
      at: this.#clocks.timeOf(batch, batch.scheduler),
      ...outcomeOf(isLost ? ended(true, failures?.first) : how),
      ...(failures && !isLost && someFailed(failures)),
      ...known('failedKeys', failedKeys),
    });
  }

  #recalled({ name: batch, key, waiter, scheduler }: NoteOf<'recalled'>): void {
    const task = this.narrator.ids.of(named(waiter));
    this.narrator.write({
      type: 'batch-recall',
      batch,
      key: describe(key),
      at: timeOf(scheduler),
      ...known('task', task),
    });
  }
}

/** Some keys of a flush have failed, and not all. */
function someFailed({ count, first }: KeyFailures): { readonly error: string; readonly ownError?: string } {
  const failed = `${String(count)} key(s) failed: `;
  const own = kindOfOwn(first);
  return { error: failed + describe(first), ...known('ownError', own && failed + own) };
}
