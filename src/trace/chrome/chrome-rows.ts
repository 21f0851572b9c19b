/** Rows of a Chrome trace: the slices of all spans, grouped by the process and row in which they are drawn. */
import type { Slice } from './lanes';
import type { Span } from '../spans/span';

export interface ChromeRow {
  readonly process: string;
  readonly name: string;
  /** Sorted by start, then longest first. Times are whole ns, so rounding never makes two slices overlap. */
  readonly slices: readonly ChromeSlice[];
}

export interface ChromeSlice extends Slice {
  readonly span: Span;
  readonly label: string;
  /** Whether this is the time in which a call waits, which is drawn apart from the time in which it runs. */
  readonly isQueue: boolean;
}

/**
 * The rows in the order of drawing.
 *
 * @param origin time 0 of the trace, in ms
 */
export function rowsOf(spans: readonly Span[], origin: number): ChromeRow[] {
  const rows = new Map<string, { process: string; name: string; slices: ChromeSlice[] }>();
  const threadIds = new Map<string, number>();
  for (const { kind, pool, thread, id } of spans) if (kind === 'thread') threadIds.set(threadKey(pool, thread), id);
  const add = (process: string, name: string, slice: ChromeSlice): void => {
    const row = rows.get(`${process}\n${name}`);
    if (row) row.slices.push(slice);
    else rows.set(`${process}\n${name}`, { process, name, slices: [slice] });
  };
  const addLimited = ({ id, name, limiter = '', waits: [wait], outcome }: Span, slice: ChromeSlice): void => {
    const started = wait && Math.min(nanosecondsAt(wait.end, origin), slice.end);
    const label = `${name} waits`;
    if (started !== undefined)
      add('limiters', `${limiter} · waiting`, { ...slice, id, end: started, label, isQueue: true });
    const hasStarted = started === undefined || started < slice.end || outcome === 'succeeded';
    if (hasStarted) add('limiters', limiter, { ...slice, start: started ?? slice.start });
  };

  for (const span of spans) {
    const { kind, id, name, parent, pool = '', thread } = span;
    const slice = sliceOf(span, origin);
    if (kind === 'task') add('tasks', 'tasks', { ...slice, container: parent });
    else if (kind === 'batch') add('batches', name, { ...slice, label: `${name} gathers` });
    else if (kind === 'flight') add('batches', name, slice);
    else if (kind === 'thread') add(`pool ${pool}`, threadName(thread), slice);
    else if (kind === 'call') {
      const [queue] = span.waits;
      const sent = queue && Math.min(nanosecondsAt(queue.end, origin), slice.end);
      const label = `${name} waits`;
      if (sent !== undefined) add(`pool ${pool}`, 'queue', { ...slice, id, end: sent, label, isQueue: true });
      const container = threadIds.get(threadKey(pool, thread));
      if (thread !== undefined) {
        add(`pool ${pool}`, threadName(thread), { ...slice, start: sent ?? slice.start, container });
      }
    } else if (kind === 'limited') addLimited(span, slice);
    else add('scopes', 'scopes', { ...slice, container: parent });
  }
  for (const { slices } of rows.values()) slices.sort(longestFirst);
  return [...rows.values()].sort((one, other) => rank(one.process) - rank(other.process));
}

/** In ns since the origin. Both parameters are in ms. */
export const nanosecondsAt = (at: number, origin: number): number => Math.round((at - origin) * 1e6);

const threadKey = (pool: string | undefined, thread: number | undefined): string => `${String(thread)} ${pool ?? ''}`;

const threadName = (thread: number | undefined): string => `thread ${String(thread)}`;

const sliceOf = (span: Span, origin: number): ChromeSlice => ({
  id: span.id,
  start: nanosecondsAt(span.start, origin),
  end: nanosecondsAt(Math.max(span.start, span.end), origin),
  container: undefined,
  span,
  label: span.name,
  isQueue: false,
});

const longestFirst = (one: Slice, other: Slice): number =>
  one.start - other.start || other.end - one.end || Math.abs(one.id) - Math.abs(other.id);

const PROCESSES = ['tasks', 'batches', 'scopes', 'limiters'];

/** Pools have the last rank. */
const rank = (process: string): number => (PROCESSES.includes(process) ? PROCESSES.indexOf(process) : PROCESSES.length);
