/**
 * What the page knows: spans as columns, since ten thousand objects would repeat each key ten thousand times, and each
 * text once, since most of them come again. Times are in ms from the first moment of the trace, to a tenth of a µs.
 */
import type { Span } from '../spans/span';
import { byStart } from '../spans/spans';
import { layOut, sentAt, type Group } from './layout/layout';
import { relationsOf } from './relations';

const OUTCOMES = [undefined, 'succeeded', 'failed', 'cancelled'] as const;

/** Of the few spans that have it, by their indices. */
type Sparse<T> = Readonly<Record<number, T>>;

export interface PageData {
  /** The first moment. */
  readonly origin: number;
  readonly total: number;
  /** The first is empty, and stands for none. */
  readonly strings: readonly string[];
  /** One element for each span. Of texts, the index in `strings`; of spans, the index, or -1 for none. */
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
  /** Of a flight its batch; of a batch the earlier one. */
  readonly batch: Sparse<number>;
  readonly split: Sparse<readonly [because: number, detail: number]>;
  readonly keys: Sparse<readonly number[]>;
  readonly serves: Sparse<readonly number[]>;
  /** Start, length and what for, one wait after the other. */
  readonly waits: Sparse<readonly number[]>;
  readonly groups: readonly Group[];
}

export function pageDataOf(given: readonly Span[]): PageData {
  const spans = given.map(forwards).sort(byStart);
  const origin = spans.reduce((first, { start }) => Math.min(first, start), Infinity);
  const last = spans.reduce((latest, { end }) => Math.max(latest, end), -Infinity);
  const time = (ms: number): number => Math.round(ms * 1e4) / 1e4;
  const { text, strings } = stringTable();
  const { parents, batches, serves } = relationsOf(spans);
  const sparse = <T>(of: (span: Span, index: number) => T | undefined): Sparse<T> =>
    Object.fromEntries(
      spans.flatMap((span, index) => {
        const value = of(span, index);
        return value === undefined ? [] : [[index, value]];
      }),
    );
  const optional = (of: (span: Span) => string | undefined): Sparse<number> =>
    sparse((span) => {
      const it = of(span);
      return it === undefined ? undefined : text(it);
    });
  const some = <T>(list: readonly T[]): readonly T[] | undefined => (list.length > 0 ? list : undefined);

  return {
    origin: spans.length > 0 ? origin : 0,
    total: spans.length > 0 ? time(last - origin) : 0,
    strings,
    columns: {
      kind: spans.map(({ kind }) => text(kind)),
      name: spans.map(({ name }) => text(name)),
      start: spans.map(({ start }) => time(start - origin)),
      length: spans.map(({ start, end }) => time(end - start)),
      outcome: spans.map(({ outcome }) => OUTCOMES.indexOf(outcome)),
      parent: parents.map((parent) => parent ?? -1),
    },
    error: optional(({ error }) => error),
    calledAt: optional(({ calledAt }) => calledAt),
    reason: optional(({ reason }) => reason),
    pool: optional(({ pool }) => pool),
    thread: sparse(({ thread }) => thread),
    sent: sparse((span) => (span.kind === 'call' ? time(sentAt(span) - origin) : undefined)),
    batch: sparse((_, index) => batches[index]),
    split: sparse(({ split }) => split && ([text(split.because), text(split.detail)] as const)),
    keys: sparse(({ keys }) => some(keys.map(text))),
    serves: sparse((_, index) => some(serves[index] ?? [])),
    waits: sparse(({ waits }) =>
      some(waits.flatMap((wait) => [time(wait.start - origin), time(wait.end - wait.start), text(wait.for)])),
    ),
    groups: layOut(spans, parents),
  };
}

/** An end before the start would have no place in a picture. */
const forwards = (span: Span): Span => (span.end >= span.start ? span : { ...span, end: span.start });

interface StringTable {
  readonly strings: readonly string[];
  /** The index of a text, which is put there if need be. */
  readonly text: (it: string) => number;
}

function stringTable(): StringTable {
  const strings = [''];
  const indices = new Map([['', 0]]);
  const text = (it: string): number => {
    const known = indices.get(it);
    if (known !== undefined) return known;
    indices.set(it, strings.length);
    return strings.push(it) - 1;
  };
  return { strings, text };
}
