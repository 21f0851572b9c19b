/** What belongs together in Chrome's picture: which slices there are, and in which row of which process each is drawn. */
import type { Slice } from './lanes';
import type { Span } from '../spans/span';

export interface Row {
  readonly process: string;
  readonly name: string;
  /** Sorted as lanes want them. Their times are whole ns, so that rounding never makes two of them overlap. */
  readonly slices: readonly ChromeSlice[];
}

export interface ChromeSlice extends Slice {
  readonly span: Span;
  readonly label: string;
  /** Of a call: its time in the queue, which is drawn apart from its time on a thread. */
  readonly isQueue: boolean;
}

/** In the order they are drawn. `origin` is in ms. */
export function rowsOf(spans: readonly Span[], origin: number): Row[] {
  const rows = new Map<string, { process: string; name: string; slices: ChromeSlice[] }>();
  const threads = new Map<string, number>();
  for (const { kind, pool, thread, id } of spans) if (kind === 'thread') threads.set(place(pool, thread), id);
  const put = (process: string, name: string, slice: ChromeSlice): void => {
    const row = rows.get(`${process}\n${name}`);
    if (row) row.slices.push(slice);
    else rows.set(`${process}\n${name}`, { process, name, slices: [slice] });
  };

  for (const span of spans) {
    const { kind, id, name, parent, pool = '', thread } = span;
    const slice = sliceOf(span, origin);
    if (kind === 'task') put('tasks', 'tasks', { ...slice, within: parent });
    else if (kind === 'batch') put('batches', name, { ...slice, label: `${name} gathers` });
    else if (kind === 'flight') put('batches', name, slice);
    else if (kind === 'thread') put(`pool ${pool}`, threadName(thread), slice);
    else if (kind === 'call') {
      const [queue] = span.waits;
      const sent = queue && Math.min(timeOf(queue.end, origin), slice.end);
      const label = `${name} waits`;
      if (sent !== undefined) put(`pool ${pool}`, 'queue', { ...slice, id, end: sent, label, isQueue: true });
      const within = threads.get(place(pool, thread));
      if (thread !== undefined) {
        put(`pool ${pool}`, threadName(thread), { ...slice, start: sent ?? slice.start, within });
      }
    } else put('scopes', 'scopes', { ...slice, within: parent });
  }
  for (const { slices } of rows.values()) slices.sort(longestFirst);
  return [...rows.values()].sort((one, other) => rank(one.process) - rank(other.process));
}

/** In ns since the origin. */
export const timeOf = (at: number, origin: number): number => Math.round((at - origin) * 1e6);

const place = (pool: string | undefined, thread: number | undefined): string => `${String(thread)} ${pool ?? ''}`;

const threadName = (thread: number | undefined): string => `thread ${String(thread)}`;

const sliceOf = (span: Span, origin: number): ChromeSlice => ({
  id: span.id,
  start: timeOf(span.start, origin),
  end: timeOf(Math.max(span.start, span.end), origin),
  within: undefined,
  span,
  label: span.name,
  isQueue: false,
});

const longestFirst = (one: Slice, other: Slice): number =>
  one.start - other.start || other.end - one.end || Math.abs(one.id) - Math.abs(other.id);

const PROCESSES = ['tasks', 'batches', 'scopes'];

/** Pools come last. */
const rank = (process: string): number => (PROCESSES.includes(process) ? PROCESSES.indexOf(process) : PROCESSES.length);
