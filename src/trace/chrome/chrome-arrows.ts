/** The arrows in Chrome's picture: from each task to the flights that served it. */
import type { ChromeEvent } from './chrome-event';
import { timeOf } from './chrome-rows';
import type { Span, Wait } from '../spans/span';

/** A slice where it is drawn. */
export interface Placed {
  readonly span: Span;
  readonly tid: number;
  readonly pid: number;
}

export function* arrowsOf(placed: ReadonlyMap<number, Placed>, origin: number): Generator<ChromeEvent> {
  let id = 0;
  for (const flight of placed.values()) {
    for (const served of flight.span.serves) {
      const task = placed.get(served);
      // It began before the trace did, or was cut from it; or the two have clocks of their own.
      if (!task || task.span.start > flight.span.start) continue;
      const arrow = { name: 'asks', cat: 'flow', id: ++id };
      const left = Math.min(leavingAt(task, flight.span.start), task.span.end);
      yield { ph: 's', ...arrow, pid: task.pid, tid: task.tid, ts: timeOf(left, origin) / 1_000 };
      const ts = timeOf(flight.span.start, origin) / 1_000;
      yield { ph: 'f', ...arrow, pid: flight.pid, tid: flight.tid, ts, bp: 'e' };
    }
  }
}

/** When the task began to wait for it. */
const leavingAt = ({ span }: Placed, takeOff: number): number => lastUntil(takeOff, span.waits)?.start ?? span.start;

/** The last wait that had begun by then; they are in order, and may be thousands. */
function lastUntil(at: number, waits: readonly Wait[]): Wait | undefined {
  let [low, high] = [0, waits.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((waits[middle]?.start ?? Infinity) <= at) low = middle + 1;
    else high = middle;
  }
  return waits[low - 1];
}
