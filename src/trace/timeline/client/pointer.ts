/** The pointer shows the span under it, moves and zooms the viewport by drag and wheel, and selects by click. */
import { board, OVERVIEW_HEIGHT } from './board';
import { canvas, overview, scroller } from './elements';
import { redraw } from './frames';
import { spanAt } from './hit-test';
import { animateTo, moveBy, showAll, zoomBy, zoomToSpan } from './navigation';
import { overviewTime } from './overview';
import { continueDrag, currentDrag, startDrag, stopDrag, type BoardPoint } from './drag';
import { select } from './selection';
import { selection } from './selection-state';
import { hover, stopHover } from './tooltip';
import { timeAt, xOf } from './viewport';

function pointIn(sheet: HTMLCanvasElement, event: MouseEvent): BoardPoint {
  const { left, top } = sheet.getBoundingClientRect();
  return { x: event.clientX - left, y: event.clientY - top };
}

/** The factor of a turn of the wheel. A touchpad sends small deltas, and some browsers send lines instead of pixels. */
function zoomOf({ deltaY, deltaMode }: WheelEvent): number {
  const perDelta = deltaMode === WheelEvent.DOM_DELTA_LINE ? 0.06 : 0.0022;
  return Math.exp(-deltaY * perDelta * (Math.abs(deltaY) < 40 ? 4 : 1));
}

/** The horizontal part of a turn of the wheel: with Shift, some browsers report it as vertical. */
const acrossOf = ({ shiftKey, deltaX, deltaY }: WheelEvent): number => (shiftKey && deltaX === 0 ? deltaY : deltaX);

function wheelOnBoard(event: WheelEvent): void {
  const { x, y } = pointIn(canvas, event);
  const isScrollable = scroller.scrollHeight > scroller.clientHeight + 1;
  const across = acrossOf(event);
  if (event.ctrlKey || event.metaKey || (!isScrollable && across === 0)) zoomBy(zoomOf(event), x, y);
  else if (Math.abs(across) > Math.abs(event.deltaY) || event.shiftKey) moveBy(across);
  // The browser scrolls the rows.
  else return;
  event.preventDefault();
  stopHover();
}

function wheelOnOverview(event: WheelEvent): void {
  event.preventDefault();
  const { x, y } = pointIn(overview, event);
  const across = acrossOf(event);
  if (across !== 0) moveBy(across);
  else zoomBy(zoomOf(event), y > OVERVIEW_HEIGHT ? x : xOf(overviewTime(x)));
}

/** Moves the viewport so that its middle is the time at the pointer. */
function centreAt(event: PointerEvent): void {
  const { x, y } = pointIn(overview, event);
  if (y > OVERVIEW_HEIGHT) return;
  moveBy(xOf(overviewTime(x)) - (board.gutter + board.right) / 2);
}

function press(event: PointerEvent): void {
  if (event.button !== 0) return;
  canvas.setPointerCapture(event.pointerId);
  startDrag(pointIn(canvas, event), event.shiftKey);
}

function move(event: PointerEvent): void {
  const point = pointIn(canvas, event);
  const before = currentDrag();
  if (before === undefined) {
    const span = spanAt(point.x, point.y);
    if (span === undefined) stopHover();
    else hover(span, event, timeAt(point.x));
    return;
  }
  const drag = continueDrag(before, point);
  if (!drag.isMoved) return;
  stopHover();
  canvas.classList.add('dragging');
  if (drag.isRange) redraw();
  else {
    moveBy(before.last.x - point.x);
    scroller.scrollTop += before.last.y - point.y;
  }
}

function release(event: PointerEvent): void {
  const { x, y } = pointIn(canvas, event);
  const drag = currentDrag();
  endDrag();
  if (drag === undefined) return;
  if (!drag.isMoved) select(spanAt(x, y));
  else if (drag.isRange) animateTo({ from: timeAt(Math.min(drag.start.x, x)), to: timeAt(Math.max(drag.start.x, x)) });
}

function endDrag(): void {
  stopDrag();
  canvas.classList.remove('dragging');
  redraw();
}

function doubleClick(): void {
  if (selection.selected === undefined) showAll();
  else zoomToSpan(selection.selected);
}

export function listenToPointer(): void {
  // A passive listener could not keep the browser from zooming the page itself.
  canvas.addEventListener('wheel', wheelOnBoard, { passive: false });
  overview.addEventListener('wheel', wheelOnOverview, { passive: false });
  overview.addEventListener('pointerdown', (event) => {
    overview.setPointerCapture(event.pointerId);
    centreAt(event);
  });
  overview.addEventListener('pointermove', (event) => {
    if (event.buttons === 1) centreAt(event);
  });
  canvas.addEventListener('pointerdown', press);
  canvas.addEventListener('pointermove', move);
  canvas.addEventListener('pointerup', release);
  canvas.addEventListener('pointercancel', endDrag);
  canvas.addEventListener('pointerleave', stopHover);
  canvas.addEventListener('dblclick', doubleClick);
  scroller.addEventListener('scroll', () => {
    stopHover();
    redraw();
  });
}
