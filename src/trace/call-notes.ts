/** What a trace tells of worker pools: of each call its time in the queue and on its thread, and of threads. */
import type { Note } from '../scheduler/probe';
import { named } from '../scheduler/waiter';
import { realTime } from './clockwork';
import { known, outcomeOf, type Narrator } from './narrator';

const THREAD_EVENTS = { spawn: 'thread spawn', exit: 'thread exit', fault: 'thread fault' } as const;

export class CallNotes {
  constructor(private readonly narrator: Narrator) {}

  note(note: Note): void {
    const { ids, tell } = this.narrator;
    const at = realTime();
    switch (note.type) {
      case 'call queued': {
        const { pool, name } = note;
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
        const { pool, thread, detail } = note;
        if (note.event === 'spawn') tell({ type: THREAD_EVENTS.spawn, pool, thread, at });
        else tell({ type: THREAD_EVENTS[note.event], pool, thread, detail, at });
      }
    }
  }
}
