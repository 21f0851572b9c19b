/** An open span: what is known of a span that has not ended. */
import type { FlushReason } from '../../scheduler/events';
import type { Span, SpanKind, Wait } from './span';
import type { Split, Outcome } from '../events/trace-event';

/** Limits the memory of a task that waits again and again for as long as the process lives. */
const MAX_WAITS = 10_000;

interface SpanStart {
  readonly id: number;
  readonly name: string;
  readonly at: number;
  readonly parent?: number;
  readonly calledAt?: string;
}

export class OpenSpan {
  readonly id: number;
  split: Split | undefined;
  error: string | undefined;
  keys: string[] = [];
  heldFor: readonly string[] = [];
  limiter: string | undefined;
  pool: string | undefined;
  reason: FlushReason | undefined;
  thread: number | undefined;
  readonly #kind: SpanKind;
  readonly #start: SpanStart;
  readonly #waits: Wait[] = [];
  readonly #serves = new Set<number>();
  #calledAt: string | undefined;
  #openWait: { readonly since: number; readonly for: string } | undefined;

  constructor(kind: SpanKind, start: SpanStart) {
    this.id = start.id;
    this.#kind = kind;
    this.#start = start;
    this.#calledAt = start.calledAt;
  }

  beginWait(at: number, awaited: string): void {
    this.endWait(at);
    this.#openWait = { since: at, for: awaited };
  }

  endWait(at: number): void {
    if (!this.#openWait) return;
    const { since, for: awaited } = this.#openWait;
    this.#openWait = undefined;
    if (this.#waits.length < MAX_WAITS) this.#waits.push({ start: since, end: Math.max(since, at), for: awaited });
  }

  /** Of a call: it was sent to a thread. */
  send(at: number, thread: number): void {
    this.endWait(at);
    this.thread = thread;
  }

  addKey({ key, isNew, calledAt }: { key: string; isNew: boolean; calledAt?: string }): void {
    if (isNew) this.keys.push(key);
    this.#calledAt ??= calledAt;
  }

  /** Of a flight: a task waits for one of its keys. */
  addServedTask(task: number): void {
    this.#serves.add(task);
  }

  /** Of a thread: an uncaught error was thrown there. */
  fault(detail: string): void {
    this.error ??= detail;
  }

  end(at: number, outcome: Outcome | undefined, error: string | undefined): Span {
    this.endWait(at);
    const { id, name, at: start, parent } = this.#start;
    return {
      id,
      kind: this.#kind,
      name,
      start,
      // The clock may have been set back since the start.
      end: Math.max(start, at),
      outcome,
      error,
      parent,
      serves: [...this.#serves],
      waits: this.#waits,
      calledAt: this.#calledAt,
      keys: this.keys,
      reason: this.reason,
      heldFor: this.heldFor,
      split: this.split,
      pool: this.pool,
      thread: this.thread,
      limiter: this.limiter,
    };
  }

  /** The span without an outcome, as far as it is known at a time. */
  endOpen(at: number): Span {
    return this.end(at, undefined, this.error);
  }
}
