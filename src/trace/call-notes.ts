/** What a trace tells of worker pools: of each call its time in the queue and on its thread, and of threads. */
import type { Note, NotedPool } from '../scheduler/probe';
import { named } from '../scheduler/waiter';
import { realTime } from './clockwork';
import { known, outcomeOf, type Narrator } from './narrator';

const THREAD_EVENTS = { spawn: 'thread spawn', exit: 'thread exit', fault: 'thread fault' } as const;

export class CallNotes {
  /** Several pools may have one name; their threads are not the same. */
  readonly #names = new WeakMap<NotedPool, string>();
  readonly #namesakes = new Map<string, number>();

  constructor(private readonly narrator: Narrator) {}

  note(note: Note): void {
    const { ids, tell } = this.narrator;
    const at = realTime();
    switch (note.type) {
      case 'call queued': {
        const { name } = note;
        const pool = this.#nameOf(note.pool);
        const parent = ids.of(named(note.waiter));
        tell({ type: 'call queue', id: ids.give(note.call), name, pool, at, ...known('parent', parent) });
        return;
      }
      case 'call sent': {
        const id = ids.of(note.call);
        if (id !== undefined) tell({ type: 'call send', id, thread: note.thread, at });
        return;
      }
      case 'call ended': {
        const id = ids.of(note.call);
        if (id !== undefined) tell({ type: 'call end', id, at, ...outcomeOf(note.how) });
        return;
      }
      case 'thread': {
        const { thread, detail } = note;
        const pool = this.#nameOf(note.pool);
        if (note.event === 'spawn') tell({ type: THREAD_EVENTS.spawn, pool, thread, at });
        else tell({ type: THREAD_EVENTS[note.event], pool, thread, detail, at });
      }
    }
  }

  #nameOf(pool: NotedPool): string {
    const known = this.#names.get(pool);
    if (known !== undefined) return known;
    const count = (this.#namesakes.get(pool.name) ?? 0) + 1;
    this.#namesakes.set(pool.name, count);
    const name = count > 1 ? `${pool.name} ${String(count)}` : pool.name;
    this.#names.set(pool, name);
    return name;
  }
}
