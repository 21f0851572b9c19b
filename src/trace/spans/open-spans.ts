/** The spans that have begun and not ended: event by event they are filled in, and leave when they end. */
import type { FlushReason } from '../../scheduler/events';
import { OpenSpan } from './open-span';
import type { Span } from './span';
import type { Outcome, TraceEvent } from '../events/trace-event';

/** What a call waits for in the queue. */
const THREAD = 'a thread';

/** How a thread ends that its pool has ended. */
const ENDED = 'killed';

export class OpenSpans {
  /** A Map keeps the order in which they began. */
  readonly #open = new Map<number, OpenSpan>();
  readonly #threads = new Map<string, number>();
  #lastThread = -0.5;
  #lastAt = -Infinity;

  /** The span that this event ends, if it ends one. */
  take(event: TraceEvent): Span | undefined {
    this.#lastAt = event.at;
    switch (event.type) {
      case 'task-end':
      case 'scope-close':
      case 'work-end':
      case 'call-end':
        return this.#end(event.id, event);
      case 'batch-flush':
        return this.#flush(event);
      case 'batch-land':
        // It has no flight if all keys had left before it was flushed.
        return this.#end(event.id, event) ?? this.#end(-event.id, event);
      case 'thread-exit':
        return this.#exit(event);
      default:
        this.#follow(event);
        return undefined;
    }
  }

  /** Those that have not ended, in the order they began. */
  left(): Span[] {
    const spans = Array.from(this.#open.values(), (open) => open.until(this.#lastAt));
    this.#open.clear();
    this.#threads.clear();
    return spans;
  }

  #follow(event: TraceEvent): void {
    switch (event.type) {
      case 'task-begin':
        this.#begin(new OpenSpan('task', event));
        break;
      case 'task-wait':
        this.#open.get(event.id)?.wait(event.at, event.for);
        break;
      case 'task-resume':
        this.#open.get(event.id)?.resume(event.at);
        break;
      case 'batch-open': {
        const batch = new OpenSpan('batch', { id: -event.id, name: event.batch, at: event.at });
        batch.split = event.split;
        this.#begin(batch);
        break;
      }
      case 'batch-ask':
        this.#open.get(-event.id)?.ask(event);
        // One that is in the air serves who joins it there.
        if (event.task !== undefined) this.#open.get(event.id)?.serve(event.task);
        break;
      case 'scope-open':
        this.#begin(new OpenSpan('scope', event));
        break;
      case 'work-begin':
        this.#begin(new OpenSpan('work', { ...event, parent: event.scope }));
        break;
      case 'call-queue': {
        const call = new OpenSpan('call', event);
        call.pool = event.pool;
        call.wait(event.at, THREAD);
        this.#begin(call);
        break;
      }
      case 'call-send':
        this.#open.get(event.id)?.send(event.at, event.thread);
        break;
      case 'thread-spawn':
        this.#spawn(event);
        break;
      case 'thread-fault':
        this.#threadOf(event)?.fault(event.detail);
        break;
    }
  }

  #begin(open: OpenSpan): void {
    this.#open.set(open.id, open);
  }

  #end(id: number, how: HowItEnded): Span | undefined {
    const open = this.#open.get(id);
    this.#open.delete(id);
    return open?.end(how.at, how.outcome, how.error);
  }

  #flush(event: Flush): Span | undefined {
    const { id, at, batch, keys, reason, tasks } = event;
    const open = this.#open.get(-id);
    if (open) open.keys = [...keys];
    const gathered = this.#end(-id, { at, outcome: 'succeeded' });
    const flight = new OpenSpan('flight', { id, name: batch, at });
    flight.keys = [...keys];
    flight.reason = reason;
    for (const task of tasks) flight.serve(task);
    this.#begin(flight);
    return gathered;
  }

  #spawn({ at, pool, thread }: ThreadChange): void {
    const place = placeOf(pool, thread);
    // Two pools of one name may each have a thread of this number: they are taken for one.
    if (this.#threads.has(place)) return;
    const id = this.#lastThread--;
    const open = new OpenSpan('thread', { id, name: `${pool} ${String(thread)}`, at });
    open.pool = pool;
    open.thread = thread;
    this.#threads.set(place, id);
    this.#begin(open);
  }

  #threadOf({ pool, thread }: ThreadChange): OpenSpan | undefined {
    const id = this.#threads.get(placeOf(pool, thread));
    return id === undefined ? undefined : this.#open.get(id);
  }

  #exit(event: ThreadChange & { readonly detail: string }): Span | undefined {
    const open = this.#threadOf(event);
    this.#threads.delete(placeOf(event.pool, event.thread));
    if (!open) return undefined;
    if (!event.detail.startsWith(ENDED)) open.fault(event.detail);
    const { error } = open;
    return this.#end(open.id, { at: event.at, outcome: error === undefined ? 'succeeded' : 'failed', error });
  }
}

interface HowItEnded {
  readonly at: number;
  readonly outcome: Outcome;
  readonly error?: string | undefined;
}

interface Flush {
  readonly id: number;
  readonly at: number;
  readonly batch: string;
  readonly keys: readonly string[];
  readonly reason: FlushReason;
  readonly tasks: readonly number[];
}

interface ThreadChange {
  readonly at: number;
  readonly pool: string;
  readonly thread: number;
}

const placeOf = (pool: string, thread: number): string => `${String(thread)} ${pool}`;
