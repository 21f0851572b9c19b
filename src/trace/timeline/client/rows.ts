/**
 * The heights and places of the rows. The row height follows from the height of the page. If the rows are many, they are low,
 * and grow as the reader zooms in. While rows are isolated, only those with highlighted spans are shown.
 */
import { board } from './board';
import { isolateButton, scrollContent, scroller } from './elements';
import { redraw } from './frames';
import {
  FULL_ROW_HEIGHT,
  groups,
  lanes,
  setOpen,
  shownRowOf,
  positionOf,
  type BoardPosition,
  type ShownLane,
} from './lanes';
import { selection } from './selection-state';
import { endIn, startIn } from './spans';
import { xOf, zoomFactor } from './viewport';

export const HEADER_HEIGHT = 30;

/** The space above and below the rows of a lane. */
export const LANE_PADDING = 6;

const MAX_ROW_HEIGHT = 26;

/** Height of the rows of a lane at least, so that its label fits beside them. */
const MIN_ROWS_HEIGHT = 18;

/** Place of a span, in CSS pixels from the top left of the board. */
export interface BarBox {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly height: number;
}

let isIsolated = false;

/** Arranges the rows after a change of the size of the page, of the highlighted spans, or of the open groups. */
export function arrangeRows(): void {
  chooseRows();
  fitRowHeights();
  stackRows();
}

export function layOutRows(): void {
  arrangeRows();
  redraw();
}

function chooseRows(): void {
  const { highlighted } = selection;
  const only = isIsolated && highlighted !== undefined && highlighted.size > 0 ? highlighted : undefined;
  for (const lane of lanes) {
    if (only === undefined) {
      lane.shown = lane.rows;
      lane.order = undefined;
      continue;
    }
    const chosen = [...lane.rows.entries()].filter(([, row]) => row.some((span) => only.has(span)));
    lane.shown = chosen.map(([, row]) => row);
    lane.order = new Map(chosen.map(([at], shown) => [at, shown]));
  }
  for (const group of groups) group.size = group.lanes.reduce((sum, lane) => sum + lane.shown.length, 0);
}

function fitRowHeights(): void {
  const shown = groups.filter((group) => group.size > 0);
  const open = shown.filter((group) => group.isOpen).sort((one, other) => one.size - other.size);
  const laneCount = open.flatMap((group) => group.lanes).filter((lane) => lane.shown.length > 0).length;
  const rows = open.reduce((sum, group) => sum + group.size, 0);
  let freeHeight = board.height - shown.length * HEADER_HEIGHT - laneCount * LANE_PADDING * 2;
  const allFit = rows * FULL_ROW_HEIGHT <= freeHeight;
  // Small groups get their heights first, so that the large groups share the height that is left.
  let remaining = open.length;
  for (const group of open) {
    const share = freeHeight / remaining--;
    const minimum = Math.min(16, Math.max(3, 900 / group.size));
    group.fittedRowHeight = allFit
      ? Math.min(MAX_ROW_HEIGHT, freeHeight / rows)
      : Math.max(minimum, Math.min(FULL_ROW_HEIGHT, share / group.size));
    if (!allFit) freeHeight -= group.fittedRowHeight * group.size;
  }
}

/** Stacks the groups with the row heights of the current zoom. */
export function stackRows(): void {
  let y = 0;
  for (const group of groups) {
    group.rowHeight = Math.max(group.fittedRowHeight, Math.min(FULL_ROW_HEIGHT, group.fittedRowHeight * zoomFactor()));
    group.top = y;
    group.header.hidden = group.size === 0;
    if (group.size > 0) y += HEADER_HEIGHT;
    if (group.isOpen)
      for (const lane of group.lanes) {
        lane.top = y;
        const rowsHeight = Math.max(MIN_ROWS_HEIGHT, lane.shown.length * group.rowHeight);
        lane.height = lane.shown.length > 0 ? rowsHeight + 2 * LANE_PADDING : 0;
        y += lane.height;
      }
    group.height = y - group.top;
    group.header.style.top = `${group.top}px`;
    group.header.style.height = `${group.height}px`;
  }
  scrollContent.style.height = `${Math.max(y, board.height)}px`;
}

/** The gap below a bar, which a low row does not have. */
export const gapOf = (rowHeight: number): number => (rowHeight >= 14 ? 3 : rowHeight >= 8 ? 2 : rowHeight >= 4 ? 1 : 0);

/** The height on the board of a shown row, or of a place within it. */
export const yOfRow = ({ lane, shownRow }: BoardPosition): number =>
  lane.top + LANE_PADDING + shownRow * lane.group.rowHeight - scroller.scrollTop;

/** The box of a span; undefined if its row is not shown. */
export function boxOf(span: number): BarBox | undefined {
  const position = positionOf(span);
  if (!position?.lane.group.isOpen) return undefined;
  const { lane } = position;
  const shownRow = shownRowOf(position);
  if (shownRow === undefined) return undefined;
  return {
    left: xOf(startIn(lane.part, span)),
    right: xOf(endIn(lane.part, span)),
    top: yOfRow({ lane, shownRow }),
    height: lane.group.rowHeight,
  };
}

/** The lanes that are not scrolled out of view. */
export function visibleLanes(): readonly ShownLane[] {
  const top = scroller.scrollTop;
  const isVisible = (lane: ShownLane): boolean =>
    lane.height > 0 && lane.top < top + board.height && lane.top + lane.height > top;
  return groups.filter((group) => group.isOpen).flatMap((group) => group.lanes.filter(isVisible));
}

/** Scrolls to the row of a span, and opens its group. */
export function bringIntoView(span: number): void {
  const position = positionOf(span);
  if (position === undefined) return;
  const { group } = position.lane;
  if (!group.isOpen) {
    setOpen(group, true);
    layOutRows();
  }
  const box = boxOf(span);
  if (box === undefined) return;
  if (box.top < HEADER_HEIGHT + 8 || box.top + group.rowHeight > board.height * 0.85)
    scroller.scrollTop += box.top - board.height * 0.4;
}

/** Shows only the rows with highlighted spans, or all rows again. */
export function toggleIsolation(): void {
  isIsolated = !isIsolated;
  isolateButton.setAttribute('aria-pressed', String(isIsolated));
  layOutRows();
  if (selection.selected !== undefined) bringIntoView(selection.selected);
}

export function listenToGroups(): void {
  for (const group of groups)
    group.button.addEventListener('click', () => {
      setOpen(group, !group.isOpen);
      layOutRows();
    });
}
