/**
 * The data of the page: spans as columns, because objects would repeat each property name, with a table of strings, because
 * most strings occur often. Times are in ms since the start of the trace, rounded to 0.1 µs.
 */
import type { Span } from '../spans/span';
import { byStart } from '../spans/spans';
import { layOut, sentAt, type TimelineGroup } from './layout/layout';
import { relationsOf } from './relations';

const OUTCOMES = [undefined, 'succeeded', 'failed', 'cancelled'] as const;

/** The values of a property that few spans have, by the index of the span. */
type Sparse<T> = Readonly<Record<number, T>>;

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

export function pageDataOf(input: readonly Span[]): PageData {
  const spans = input.map(withOrderedTimes).sort(byStart);
  const origin = spans.reduce((first, { start }) => Math.min(first, start), Infinity);
  const last = spans.reduce((latest, { end }) => Math.max(latest, end), -Infinity);
  const time = (ms: number): number => Math.round(ms * 1e4) / 1e4;
  const { stringIndex, strings } = stringTable();
  const { parents, batches, serves } = relationsOf(spans);
  const sparse = <T>(of: (span: Span, index: number) => T | undefined): Sparse<T> =>
    Object.fromEntries(
      spans.flatMap((span, index) => {
        const value = of(span, index);
        return value === undefined ? [] : [[index, value]];
      }),
    );
  const optionalString = (of: (span: Span) => string | undefined): Sparse<number> =>
    sparse((span) => {
      const value = of(span);
      return value === undefined ? undefined : stringIndex(value);
    });
  const nonEmpty = <T>(list: readonly T[]): readonly T[] | undefined => (list.length > 0 ? list : undefined);

  return {
    origin: spans.length > 0 ? origin : 0,
    total: spans.length > 0 ? time(last - origin) : 0,
    strings,
    columns: {
      kind: spans.map(({ kind }) => stringIndex(kind)),
      name: spans.map(({ name }) => stringIndex(name)),
      start: spans.map(({ start }) => time(start - origin)),
      length: spans.map(({ start, end }) => time(end - start)),
      outcome: spans.map(({ outcome }) => OUTCOMES.indexOf(outcome)),
      parent: parents.map((parent) => parent ?? -1),
    },
    error: optionalString(({ error }) => error),
    calledAt: optionalString(({ calledAt }) => calledAt),
    reason: optionalString(({ reason }) => reason),
    pool: optionalString(({ pool }) => pool),
    thread: sparse(({ thread }) => thread),
    sent: sparse((span) => (span.kind === 'call' ? time(sentAt(span) - origin) : undefined)),
    batch: sparse((_, index) => batches[index]),
    split: sparse(({ split }) => split && ([stringIndex(split.because), stringIndex(split.detail)] as const)),
    keys: sparse(({ keys }) => nonEmpty(keys.map(stringIndex))),
    serves: sparse((_, index) => nonEmpty(serves[index] ?? [])),
    waits: sparse(({ waits }) =>
      nonEmpty(
        waits.flatMap((wait) => [time(wait.start - origin), time(wait.end - wait.start), stringIndex(wait.for)]),
      ),
    ),
    groups: layOut(spans, parents),
  };
}

/** Moves an end before the start to the start, as a bar has no negative length. */
const withOrderedTimes = (span: Span): Span => (span.end >= span.start ? span : { ...span, end: span.start });

interface StringTable {
  readonly strings: readonly string[];
  /** The index of a string, which is added if it is new. */
  readonly stringIndex: (value: string) => number;
}

function stringTable(): StringTable {
  const strings = [''];
  const indices = new Map([['', 0]]);
  const stringIndex = (value: string): number => {
    const known = indices.get(value);
    if (known !== undefined) return known;
    indices.set(value, strings.length);
    return strings.push(value) - 1;
  };
  return { strings, stringIndex };
}
