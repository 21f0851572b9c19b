/** Steps from the selected span to another one, for the keyboard. */
import { firstSpanFrom, nearestSpan } from './hit-test';
import { lanes, positionOf, shownRowOf, type LaneRow, type RowPosition, type ShownLane } from './lanes';
import { visibleLanes } from './rows';
import { goToSpan, selectAndShow } from './selection';
import { endOf, startOf } from './spans';
import { viewport } from './viewport';

type StepDirection = 1 | -1;

export function selectFirstVisible(): void {
  for (const lane of visibleLanes())
    for (const row of lane.shown) {
      const span = firstSpanFrom(lane, row, viewport.from);
      if (span === undefined || startOf(span) > viewport.to) continue;
      selectAndShow(span);
      return;
    }
}

/** Goes to the next or previous span of the same row. */
export function stepInRow(from: number, by: StepDirection): void {
  const position = positionOf(from);
  const row = position?.lane.rows[position.row] ?? [];
  const next = row[row.indexOf(from) + by];
  if (next !== undefined) goToSpan(next);
}

/** Goes to the nearest span of the next or previous row that has one, in other lanes too. */
export function stepToRow(from: number, by: StepDirection): void {
  const position = positionOf(from);
  if (position === undefined) return;
  const middle = (Math.max(startOf(from), viewport.from) + Math.min(endOf(from), viewport.to)) / 2;
  for (const [lane, row] of rowsBeyond(position, by)) {
    const next = nearestSpan(lane, row, middle);
    if (next === undefined) continue;
    goToSpan(next);
    return;
  }
}

/** The shown rows after or before a row, first those of its lane. */
function rowsBeyond(position: RowPosition, by: StepDirection): readonly (readonly [ShownLane, LaneRow])[] {
  const { lane } = position;
  const rows = beyond(lane.shown, shownRowOf(position) ?? 0, by).map((row) => [lane, row] as const);
  const others = beyond(lanes, lanes.indexOf(lane), by).flatMap((other) =>
    (by > 0 ? other.shown : other.shown.toReversed()).map((row) => [other, row] as const),
  );
  return [...rows, ...others];
}

/** The elements after or before an index, from the nearest on. */
const beyond = <T>(list: readonly T[], at: number, by: StepDirection): readonly T[] =>
  by > 0 ? list.slice(at + 1) : list.slice(0, at).toReversed();
