/** The pointer: it tells what it is on, drags, zooms and selects. */
export const handsScript = String.raw`
const STEADY = 4;
let held;

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
  held = { x, y, lastX: x, lastY: y, isMoved: false, isStretch: event.shiftKey };
});

canvas.addEventListener('pointermove', (event) => {
  const { x, y } = pointIn(event, canvas);
  if (held === undefined) {
    hover(spanAt(x, y), event.clientX, event.clientY, timeAt(x));
    return;
  }
  held.isMoved ||= Math.hypot(x - held.x, y - held.y) > STEADY;
  if (!held.isMoved) return;
  hover(-1);
  canvas.classList.add('held');
  if (held.isStretch) redraw();
  else {
    moveBy(held.lastX - x);
    scroller.scrollTop += held.lastY - y;
  }
  held.lastX = x;
  held.lastY = y;
});

canvas.addEventListener('pointerup', (event) => {
  const { x, y } = pointIn(event, canvas);
  const was = held;
  drop();
  if (was === undefined) return;
  if (!was.isMoved) select(spanAt(x, y));
  else if (was.isStretch) goTo(timeAt(Math.min(was.x, x)), timeAt(Math.max(was.x, x)));
});
canvas.addEventListener('pointercancel', drop);
canvas.addEventListener('pointerleave', () => hover(-1));

function drop() {
  held = undefined;
  canvas.classList.remove('held');
  redraw();
}

function drawStretch() {
  if (held === undefined || !held.isStretch || !held.isMoved) return;
  pen.fillStyle = colours.accent;
  pen.globalAlpha = 0.15;
  pen.fillRect(held.x, 0, held.lastX - held.x, board.height);
  pen.globalAlpha = 1;
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
