/** The groups and lanes of the page, with their headers, and the row of each span. */
import type { TimelineGroup, TimelineLane } from '../layout/layout';
import { element, scrollContent } from './elements';
import { formatNumber } from './format';
import { isFailed, timelineGroups } from './spans';

export const FULL_ROW_HEIGHT = 19;

export type LaneRow = readonly number[];

export interface ShownLane extends TimelineLane {
  readonly group: ShownGroup;
  /** The rows that are shown: all, or those with highlighted spans. */
  shown: readonly LaneRow[];
  /** From the index of a row to its index in `shown`; undefined while all rows are shown. */
  order: ReadonlyMap<number, number> | undefined;
  /** In CSS pixels from the top of the first group. */
  top: number;
  height: number;
}

export interface ShownGroup {
  readonly header: HTMLElement;
  readonly button: HTMLButtonElement;
  readonly lanes: readonly ShownLane[];
  isOpen: boolean;
  top: number;
  height: number;
  /** The number of rows that are shown. */
  size: number;
  /** The height of a row for which the rows fit the page. */
  fittedRowHeight: number;
  /** The height of a row as it is drawn: a low row grows as the reader zooms in. */
  rowHeight: number;
}

/** A row of a lane, by its index in all rows. */
export interface RowPosition {
  readonly lane: ShownLane;
  readonly row: number;
}

/** A place on the board, by lane and row. */
export interface BoardPosition {
  readonly lane: ShownLane;
  /** The index among the shown rows. A fraction is the place within the row. */
  readonly shownRow: number;
}

export const groups: readonly ShownGroup[] = timelineGroups.map(groupOf);
export const lanes: readonly ShownLane[] = groups.flatMap((group) => group.lanes);

const positions: RowPosition[] = [];
for (const lane of lanes)
  for (const [row, spans] of lane.rows.entries()) {
    const position = { lane, row };
    for (const span of spans) positions[span] = position;
  }

/** The row of a span among all rows of its lane. A call that waited in a queue has its row on its thread. */
export const positionOf = (span: number): RowPosition | undefined => positions[span];

export const shownRowOf = ({ lane, row }: RowPosition): number | undefined =>
  lane.order === undefined ? row : lane.order.get(row);

export function setOpen(group: ShownGroup, isOpen: boolean): void {
  group.isOpen = isOpen;
  group.button.setAttribute('aria-expanded', String(isOpen));
}

function groupOf({ title, lanes: spansOfLanes }: TimelineGroup): ShownGroup {
  const button = element('button', { type: 'button' }, title, element('i', {}, summaryOf(spansOfLanes)));
  const header = element('div', { className: 'group' }, button);
  const ownLanes: ShownLane[] = [];
  const group: ShownGroup = {
    header,
    button,
    lanes: ownLanes,
    isOpen: true,
    top: 0,
    height: 0,
    size: 0,
    fittedRowHeight: FULL_ROW_HEIGHT,
    rowHeight: FULL_ROW_HEIGHT,
  };
  for (const lane of spansOfLanes)
    ownLanes.push({ ...lane, group, shown: lane.rows, order: undefined, top: 0, height: 0 });
  setOpen(group, true);
  scrollContent.append(header);
  return group;
}

function summaryOf(spansOfLanes: readonly TimelineLane[]): string {
  const spans = new Set(spansOfLanes.flatMap((lane) => lane.rows.flat()));
  const failed = [...spans].filter(isFailed).length;
  return formatNumber(spans.size) + (failed > 0 ? `, ${formatNumber(failed)} failed` : '');
}
