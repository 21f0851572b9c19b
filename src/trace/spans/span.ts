/** A span is the time that a task, batch, flight, scope, call, thread or limited call took. Timelines and Chrome traces draw spans. */
import type { FlushReason } from '../../scheduler/events';
import type { Split, Outcome } from '../events/trace-event';

export type SpanKind = 'task' | 'batch' | 'flight' | 'scope' | 'work' | 'call' | 'thread' | 'limited';

export interface Span {
  readonly id: number;
  readonly kind: SpanKind;
  readonly name: string;
  /** In ms, as `at` of events. */
  readonly start: number;
  /** In ms. Of an open span, the time of the last event. */
  readonly end: number;
  /** Undefined while the span is open. */
  readonly outcome: Outcome | undefined;
  readonly error: string | undefined;
  /** The id of the span that waits for this one. */
  readonly parent: number | undefined;
  /** Of a flight: the ids of the tasks that wait for its keys. */
  readonly serves: readonly number[];
  /** Of a task: when it waited, and for what. Of a call: its time in the queue. Of a limited call: its time before the start. */
  readonly waits: readonly Wait[];
  /** The call site, as a line of a stack; only with debugging on. */
  readonly calledAt: string | undefined;
  /** Descriptions of the keys of a batch or flight, or of the key of a limited call. */
  readonly keys: readonly string[];
  /** Of a flight: why it was flushed. */
  readonly reason: FlushReason | undefined;
  /** Of a flight: the names of the batch functions that its batch was held for. */
  readonly heldFor: readonly string[];
  /** Of a batch: why its keys did not join an earlier batch. */
  readonly split: Split | undefined;
  /** Of a call or thread: the name of its pool. */
  readonly pool: string | undefined;
  /** Of a call or thread: the number of the thread in its pool. */
  readonly thread: number | undefined;
  /** Of a limited call: the name of its limiter. */
  readonly limiter: string | undefined;
}

export interface Wait {
  readonly start: number;
  readonly end: number;
  readonly for: string;
}

/** Whether a span can be drawn. One span with a time such as `NaN` would spoil the scale of all others. */
export const hasTimes = ({ start, end }: Span): boolean => Number.isFinite(start) && Number.isFinite(end);
