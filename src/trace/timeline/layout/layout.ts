/**
 * The layout assigns each span a group, a lane and a row, independent of pixels. The spans of a row do not overlap and are
 * sorted by time, so the page finds the visible ones by binary search.
 */
import type { Span, SpanKind } from '../../spans/span';
import { families, type TimeRange } from './nesting';
import { pack, type Block } from './packing';

/** The part of its spans that a lane shows: a call is queued in one lane and runs in another. */
export type SpanPart = 'whole' | 'queued' | 'sent';

export interface TimelineLane {
  readonly label: string;
  readonly part: SpanPart;
  /** The number of spans. */
  readonly count: number;
  /** The indices of the spans of each row. */
  readonly rows: readonly (readonly number[])[];
}

export interface TimelineGroup {
  readonly title: string;
  readonly lanes: readonly TimelineLane[];
}

interface IndexedSpan {
  readonly index: number;
  readonly span: Span;
}

/** The number of lanes a reader can survey. Programs that put ids into names have far more names. */
const MAX_LANES = 24;

/** A group with more rows leaves no room on the screen for other groups. */
const TALL_ROWS = 32;

/**
 * The groups of a page. Empty groups are left out.
 *
 * @param parents the index of the span that waits for each span
 */
export function layOut(spans: readonly Span[], parents: readonly (number | undefined)[]): readonly TimelineGroup[] {
  const entries = spans.map((span, index) => ({ span, index }));
  const of = (kind: SpanKind): readonly IndexedSpan[] => entries.filter(({ span }) => span.kind === kind);
  const nested = (othersLabel: string, ...kinds: readonly SpanKind[]): readonly TimelineLane[] =>
    nestedLanes(
      spans,
      entries.filter(({ span }) => kinds.includes(span.kind)),
      parents,
      othersLabel,
    );
  const onThreads = [...of('thread'), ...of('call').filter(({ span }) => span.thread !== undefined)];
  const inQueues = of('call').filter(({ span }) => sentAt(span) > span.start);
  const tasks = { title: 'Tasks', lanes: nested('other tasks', 'task') };
  const batches = [
    { title: 'Batches', lanes: lanesBy(nameOf, of('batch')) },
    { title: 'Flights', lanes: lanesBy(nameOf, of('flight')) },
  ];
  const others = [
    { title: 'Limiters', lanes: lanesBy(limiterOf, of('limited')) },
    { title: 'Scopes', lanes: nested('other scopes', 'scope', 'work') },
    { title: 'Threads', lanes: [...lanesBy(queueOf, inQueues, 'queued'), ...lanesBy(threadOf, onThreads, 'sent')] },
  ];
  return (
    isTall(tasks) ? inReadingOrder([...others, ...batches, tasks]) : inReadingOrder([tasks, ...batches, ...others])
  ).filter(({ lanes }) => lanes.length > 0);
}

/** When a call was sent to a thread: the end of its time in the queue, or of the call if it was never sent. */
export function sentAt({ kind, start, end, waits, thread }: Span): number {
  if (kind !== 'call') return start;
  if (thread === undefined) return end;
  return Math.min(
    end,
    waits.reduce((latest, wait) => Math.max(latest, wait.end), start),
  );
}

/** Tall groups come last, in reverse, so that they do not hide the others, and tasks stand right below their flights. */
const inReadingOrder = (groups: readonly TimelineGroup[]): readonly TimelineGroup[] => [
  ...groups.filter((group) => !isTall(group)),
  ...groups.filter(isTall).toReversed(),
];

const isTall = ({ lanes }: TimelineGroup): boolean =>
  lanes.reduce((rows, lane) => rows + lane.rows.length, 0) > TALL_ROWS;

const nameOf = ({ name }: Span): string => name;

const limiterOf = ({ limiter }: Span): string => limiter ?? 'limiter';

const queueOf = ({ pool }: Span): string => `${pool ?? 'pool'} · queue`;

const threadOf = ({ pool, thread }: Span): string => `${pool ?? 'pool'} · thread ${String(thread ?? '?')}`;

/** One lane for each label, in the order of their first spans. */
function lanesBy(
  labelOf: (span: Span) => string,
  entries: readonly IndexedSpan[],
  part: SpanPart = 'whole',
): readonly TimelineLane[] {
  return Array.from(
    groupBy(entries, ({ span }) => labelOf(span)),
    ([label, members]) => {
      const blocks = members.map(({ span }) => ({ ...rangeIn(part, span), height: 1 }));
      const { tops } = pack(blocks);
      const positions = members.map(({ index }, at) => ({ index, row: tops[at] ?? 0, start: blocks[at]?.start ?? 0 }));
      return laneOf(label, part, positions);
    },
  );
}

/** One lane for each name of a root. If there are too many names, the rarest share one lane. */
function nestedLanes(
  spans: readonly Span[],
  entries: readonly IndexedSpan[],
  parents: readonly (number | undefined)[],
  othersLabel: string,
): readonly TimelineLane[] {
  const indices = entries.map(({ index }) => index);
  const byName = groupBy(families(spans, indices, parents), ({ root }) => spans[root]?.name ?? '');
  const names = [...byName.keys()].toSorted((one, other) => sizeAt(byName, other) - sizeAt(byName, one));
  const shown = new Set(names.length > MAX_LANES ? names.slice(0, MAX_LANES - 1) : names);
  const lanes = [...byName].filter(([name]) => shown.has(name));
  const others = [...byName].filter(([name]) => !shown.has(name)).flatMap(([, family]) => family);
  return [...lanes, ...(others.length > 0 ? [[othersLabel, others] as const] : [])].map(([label, members]) => {
    const { tops } = pack(members);
    const positions = members.flatMap(({ members: spansOfFamily }, at) =>
      spansOfFamily.map(({ index, row }) => ({ index, row: row + (tops[at] ?? 0), start: spans[index]?.start ?? 0 })),
    );
    return laneOf(label, 'whole', positions);
  });
}

const sizeAt = (byName: ReadonlyMap<string, readonly Block[]>, name: string): number => byName.get(name)?.length ?? 0;

/** The time range of the part of a span that a lane shows. */
function rangeIn(part: SpanPart, span: Span): TimeRange {
  const start = part === 'sent' ? sentAt(span) : span.start;
  return { start, end: Math.max(start, part === 'queued' ? sentAt(span) : span.end) };
}

interface SpanPosition {
  readonly index: number;
  readonly row: number;
  readonly start: number;
}

function laneOf(label: string, part: SpanPart, positions: readonly SpanPosition[]): TimelineLane {
  const rows: number[][] = [];
  for (const { index, row } of positions.toSorted((one, other) => one.start - other.start)) {
    while (rows.length <= row) rows.push([]);
    rows[row]?.push(index);
  }
  return { label, part, count: positions.length, rows };
}

function groupBy<T>(all: readonly T[], labelOf: (one: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const label = labelOf(one);
    const group = groups.get(label);
    if (group) group.push(one);
    else groups.set(label, [one]);
  }
  return groups;
}
