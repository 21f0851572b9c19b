/**
 * Spans as Chrome's trace events: a JSON document that ui.perfetto.dev and chrome://tracing open. Tasks, batches, scopes
 * and each pool are a process there; what overlaps has a track of its own; and arrows lead from tasks to the flights that
 * served them.
 */
import { arrowsOf, type Placed } from './chrome-arrows';
import type { ChromeEvent, ChromeTrace } from './chrome-event';
import { rowsOf, type ChromeSlice, type Row } from './chrome-rows';
import { lanesOf } from './lanes';
import { hasTimes, type Span, type Wait } from '../spans/span';

/**
 * The document, to be written with `JSON.stringify`.
 *
 * @example
 * const events: TraceEvent[] = [];
 * const watching = trace$.subscribe((event) => events.push(event));
 * await report();
 * watching.unsubscribe();
 * writeFileSync('trace.json', JSON.stringify(toChromeTrace(spansOf(events))));
 */
export function toChromeTrace(spans: Iterable<Span>): ChromeTrace {
  const all = [...spans].filter(hasTimes);
  const origin = all.reduce((first, { start }) => Math.min(first, start), Infinity);
  const placed = new Map<number, Placed>();
  const processes = new Map<string, number>();
  const traceEvents: ChromeEvent[] = [];
  let tracks = 0;

  for (const row of rowsOf(all, origin)) {
    const pid = processes.get(row.process) ?? processes.size + 1;
    if (!processes.has(row.process)) {
      processes.set(row.process, pid);
      traceEvents.push(...naming('process', row.process, { pid, tid: 0, index: pid }));
    }
    const lanes = lanesOf(row.slices);
    const first = tracks + 1;
    row.slices.forEach((slice, index) => {
      const lane = lanes[index] ?? 0;
      const tid = first + lane;
      if (tid > tracks) {
        tracks = tid;
        traceEvents.push(...naming('thread', laneName(row, lane), { pid, tid, index: tid }));
      }
      if (!slice.isQueue) placed.set(slice.id, { span: slice.span, pid, tid });
      traceEvents.push(sliceEvent(slice, pid, tid));
    });
  }
  for (const arrow of arrowsOf(placed, origin)) traceEvents.push(arrow);
  return {
    traceEvents,
    displayTimeUnit: 'ms',
    otherData: { producer: 'sluice', spans: all.length, origin: all.length > 0 ? origin : 0 },
  };
}

function naming(
  what: 'process' | 'thread',
  name: string,
  { pid, tid, index }: { readonly pid: number; readonly tid: number; readonly index: number },
): ChromeEvent[] {
  return [
    { ph: 'M', name: `${what}_name`, pid, tid, ts: 0, args: { name } },
    { ph: 'M', name: `${what}_sort_index`, pid, tid, ts: 0, args: { sort_index: index } },
  ];
}

const laneName = ({ name }: Row, lane: number): string => (lane === 0 ? name : `${name} · ${String(lane + 1)}`);

function sliceEvent({ span, label, start, end }: ChromeSlice, pid: number, tid: number): ChromeEvent {
  const colour = span.outcome === 'failed' ? 'terrible' : span.outcome === 'cancelled' ? 'grey' : undefined;
  return {
    ph: 'X',
    name: label,
    cat: span.kind,
    pid,
    tid,
    ts: start / 1_000,
    dur: (end - start) / 1_000,
    ...(colour && { cname: colour }),
    args: argsOf(span),
  };
}

/** So many keys and waits are told of one slice. */
const MOST = 100;

/** What a viewer shows of a slice that is clicked; JSON leaves out what is undefined. */
function argsOf(span: Span): Readonly<Record<string, unknown>> {
  const { id, parent, outcome, error, calledAt, reason, split, keys, serves, waits } = span;
  const isOfKeys = span.kind === 'batch' || span.kind === 'flight';
  return {
    id,
    parent,
    outcome: outcome ?? 'has not ended',
    error,
    calledAt,
    reason,
    split: split && `${split.because}: ${split.detail}`,
    size: isOfKeys ? keys.length : undefined,
    keys: isOfKeys ? keys.slice(0, MOST) : undefined,
    tasks: span.kind === 'flight' ? serves.length : undefined,
    waits: waits.length > 0 ? waits.slice(0, MOST).map(waitInWords) : undefined,
  };
}

const waitInWords = ({ start, end, for: what }: Wait): string => `${(end - start).toFixed(3)} ms for ${what}`;
