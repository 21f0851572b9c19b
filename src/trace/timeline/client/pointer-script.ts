/** The pointer shows the span under it, moves and zooms the view by drag and wheel, and selects by click. */
export const pointerScript = String.raw`
const DRAG_THRESHOLD = 4;
let drag;

const pointIn = (event, sheet) => {
  const { left, top } = sheet.getBoundingClientRect();
  return { x: event.clientX - left, y: event.clientY - top };
};

const zoomOf = (event) => Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.06 : 0.0022) * (Math.abs(event.deltaY) < 40 ? 4 : 1));
const acrossOf = (event) => (event.shiftKey && event.deltaX === 0 ? event.deltaY : event.deltaX);

canvas.addEventListener(
  'wheel',
  (event) => {
    const { x, y } = pointIn(event, canvas);
    const hasMore = scroller.scrollHeight > scroller.clientHeight + 1;
    const across = acrossOf(event);
    if (event.ctrlKey || event.metaKey || (!hasMore && across === 0)) zoomBy(zoomOf(event), x, y);
    else if (Math.abs(across) > Math.abs(event.deltaY) || event.shiftKey) moveBy(across);
    else return;
    event.preventDefault();
    hover(-1);
  },
  { passive: false },
);

overview.addEventListener(
  'wheel',
  (event) => {
    event.preventDefault();
    const { x, y } = pointIn(event, overview);
    const at = y > OVERVIEW ? x : xOf(overviewTime(x));
    if (acrossOf(event) !== 0) moveBy(acrossOf(event));
    else zoomBy(zoomOf(event), at);
  },
  { passive: false },
);

overview.addEventListener('pointerdown', (event) => {
  overview.setPointerCapture(event.pointerId);
  centre(event);
});
overview.addEventListener('pointermove', (event) => {
  if (event.buttons === 1) centre(event);
});

function centre(event) {
  const { x, y } = pointIn(event, overview);
  if (y > OVERVIEW) return;
  moveBy(xOf(overviewTime(x)) - (board.gutter + board.right) / 2);
}

canvas.addEventListener('pointerdown', (event) => {
  if (event.button !== 0) return;
  const { x, y } = pointIn(event, canvas);
  canvas.setPointerCapture(event.pointerId);
  drag = { x, y, lastX: x, lastY: y, isMoved: false, isRange: event.shiftKey };
});

canvas.addEventListener('pointermove', (event) => {
  const { x, y } = pointIn(event, canvas);
  if (drag === undefined) {
    hover(spanAt(x, y), event.clientX, event.clientY, timeAt(x));
    return;
  }
  drag.isMoved ||= Math.hypot(x - drag.x, y - drag.y) > DRAG_THRESHOLD;
  if (!drag.isMoved) return;
  hover(-1);
  canvas.classList.add('dragging');
  if (drag.isRange) redraw();
  else {
    moveBy(drag.lastX - x);
    scroller.scrollTop += drag.lastY - y;
  }
  drag.lastX = x;
  drag.lastY = y;
});

canvas.addEventListener('pointerup', (event) => {
  const { x, y } = pointIn(event, canvas);
  const ended = drag;
  endDrag();
  if (ended === undefined) return;
  if (!ended.isMoved) select(spanAt(x, y));
  else if (ended.isRange) animateTo(timeAt(Math.min(ended.x, x)), timeAt(Math.max(ended.x, x)));
});
canvas.addEventListener('pointercancel', endDrag);
canvas.addEventListener('pointerleave', () => hover(-1));

function endDrag() {
  drag = undefined;
  canvas.classList.remove('dragging');
  redraw();
}

function drawRangeSelection() {
  if (drag === undefined || !drag.isRange || !drag.isMoved) return;
  context.fillStyle = colours.accent;
  context.globalAlpha = 0.15;
  context.fillRect(drag.x, 0, drag.lastX - drag.x, board.height);
  context.globalAlpha = 1;
}

canvas.addEventListener('dblclick', () => {
  if (selected >= 0) zoomTo(selected);
  else fit();
});
scroller.addEventListener('scroll', () => {
  hover(-1);
  redraw();
});
`;
