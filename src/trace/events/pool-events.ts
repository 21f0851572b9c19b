/** What a trace tells of worker pools: of each call its time in the queue and on its thread, and of threads. */
import type { InstrumentationEvent, ObservedPool } from '../../scheduler/instrumentation';
import { named } from '../../scheduler/waiter';
import { realTime } from './timestamps';
import { known, outcomeOf, type EventWriter } from './event-writer';

const THREAD_EVENTS = { spawn: 'thread-spawn', exit: 'thread-exit', fault: 'thread-fault' } as const;

export class PoolEventWriter {
  /** By pool, the numbers of its threads: those of pools that have one name go on from each other. */
  readonly #numbers = new WeakMap<ObservedPool, Map<number, number>>();
  readonly #last = new Map<string, number>();

  constructor(private readonly narrator: EventWriter) {}

  note(note: InstrumentationEvent): void {
    const { ids, write: tell } = this.narrator;
    const at = realTime();
    switch (note.type) {
      case 'call-queued': {
        const { name } = note;
        const pool = note.pool.name;
        const parent = ids.of(named(note.waiter));
        tell({ type: 'call-queue', id: ids.give(note.call), name, pool, at, ...known('parent', parent) });
        return;
      }
      case 'call-sent': {
        const id = ids.of(note.call);
        if (id !== undefined) tell({ type: 'call-send', id, thread: this.#numberOf(note.pool, note.thread), at });
        return;
      }
      case 'call-ended': {
        const id = ids.of(note.call);
        if (id !== undefined) tell({ type: 'call-end', id, at, ...outcomeOf(note.how) });
        return;
      }
      case 'thread': {
        const { detail } = note;
        const pool = note.pool.name;
        const thread = this.#numberOf(note.pool, note.thread);
        if (note.event === 'spawn') tell({ type: THREAD_EVENTS.spawn, pool, thread, at });
        else tell({ type: THREAD_EVENTS[note.event], pool, thread, detail, at });
      }
    }
  }

  #numberOf(pool: ObservedPool, thread: number): number {
    let numbers = this.#numbers.get(pool);
    if (!numbers) this.#numbers.set(pool, (numbers = new Map<number, number>()));
    const known = numbers.get(thread);
    if (known !== undefined) return known;
    const number = (this.#last.get(pool.name) ?? 0) + 1;
    this.#last.set(pool.name, number);
    numbers.set(thread, number);
    return number;
  }
}
