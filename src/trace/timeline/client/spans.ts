/** Access to the spans of the page's data. A span is an index into the columns. */
import type { Outcome } from '../../events/trace-event';
import type { SpanKind } from '../../spans/span';
import type { SpanPart } from '../layout/layout';
import { OUTCOMES, type PageData } from '../page-format';
import type { Tone } from '../palette';
import { dataElement } from './elements';

// The library writes this text from a `PageData`.
const data = JSON.parse(dataElement.textContent) as PageData;
const { kind: kinds, name: names, start: starts, length: lengths, outcome: outcomes, parent: parents } = data.columns;

export const { strings, total, groups: timelineGroups } = data;
export const spanCount = starts.length;
export const allSpans: readonly number[] = [...starts.keys()];

const stringAt = (index: number | undefined): string | undefined => (index === undefined ? undefined : strings[index]);

// The strings of this column are kinds.
export const kindOf = (span: number): SpanKind => stringAt(kinds[span]) as SpanKind;
export const nameOf = (span: number): string => stringAt(names[span]) ?? '';
export const startOf = (span: number): number => starts[span] ?? 0;
export const lengthOf = (span: number): number => lengths[span] ?? 0;
export const endOf = (span: number): number => startOf(span) + lengthOf(span);

/** The span that waits for this one. */
export const parentOf = (span: number): number | undefined => present(parents[span]);

const present = (span: number | undefined): number | undefined => (span === undefined || span < 0 ? undefined : span);

/** Undefined while the span is open. */
export const outcomeOf = (span: number): Outcome | undefined => OUTCOMES[outcomes[span] ?? 0];
export const isOpen = (span: number): boolean => outcomeOf(span) === undefined;
export const isFailed = (span: number): boolean => outcomeOf(span) === 'failed';
export const isCancelled = (span: number): boolean => outcomeOf(span) === 'cancelled';

export function toneOf(span: number): Tone {
  const outcome = outcomeOf(span);
  return outcome === 'failed' || outcome === 'cancelled' ? outcome : kindOf(span);
}

export const errorOf = (span: number): string | undefined => stringAt(data.error[span]);
export const callSiteOf = (span: number): string | undefined => stringAt(data.calledAt[span]);
export const reasonOf = (span: number): string | undefined => stringAt(data.reason[span]);
export const heldForOf = (span: number): readonly string[] =>
  (data.heldFor[span] ?? []).map((name) => stringAt(name) ?? '');
export const poolOf = (span: number): string | undefined => stringAt(data.pool[span]);
export const threadOf = (span: number): number | undefined => data.thread[span];
export const splitDetailOf = (span: number): string | undefined => stringAt(data.split[span]?.[1]);

/** Time at which a call was sent to its thread. */
export const sentAtOf = (span: number): number => data.sent[span] ?? startOf(span);

export const keyCountOf = (span: number): number => data.keys[span]?.length ?? 0;

/** Descriptions of the keys of a batch or a flight, or of its first ones. */
export const keysOf = (span: number, limit?: number): readonly string[] =>
  (data.keys[span] ?? []).slice(0, limit).map((key) => stringAt(key) ?? '');

/** The tasks that wait for the keys of a flight. */
export const servedBy = (flight: number): readonly number[] => data.serves[flight] ?? [];

/** The batch of a flight; undefined for other spans. */
export const batchOf = (span: number): number | undefined =>
  kindOf(span) === 'flight' ? present(data.batch[span]) : undefined;

/** The earlier batch that a batch was split from; undefined for other spans. */
export const splitFrom = (span: number): number | undefined =>
  kindOf(span) === 'batch' ? present(data.batch[span]) : undefined;

export const spansOfKind = (kind: SpanKind): readonly number[] => allSpans.filter((span) => kindOf(span) === kind);
export const flights = spansOfKind('flight');
export const failures = allSpans.filter(isFailed);

/** The start of the part of a span that a lane shows. */
export const startIn = (part: SpanPart, span: number): number => (part === 'sent' ? sentAtOf(span) : startOf(span));

/** The end of the part of a span that a lane shows. */
export const endIn = (part: SpanPart, span: number): number => (part === 'queued' ? sentAtOf(span) : endOf(span));

export interface SpanWait {
  readonly start: number;
  readonly end: number;
  readonly for: string;
}

export const hasWaits = (span: number): boolean => span in data.waits;

export const waitsOf = (span: number): readonly SpanWait[] => Array.from(iterateWaits(span));

/** The waits of a span, in the order of time. A span may have more than can be drawn: the caller may stop early. */
export function* iterateWaits(span: number): Generator<SpanWait> {
  const flat = data.waits[span] ?? [];
  for (let at = 0; at < flat.length; at += 3) {
    const start = flat[at] ?? 0;
    yield { start, end: start + (flat[at + 1] ?? 0), for: stringAt(flat[at + 2]) ?? '' };
  }
}
