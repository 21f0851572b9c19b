/** Events of worker pools: calls that are queued, sent to a thread and ended, and threads that start, fail and exit. */
import type { InstrumentationEvent, ObservedPool } from '../../scheduler/instrumentation';
import { nearestWithRole } from '../../scheduler/waiter';
import { realTime } from './timestamps';
import { optional, outcomeOf, type EventWriter } from './event-writer';

const THREAD_EVENTS = { spawn: 'thread-spawn', exit: 'thread-exit', fault: 'thread-fault' } as const;

export class PoolEventWriter {
  /** The thread numbers of each pool. Pools of the same name share one sequence, so their numbers never collide. */
  readonly #numbers = new WeakMap<ObservedPool, Map<number, number>>();
  readonly #lastNumbers = new Map<string, number>();

  constructor(private readonly writer: EventWriter) {}

  handle(event: InstrumentationEvent): void {
    const { ids, write } = this.writer;
    const at = realTime();
    switch (event.type) {
      case 'call-queued': {
        const { name } = event;
        const pool = event.pool.name;
        const parent = ids.of(nearestWithRole(event.waiter));
        write({ type: 'call-queue', id: ids.assign(event.call), name, pool, at, ...optional('parent', parent) });
        return;
      }
      case 'call-sent': {
        const id = ids.of(event.call);
        if (id !== undefined) write({ type: 'call-send', id, thread: this.#numberOf(event.pool, event.thread), at });
        return;
      }
      case 'call-ended': {
        const id = ids.of(event.call);
        if (id !== undefined) write({ type: 'call-end', id, at, ...outcomeOf(event.outcome) });
        return;
      }
      case 'thread': {
        const { detail } = event;
        const pool = event.pool.name;
        const thread = this.#numberOf(event.pool, event.thread);
        if (event.event === 'spawn') write({ type: THREAD_EVENTS.spawn, pool, thread, at });
        else write({ type: THREAD_EVENTS[event.event], pool, thread, detail, at });
      }
    }
  }

  #numberOf(pool: ObservedPool, thread: number): number {
    let numbers = this.#numbers.get(pool);
    if (!numbers) this.#numbers.set(pool, (numbers = new Map<number, number>()));
    const known = numbers.get(thread);
    if (known !== undefined) return known;
    const number = (this.#lastNumbers.get(pool.name) ?? 0) + 1;
    this.#lastNumbers.set(pool.name, number);
    numbers.set(thread, number);
    return number;
  }
}
