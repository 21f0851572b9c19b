/** A span is a piece of time that something took: what pictures of a trace are drawn of. */
import type { FlushReason } from '../../scheduler/events';
import type { Split, Outcome } from '../events/trace-event';

export type SpanKind = 'task' | 'batch' | 'flight' | 'scope' | 'work' | 'call' | 'thread';

export interface Span {
  readonly id: number;
  readonly kind: SpanKind;
  readonly name: string;
  /** In ms, as `at` of events. */
  readonly start: number;
  readonly end: number;
  /** Undefined while it has not ended: then `end` is when it was last looked at. */
  readonly outcome: Outcome | undefined;
  readonly error: string | undefined;
  /** Whoever waits for it. */
  readonly parent: number | undefined;
  /** Of a flight: the tasks it served. */
  readonly serves: readonly number[];
  /** Of a task: when it waited, and for what. Of a call: its time in the queue. */
  readonly waits: readonly Wait[];
  readonly calledAt: string | undefined;
  /** Of a batch and a flight: its keys, in words. */
  readonly keys: readonly string[];
  /** Of a flight. */
  readonly reason: FlushReason | undefined;
  /** Of a batch: why it is not one with an earlier one. */
  readonly split: Split | undefined;
  /** Of a call and a thread. */
  readonly pool: string | undefined;
  readonly thread: number | undefined;
}

export interface Wait {
  readonly start: number;
  readonly end: number;
  readonly for: string;
}

/** Whether it can be drawn: one whose times are none would take all others with it. */
export const hasTimes = ({ start, end }: Span): boolean => Number.isFinite(start) && Number.isFinite(end);
