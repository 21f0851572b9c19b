/** The open spans of a trace: each event opens a span, adds to one, or ends one. */
import type { FlushReason } from '../../scheduler/events';
import { OpenSpan } from './open-span';
import type { Span } from './span';
import type { Outcome, TraceEvent } from '../events/trace-event';

/** What a queued call waits for, as its span says. */
const AWAITED_THREAD = 'a thread';

/** The exit detail of a thread that its pool has stopped begins with this word. */
const STOPPED_BY_POOL = 'killed';

export class OpenSpans {
  /** In the order in which the spans began, which a Map keeps. */
  readonly #open = new Map<number, OpenSpan>();
  readonly #threadIds = new Map<string, number>();
  #nextThreadId = -0.5;
  #lastAt = -Infinity;

  /** Applies an event, and returns the span that it ends, if any. */
  handle(event: TraceEvent): Span | undefined {
    this.#lastAt = event.at;
    switch (event.type) {
      case 'task-end':
      case 'scope-close':
      case 'work-end':
      case 'call-end':
      case 'limit-end':
        return this.#end(event.id, event);
      case 'batch-flush':
        return this.#flush(event);
      case 'batch-land':
        // A batch whose keys were all cancelled before the flush has no flight.
        return this.#end(event.id, event) ?? this.#end(-event.id, event);
      case 'thread-exit':
        return this.#exit(event);
      default:
        this.#update(event);
        return undefined;
    }
  }

  /** Ends all open spans without an outcome, in the order in which they began. */
  endAll(): Span[] {
    const spans = Array.from(this.#open.values(), (open) => open.endOpen(this.#lastAt));
    this.#open.clear();
    this.#threadIds.clear();
    return spans;
  }

  #update(event: TraceEvent): void {
    switch (event.type) {
      case 'task-begin':
        this.#begin(new OpenSpan('task', event));
        break;
      case 'task-wait':
        this.#open.get(event.id)?.beginWait(event.at, event.for);
        break;
      case 'task-resume':
        this.#open.get(event.id)?.endWait(event.at);
        break;
      case 'batch-open': {
        const batch = new OpenSpan('batch', { id: -event.id, name: event.batch, at: event.at });
        batch.split = event.split;
        this.#begin(batch);
        break;
      }
      case 'batch-ask':
        this.#open.get(-event.id)?.addKey(event);
        // A cached key may be joined while its flight is under way.
        if (event.task !== undefined) this.#open.get(event.id)?.addServedTask(event.task);
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
        call.beginWait(event.at, AWAITED_THREAD);
        this.#begin(call);
        break;
      }
      case 'call-send':
        this.#open.get(event.id)?.send(event.at, event.thread);
        break;
      case 'limit-queue': {
        const limited = new OpenSpan('limited', event);
        limited.limiter = event.limiter;
        limited.keys = [event.key];
        if (event.for !== undefined) limited.beginWait(event.at, event.for);
        this.#begin(limited);
        break;
      }
      case 'limit-start':
        this.#open.get(event.id)?.endWait(event.at);
        break;
      case 'thread-spawn':
        this.#spawn(event);
        break;
      case 'thread-fault':
        this.#threadOf(event)?.fault(event.detail);
        break;
    }
  }

  #begin(span: OpenSpan): void {
    this.#open.set(span.id, span);
  }

  #end(id: number, ending: SpanEnding): Span | undefined {
    const open = this.#open.get(id);
    this.#open.delete(id);
    return open?.end(ending.at, ending.outcome, ending.error);
  }

  #flush(event: BatchFlush): Span | undefined {
    const { id, at, batch, keys, reason, heldFor = [], tasks } = event;
    const open = this.#open.get(-id);
    if (open) open.keys = [...keys];
    const gathered = this.#end(-id, { at, outcome: 'succeeded' });
    const flight = new OpenSpan('flight', { id, name: batch, at });
    flight.keys = [...keys];
    flight.reason = reason;
    flight.heldFor = heldFor;
    for (const task of tasks) flight.addServedTask(task);
    this.#begin(flight);
    return gathered;
  }

  #spawn({ at, pool, thread }: ThreadChange): void {
    const key = threadKey(pool, thread);
    // Two pools of the same name may each have a thread of this number; the trace cannot tell them apart.
    if (this.#threadIds.has(key)) return;
    const id = this.#nextThreadId--;
    const open = new OpenSpan('thread', { id, name: `${pool} ${String(thread)}`, at });
    open.pool = pool;
    open.thread = thread;
    this.#threadIds.set(key, id);
    this.#begin(open);
  }

  #threadOf({ pool, thread }: ThreadChange): OpenSpan | undefined {
    const id = this.#threadIds.get(threadKey(pool, thread));
    return id === undefined ? undefined : this.#open.get(id);
  }

  #exit(event: ThreadChange & { readonly detail: string }): Span | undefined {
    const open = this.#threadOf(event);
    this.#threadIds.delete(threadKey(event.pool, event.thread));
    if (!open) return undefined;
    if (!event.detail.startsWith(STOPPED_BY_POOL)) open.fault(event.detail);
    const { error } = open;
    return this.#end(open.id, { at: event.at, outcome: error === undefined ? 'succeeded' : 'failed', error });
  }
}

interface SpanEnding {
  readonly at: number;
  readonly outcome: Outcome;
  readonly error?: string | undefined;
}

interface BatchFlush {
  readonly id: number;
  readonly at: number;
  readonly batch: string;
  readonly keys: readonly string[];
  readonly reason: FlushReason;
  readonly heldFor?: readonly string[];
  readonly tasks: readonly number[];
}

interface ThreadChange {
  readonly at: number;
  readonly pool: string;
  readonly thread: number;
}

const threadKey = (pool: string, thread: number): string => `${String(thread)} ${pool}`;
