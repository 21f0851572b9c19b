/**
 * The format of the page's data, which the library writes and the client reads: spans as columns, because objects would
 * repeat each property name, with a table of strings, because most strings occur often. Times are in ms since the start of
 * the trace, rounded to 0.1 µs.
 */
import type { TimelineGroup } from './layout/layout';

/** The outcomes of spans, in the order of their codes. An open span has none. */
export const OUTCOMES = [undefined, 'succeeded', 'failed', 'cancelled'] as const;

/** The values of a property that few spans have, by the index of the span. */
export type Sparse<T> = Readonly<Record<number, T>>;

export interface PageData {
  /** The start of the trace, in ms as `at` of events. */
  readonly origin: number;
  readonly total: number;
  /** The first string is empty, and means none. */
  readonly strings: readonly string[];
  /** One element for each span. A string is an index into `strings`, a span is an index into the columns or -1 for none. */
  readonly columns: {
    readonly kind: readonly number[];
    readonly name: readonly number[];
    readonly start: readonly number[];
    readonly length: readonly number[];
    readonly outcome: readonly number[];
    readonly parent: readonly number[];
  };
  readonly error: Sparse<number>;
  readonly calledAt: Sparse<number>;
  readonly reason: Sparse<number>;
  readonly heldFor: Sparse<readonly number[]>;
  readonly pool: Sparse<number>;
  readonly thread: Sparse<number>;
  readonly sent: Sparse<number>;
  /** Of a flight: its batch. Of a batch: the earlier batch it was split from. */
  readonly batch: Sparse<number>;
  readonly split: Sparse<readonly [because: number, detail: number]>;
  readonly keys: Sparse<readonly number[]>;
  readonly serves: Sparse<readonly number[]>;
  /** The start, length and description of each wait, in one flat array. */
  readonly waits: Sparse<readonly number[]>;
  readonly groups: readonly TimelineGroup[];
}
