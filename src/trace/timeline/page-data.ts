/** Conversion of spans to the data of the page. */
import type { Span } from '../spans/span';
import { byStart } from '../spans/spans';
import { layOut, sentAt } from './layout/layout';
import { OUTCOMES, type PageData, type Sparse } from './page-format';
import { relationsOf } from './relations';

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
    heldFor: sparse(({ heldFor }) => nonEmpty(heldFor.map(stringIndex))),
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
