/** Arrows of a Chrome trace lead from each task to the flights that served it. */
import type { ChromeEvent } from './chrome-event';
import { nanosecondsAt } from './chrome-rows';
import type { Span, Wait } from '../spans/span';

/** A span with the process and track in which its slice is drawn. */
export interface PlacedSpan {
  readonly span: Span;
  readonly tid: number;
  readonly pid: number;
}

export function* arrowsOf(placed: ReadonlyMap<number, PlacedSpan>, origin: number): Generator<ChromeEvent> {
  let id = 0;
  for (const flight of placed.values()) {
    for (const served of flight.span.serves) {
      const task = placed.get(served);
      // The task is missing if it began before the trace; it starts later only if the two have different clocks.
      if (!task || task.span.start > flight.span.start) continue;
      const arrow = { name: 'asks', cat: 'flow', id: ++id };
      const from = Math.min(waitStart(task, flight.span.start), task.span.end);
      yield { ph: 's', ...arrow, pid: task.pid, tid: task.tid, ts: nanosecondsAt(from, origin) / 1_000 };
      const ts = nanosecondsAt(flight.span.start, origin) / 1_000;
      yield { ph: 'f', ...arrow, pid: flight.pid, tid: flight.tid, ts, bp: 'e' };
    }
  }
}

/** When the task began to wait for a flight that started at `flightStart`. */
const waitStart = ({ span }: PlacedSpan, flightStart: number): number =>
  lastWaitAt(flightStart, span.waits)?.start ?? span.start;

/** The last wait that began at or before a time. A binary search, as a task may have thousands of waits. */
function lastWaitAt(at: number, waits: readonly Wait[]): Wait | undefined {
  let [low, high] = [0, waits.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((waits[middle]?.start ?? Infinity) <= at) low = middle + 1;
    else high = middle;
  }
  return waits[low - 1];
}
