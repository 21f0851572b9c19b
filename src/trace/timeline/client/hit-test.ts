/** Finds rows and spans by place and time. The spans of a row do not overlap, and are sorted by time. */
import { board } from './board';
import { scroller } from './elements';
import { groups, type BoardPosition, type LaneRow, type ShownLane } from './lanes';
import { LANE_PADDING } from './rows';
import { endIn, endOf, startIn, startOf } from './spans';
import { timeAt, xOf } from './viewport';

/** Distance in CSS pixels at which a span is still found, as a short one is hard to point at. */
const REACH = 4;

/** The lane and the shown row at a height of the board. */
export function positionAt(y: number): BoardPosition | undefined {
  const at = y + scroller.scrollTop;
  for (const group of groups)
    if (group.isOpen)
      for (const lane of group.lanes)
        if (at >= lane.top && at < lane.top + lane.height)
          return { lane, shownRow: (at - lane.top - LANE_PADDING) / group.rowHeight };
  return undefined;
}

export function spanAt(x: number, y: number): number | undefined {
  const near = x < board.gutter ? undefined : positionAt(y);
  const row = near?.lane.shown[Math.floor(near.shownRow)];
  if (row === undefined || near === undefined) return undefined;
  const { part } = near.lane;
  let best: number | undefined;
  let distance = REACH;
  for (const span of spansFrom(near.lane, row, timeAt(x - REACH))) {
    const left = xOf(startIn(part, span));
    if (left > x + REACH) break;
    const away = Math.max(left - x, x - xOf(endIn(part, span)), 0);
    if (away < distance) {
      best = span;
      distance = away;
    }
    if (away === 0) break;
  }
  return best;
}

/** The spans of a row that have not ended at a time, for callers that stop at the edge of the board. */
export function* spansFrom(lane: ShownLane, row: LaneRow, time: number): Generator<number> {
  for (let at = firstFrom(lane, row, time); at < row.length; at++) {
    const span = row[at];
    if (span !== undefined) yield span;
  }
}

/** The first span of a row that has not ended at a time. */
export const firstSpanFrom = (lane: ShownLane, row: LaneRow, time: number): number | undefined =>
  row[firstFrom(lane, row, time)];

/** The span of a row that is nearest to a time; undefined for an empty row. */
export function nearestSpan(lane: ShownLane, row: LaneRow, time: number): number | undefined {
  const at = firstFrom(lane, row, time);
  const [before, after] = [row[at - 1], row[at]];
  return distanceTo(after, time) <= distanceTo(before, time) ? after : before;
}

const distanceTo = (span: number | undefined, time: number): number =>
  span === undefined ? Infinity : Math.max(startOf(span) - time, time - endOf(span), 0);

function firstFrom(lane: ShownLane, row: LaneRow, time: number): number {
  let low = 0;
  let high = row.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const span = row[middle];
    if (span !== undefined && endIn(lane.part, span) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
