/**
 * The layout says where each span is drawn: in which group, in which lane of it, and in which of the lane's rows. It
 * knows nothing of pixels. In a row nothing overlaps, and all is in the order of time, so that a page finds what is
 * visible by halving.
 */
import type { Span, SpanKind } from '../../spans/span';
import { families, type Spread } from './nesting';
import { pack, type Block } from './packing';

/** What of its spans lies in a lane: a call is queued in one and runs in another. */
export type Part = 'whole' | 'queued' | 'sent';

export interface Lane {
  readonly label: string;
  readonly part: Part;
  /** How many spans there are in it. */
  readonly count: number;
  /** Of each row, the indices of its spans. */
  readonly rows: readonly (readonly number[])[];
}

export interface Group {
  readonly title: string;
  readonly lanes: readonly Lane[];
}

interface Entry {
  readonly index: number;
  readonly span: Span;
}

/** So many a reader can tell apart; names are many where somebody has put ids into them. */
const MOST_LANES = 24;

/** In rows: more than a screen has room for beside other groups. */
const TALL = 32;

/** `parents` has the index of whoever waits for it, for each span. Groups that have nothing in them are left out. */
export function layOut(spans: readonly Span[], parents: readonly (number | undefined)[]): readonly Group[] {
  const entries = spans.map((span, index) => ({ span, index }));
  const of = (kind: SpanKind): readonly Entry[] => entries.filter(({ span }) => span.kind === kind);
  const nested = (rest: string, ...kinds: readonly SpanKind[]): readonly Lane[] =>
    nestedLanes(
      spans,
      entries.filter(({ span }) => kinds.includes(span.kind)),
      parents,
      rest,
    );
  const onThreads = [...of('thread'), ...of('call').filter(({ span }) => span.thread !== undefined)];
  const inQueues = of('call').filter(({ span }) => sentAt(span) > span.start);
  const tasks = { title: 'Tasks', lanes: nested('other tasks', 'task') };
  const trips = [
    { title: 'Batches', lanes: lanesBy(nameOf, of('batch')) },
    { title: 'Flights', lanes: lanesBy(nameOf, of('flight')) },
  ];
  const places = [
    { title: 'Scopes', lanes: nested('other scopes', 'scope', 'work') },
    { title: 'Threads', lanes: [...lanesBy(queueOf, inQueues, 'queued'), ...lanesBy(threadOf, onThreads, 'sent')] },
  ];
  return (isTall(tasks) ? inSight([...places, ...trips, tasks]) : inSight([tasks, ...trips, ...places])).filter(
    ({ lanes }) => lanes.length > 0,
  );
}

/** When a call had its thread; until then it was in the queue, and if it never had one, to its end. */
export function sentAt({ kind, start, end, waits, thread }: Span): number {
  if (kind !== 'call') return start;
  if (thread === undefined) return end;
  return Math.min(
    end,
    waits.reduce((latest, wait) => Math.max(latest, wait.end), start),
  );
}

/** What would hide the rest comes after it, tasks right below the flights that serve them. */
const inSight = (groups: readonly Group[]): readonly Group[] => [
  ...groups.filter((group) => !isTall(group)),
  ...groups.filter(isTall).toReversed(),
];

const isTall = ({ lanes }: Group): boolean => lanes.reduce((rows, lane) => rows + lane.rows.length, 0) > TALL;

const nameOf = ({ name }: Span): string => name;

const queueOf = ({ pool }: Span): string => `${pool ?? 'pool'} · queue`;

const threadOf = ({ pool, thread }: Span): string => `${pool ?? 'pool'} · thread ${String(thread ?? '?')}`;

/** A lane for each label, in the order in which they come up first; its rows are filled from the top. */
function lanesBy(labelOf: (span: Span) => string, entries: readonly Entry[], part: Part = 'whole'): readonly Lane[] {
  return Array.from(
    grouped(entries, ({ span }) => labelOf(span)),
    ([label, those]) => {
      const blocks = those.map(({ span }) => ({ ...spreadIn(part, span), height: 1 }));
      const { tops } = pack(blocks);
      const places = those.map(({ index }, at) => ({ index, row: tops[at] ?? 0, start: blocks[at]?.start ?? 0 }));
      return laneOf(label, part, places);
    },
  );
}

/** A lane for each name at the top of a family; the rarest names have one together where there are too many. */
function nestedLanes(
  spans: readonly Span[],
  entries: readonly Entry[],
  parents: readonly (number | undefined)[],
  rest: string,
): readonly Lane[] {
  const indices = entries.map(({ index }) => index);
  const byName = grouped(families(spans, indices, parents), ({ root }) => spans[root]?.name ?? '');
  const names = [...byName.keys()].toSorted((one, other) => sizeAt(byName, other) - sizeAt(byName, one));
  const shown = new Set(names.length > MOST_LANES ? names.slice(0, MOST_LANES - 1) : names);
  const lanes = [...byName].filter(([name]) => shown.has(name));
  const others = [...byName].filter(([name]) => !shown.has(name)).flatMap(([, those]) => those);
  return [...lanes, ...(others.length > 0 ? [[rest, others] as const] : [])].map(([label, those]) => {
    const { tops } = pack(those);
    const places = those.flatMap(({ members }, at) =>
      members.map(({ index, row }) => ({ index, row: row + (tops[at] ?? 0), start: spans[index]?.start ?? 0 })),
    );
    return laneOf(label, 'whole', places);
  });
}

const sizeAt = (byName: ReadonlyMap<string, readonly Block[]>, name: string): number => byName.get(name)?.length ?? 0;

/** The part of a span that lies in such a lane. */
function spreadIn(part: Part, span: Span): Spread {
  const start = part === 'sent' ? sentAt(span) : span.start;
  return { start, end: Math.max(start, part === 'queued' ? sentAt(span) : span.end) };
}

interface Place {
  readonly index: number;
  readonly row: number;
  readonly start: number;
}

function laneOf(label: string, part: Part, places: readonly Place[]): Lane {
  const rows: number[][] = [];
  for (const { index, row } of places.toSorted((one, other) => one.start - other.start)) {
    while (rows.length <= row) rows.push([]);
    rows[row]?.push(index);
  }
  return { label, part, count: places.length, rows };
}

function grouped<T>(all: readonly T[], labelOf: (one: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const label = labelOf(one);
    const group = groups.get(label);
    if (group) group.push(one);
    else groups.set(label, [one]);
  }
  return groups;
}
