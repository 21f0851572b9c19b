/** A drag over the board, and the range of time that a drag with Shift covers. */
import { board } from './board';
import { colours } from './colours';
import { context } from './elements';

/** A shorter movement is a click. In CSS pixels. */
const DRAG_THRESHOLD = 4;

export interface BoardPoint {
  readonly x: number;
  readonly y: number;
}

/** What the pointer does between down and up. */
export interface BoardDrag {
  readonly start: BoardPoint;
  readonly last: BoardPoint;
  readonly isMoved: boolean;
  /** Whether a range is selected; otherwise the viewport is moved. */
  readonly isRange: boolean;
}

let current: BoardDrag | undefined;

export const currentDrag = (): BoardDrag | undefined => current;

export function startDrag(start: BoardPoint, isRange: boolean): void {
  current = { start, last: start, isMoved: false, isRange };
}

/** Continues the drag, and returns it as it was at the point before. */
export function continueDrag(drag: BoardDrag, last: BoardPoint): BoardDrag {
  const { start } = drag;
  const isMoved = drag.isMoved || Math.hypot(last.x - start.x, last.y - start.y) > DRAG_THRESHOLD;
  // A first movement starts where the pointer went down, not where the threshold was passed.
  current = isMoved ? { ...drag, last, isMoved } : drag;
  return current;
}

export function stopDrag(): void {
  current = undefined;
}

export function drawRangeSelection(): void {
  if (!current?.isRange || !current.isMoved) return;
  context.fillStyle = colours.accent;
  context.globalAlpha = 0.15;
  context.fillRect(current.start.x, 0, current.last.x - current.start.x, board.height);
  context.globalAlpha = 1;
}
