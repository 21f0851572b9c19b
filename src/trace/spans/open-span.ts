/** A span that has not ended: what is known of it so far. */
import type { FlushReason } from '../../scheduler/events';
import type { Span, SpanKind, Wait } from './span';
import type { Split, Outcome } from '../events/trace-event';

/** A task may wait for as long as a process lives, each time for a moment: what is kept of it has an end. */
const MOST_WAITS = 10_000;

interface Begun {
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
  pool: string | undefined;
  reason: FlushReason | undefined;
  thread: number | undefined;
  readonly #kind: SpanKind;
  readonly #begun: Begun;
  readonly #waits: Wait[] = [];
  readonly #serves = new Set<number>();
  #calledAt: string | undefined;
  #waiting: { readonly since: number; readonly for: string } | undefined;

  constructor(kind: SpanKind, begun: Begun) {
    this.id = begun.id;
    this.#kind = kind;
    this.#begun = begun;
    this.#calledAt = begun.calledAt;
  }

  wait(at: number, what: string): void {
    this.resume(at);
    this.#waiting = { since: at, for: what };
  }

  resume(at: number): void {
    if (!this.#waiting) return;
    const { since, for: what } = this.#waiting;
    this.#waiting = undefined;
    if (this.#waits.length < MOST_WAITS) this.#waits.push({ start: since, end: Math.max(since, at), for: what });
  }

  /** Of a call: a thread has it. */
  send(at: number, thread: number): void {
    this.resume(at);
    this.thread = thread;
  }

  ask({ key, isNew, calledAt }: { key: string; isNew: boolean; calledAt?: string }): void {
    if (isNew) this.keys.push(key);
    this.#calledAt ??= calledAt;
  }

  /** Of a flight: a task waits for it. */
  serve(task: number): void {
    this.#serves.add(task);
  }

  /** Of a thread: something was thrown there that nobody caught. */
  fault(detail: string): void {
    this.error ??= detail;
  }

  end(at: number, outcome: Outcome | undefined, error: string | undefined): Span {
    this.resume(at);
    const { id, name, at: start, parent } = this.#begun;
    return {
      id,
      kind: this.#kind,
      name,
      start,
      // A clock may have been set back meanwhile.
      end: Math.max(start, at),
      outcome,
      error,
      parent,
      serves: [...this.#serves],
      waits: this.#waits,
      calledAt: this.#calledAt,
      keys: this.keys,
      reason: this.reason,
      split: this.split,
      pool: this.pool,
      thread: this.thread,
    };
  }

  /** As it is just now. */
  until(at: number): Span {
    return this.end(at, undefined, this.error);
  }
}
