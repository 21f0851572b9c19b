/** A drag over the board moves the viewport. With Shift, it selects a range of time, which is drawn here. */
import { board } from './board';
import { colours } from './colours';
import { context } from './elements';

/** Distance in CSS pixels up to which a movement is a click. */
const DRAG_THRESHOLD = 4;

export interface BoardPoint {
  readonly x: number;
  readonly y: number;
}

/** A movement of the pointer between down and up. */
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

/** Continues a drag to a point, and returns the continued drag. */
export function continueDrag(drag: BoardDrag, last: BoardPoint): BoardDrag {
  const { start } = drag;
  const isMoved = drag.isMoved || Math.hypot(last.x - start.x, last.y - start.y) > DRAG_THRESHOLD;
  // Up to the threshold, `last` stays at the start, so that the first movement is not shortened by it.
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
