/** What a trace tells of batches: who asked for which key, when each flush went and why, and why keys are apart. */
import { describe } from '../core/describe';
import type { FlushReason } from '../scheduler/events';
import { ended, type Note, type NotedBatch } from '../scheduler/probe';
import { named, type Waiter } from '../scheduler/waiter';
import { Clocks, timeOf } from './clockwork';
import { known, outcomeOf, type Narrator } from './narrator';
import type { TaskNotes } from './task-notes';
import type { Apart } from './trace-event';

type NoteOf<Type extends Note['type']> = Extract<Note, { readonly type: Type }>;

/** A batch that an other might have been one with. */
interface Earlier {
  readonly id: number;
  /** Once it has gone, no more of it: it holds values. */
  batch: Pick<NotedBatch, 'scheduler' | 'partition' | 'era' | 'size' | 'isSealed'>;
  /** Why it went, and how many notes there were then; while it stands open, nothing. */
  gone?: { readonly reason: FlushReason; readonly count: number };
  hasLanded?: boolean;
}

/** So many of each function are remembered. */
const FEW = 8;

export class BatchNotes {
  readonly #earlier = new WeakMap<object, Earlier[]>();
  /** Those that were opened, and for which nobody has asked yet. */
  readonly #new = new WeakSet<NotedBatch>();
  readonly #clocks = new Clocks();

  constructor(
    private readonly narrator: Narrator,
    private readonly tasks: TaskNotes,
  ) {}

  note(note: Note): void {
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
    const { ids, siteOf, tell } = this.narrator;
    const asker = named(waiter);
    if (this.#new.delete(batch)) this.#open(batch, asker);
    const id = ids.of(batch);
    // The trace has begun after the batch.
    if (id === undefined) return;
    tell({
      type: 'batch ask',
      id,
      key: describe(key),
      isNew,
      at: this.#clocks.timeOf(batch, batch.scheduler),
      ...known('task', ids.of(asker)),
      ...known('calledAt', siteOf(future)),
    });
  }

  #open(batch: NotedBatch, asker: Waiter | undefined): void {
    const { name, scheduler } = batch;
    const id = this.narrator.ids.give(batch);
    const earlier = this.#earlierOf(batch);
    const apart = earlier.reduceRight<Apart | undefined>(
      (found, one) => found ?? this.#apart(batch, one, asker),
      undefined,
    );
    if (earlier.length === FEW) earlier.shift();
    earlier.push({ id, batch });
    this.narrator.tell({
      type: 'batch open',
      id,
      batch: name,
      scheduler: scheduler.name,
      at: this.#clocks.timeOf(batch, scheduler),
      ...known('apart', apart),
    });
  }

  /** Why they are two, if whoever asks might have been in time for the earlier. */
  #apart(
    batch: NotedBatch,
    { id, batch: other, gone, hasLanded = false }: Earlier,
    asker: Waiter | undefined,
  ): Apart | undefined {
    const doing = asker && gone && this.tasks.doingAt(asker, gone.count);
    // Of what went before whoever asks had begun, it could not have been a part.
    if (gone && !doing && (asker || gone.reason !== 'full' || hasLanded)) return undefined;
    const apart = (because: Apart['because'], detail: string): Apart => ({ because, from: id, detail });
    if (other.scheduler !== batch.scheduler) {
      return apart('scheduler', `the other belongs to scheduler "${other.scheduler.name}"`);
    }
    if (other.era !== batch.era) return undefined;
    if (!Object.is(other.partition, batch.partition)) {
      return apart(
        'partition',
        `the other is of partition ${describe(other.partition)}, this of ${describe(batch.partition)}`,
      );
    }
    if (!gone && !other.isSealed) return undefined;
    if (!gone || gone.reason === 'full')
      return apart('full', `the other had all the keys that one flush may have, ${String(other.size)}`);
    return apart('gone', `the other went (${gone.reason}) while ${doing ?? 'nobody waited'}`);
  }

  #flushed({ batch, flight, keys, reason }: NoteOf<'flushed'>): void {
    const { ids, tell } = this.narrator;
    const id = ids.of(batch) ?? ids.give(batch);
    ids.share(flight, id);
    const earlier = this.#earlierOf(batch).find((one) => one.id === id);
    const { scheduler, partition, era, size, isSealed } = batch;
    if (earlier)
      Object.assign(earlier, {
        batch: { scheduler, partition, era, size, isSealed },
        gone: { reason, count: this.tasks.count },
      });
    const served = Array.from(batch.askers(), ({ waiter }) => ids.of(named(waiter)));
    tell({
      type: 'batch flush',
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
    this.#forget(id, batch);
    const failedKeys = how && failures?.count;
    const isLost = failedKeys === batch.size;
    this.narrator.tell({
      type: 'batch land',
      id,
      at: this.#clocks.timeOf(batch, batch.scheduler),
      ...outcomeOf(isLost ? ended(true, failures?.first) : how),
      ...(failures && !isLost && { error: `${String(failures.count)} key(s) failed: ${describe(failures.first)}` }),
      ...known('failedKeys', failedKeys),
    });
  }

  #recalled({ name: batch, key, waiter, scheduler }: NoteOf<'recalled'>): void {
    const task = this.narrator.ids.of(named(waiter));
    this.narrator.tell({
      type: 'batch recall',
      batch,
      key: describe(key),
      at: timeOf(scheduler),
      ...known('task', task),
    });
  }

  #earlierOf({ ofFunction }: NotedBatch): Earlier[] {
    let known = this.#earlier.get(ofFunction);
    if (!known) this.#earlier.set(ofFunction, (known = []));
    return known;
  }

  /** One that all have left before it went kept nobody apart. */
  #forget(id: number, batch: NotedBatch): void {
    const earlier = this.#earlierOf(batch);
    const index = earlier.findIndex((one) => one.id === id && !one.gone);
    if (index >= 0) earlier.splice(index, 1);
    const landed = earlier.find((one) => one.id === id);
    if (landed) landed.hasLanded = true;
  }
}
