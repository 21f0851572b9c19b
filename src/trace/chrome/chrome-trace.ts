/**
 * A Chrome trace is a JSON document of spans that ui.perfetto.dev and chrome://tracing open. Tasks, batches, scopes and each
 * pool are shown as a process, overlapping spans in separate tracks, with arrows from tasks to the flights that served them.
 */
import { arrowsOf, type PlacedSpan } from './chrome-arrows';
import type { ChromeEvent, ChromeTrace } from './chrome-event';
import { rowsOf, type ChromeSlice, type ChromeRow } from './chrome-rows';
import { lanesOf } from './lanes';
import { hasTimes, type Span, type Wait } from '../spans/span';

/**
 * Converts spans to a Chrome trace, which `JSON.stringify` turns into the content of a file.
 *
 * @example
 * const events: TraceEvent[] = [];
 * const subscription = trace$.subscribe((event) => events.push(event));
 * await report();
 * subscription.unsubscribe();
 * writeFileSync('trace.json', JSON.stringify(toChromeTrace(spansOf(events))));
 */
export function toChromeTrace(spans: Iterable<Span>): ChromeTrace {
  const all = [...spans].filter(hasTimes);
  const origin = all.reduce((first, { start }) => Math.min(first, start), Infinity);
  const placed = new Map<number, PlacedSpan>();
  const processes = new Map<string, number>();
  const traceEvents: ChromeEvent[] = [];
  let tracks = 0;

  for (const row of rowsOf(all, origin)) {
    const pid = processes.get(row.process) ?? processes.size + 1;
    if (!processes.has(row.process)) {
      processes.set(row.process, pid);
      traceEvents.push(...nameEvents('process', row.process, { pid, tid: 0, index: pid }));
    }
    const lanes = lanesOf(row.slices);
    const first = tracks + 1;
    row.slices.forEach((slice, index) => {
      const lane = lanes[index] ?? 0;
      const tid = first + lane;
      if (tid > tracks) {
        tracks = tid;
        traceEvents.push(...nameEvents('thread', laneName(row, lane), { pid, tid, index: tid }));
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

function nameEvents(
  kind: 'process' | 'thread',
  name: string,
  { pid, tid, index }: { readonly pid: number; readonly tid: number; readonly index: number },
): ChromeEvent[] {
  return [
    { ph: 'M', name: `${kind}_name`, pid, tid, ts: 0, args: { name } },
    { ph: 'M', name: `${kind}_sort_index`, pid, tid, ts: 0, args: { sort_index: index } },
  ];
}

const laneName = ({ name }: ChromeRow, lane: number): string => (lane === 0 ? name : `${name} · ${String(lane + 1)}`);

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

/** The number of keys and of waits that are shown of one slice. */
const MAX_LISTED = 100;

/** The arguments that a viewer shows of a selected slice. JSON omits undefined ones. */
function argsOf(span: Span): Readonly<Record<string, unknown>> {
  const { id, parent, outcome, error, calledAt, reason, heldFor, split, keys, serves, waits } = span;
  const hasKeys = span.kind === 'batch' || span.kind === 'flight' || span.kind === 'limited';
  return {
    id,
    parent,
    outcome: outcome ?? 'still open',
    error,
    calledAt,
    reason,
    heldFor: heldFor.length > 0 ? heldFor : undefined,
    split: split && `${split.because}: ${split.detail}`,
    size: hasKeys ? keys.length : undefined,
    keys: hasKeys ? keys.slice(0, MAX_LISTED) : undefined,
    tasks: span.kind === 'flight' ? serves.length : undefined,
    waits: waits.length > 0 ? waits.slice(0, MAX_LISTED).map(describeWait) : undefined,
  };
}

const describeWait = ({ start, end, for: awaited }: Wait): string => `${(end - start).toFixed(3)} ms for ${awaited}`;
