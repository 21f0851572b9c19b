/**
 * The viewport is the visible range of time. It stays within the trace. A change is animated over a few frames, or immediate
 * if the reader prefers reduced motion.
 */
export const viewportScript = String.raw`
const margin = total * 0.015 || 0.5;
const fullRange = { from: -margin, to: total + margin };
const SHORTEST = 1e-3;
const viewport = { ...fullRange };
const reducedMotion = matchMedia('(prefers-reduced-motion: reduce)');

const xOf = (time) => board.gutter + ((time - viewport.from) / (viewport.to - viewport.from)) * (board.right - board.gutter);
const timeAt = (x) => viewport.from + ((x - board.gutter) / (board.right - board.gutter)) * (viewport.to - viewport.from);
const zoomFactor = () => (fullRange.to - fullRange.from) / (viewport.to - viewport.from);

function setViewport(from, to, y) {
  const longest = fullRange.to - fullRange.from;
  const length = Math.min(longest, Math.max(to - from, Math.min(SHORTEST, longest)));
  const middle = (from + to) / 2;
  const anchor = y === undefined ? undefined : rowAt(y);
  viewport.from = Math.min(Math.max(middle - length / 2, fullRange.from), fullRange.to - length);
  viewport.to = viewport.from + length;
  stackRows();
  if (anchor) scroller.scrollTop += yOfRow(anchor) - y;
  document.documentElement.dataset.from = String(viewport.from);
  document.documentElement.dataset.to = String(viewport.to);
  redraw();
}

let animationFrame = 0;
function animateTo(from, to, follow) {
  cancelAnimationFrame(animationFrame);
  const start = { ...viewport };
  const frames = reducedMotion.matches ? 1 : 14;
  let frame = 0;
  const step = () => {
    const done = ++frame / frames;
    const eased = 1 - (1 - done) ** 3;
    const ratio = ((to - from) / (start.to - start.from)) ** eased;
    const length = (start.to - start.from) * ratio;
    const begin = start.from + (from - start.from) * progress(start, { from, to }, length, eased);
    if (frame === frames) setViewport(from, to);
    else setViewport(begin, begin + length);
    if (follow !== undefined) bringIntoView(follow);
    if (frame < frames) animationFrame = requestAnimationFrame(step);
  };
  step();
}

function progress(start, goal, length, eased) {
  const from = start.to - start.from;
  const to = goal.to - goal.from;
  return Math.abs(to - from) < 1e-6 * from ? eased : (length - from) / (to - from);
}

const fit = () => animateTo(fullRange.from, fullRange.to);

function zoomTo(i) {
  const room = lengths[i] > 0 ? lengths[i] * 0.35 : Math.max(total / 200, SHORTEST);
  animateTo(starts[i] - room, endOf(i) + room, i);
}

function zoomBy(factor, x = (board.gutter + board.right) / 2, y) {
  cancelAnimationFrame(animationFrame);
  const fixed = timeAt(Math.max(x, board.gutter));
  const length = Math.min((viewport.to - viewport.from) / factor, fullRange.to - fullRange.from);
  const ratio = length / (viewport.to - viewport.from);
  setViewport(fixed - (fixed - viewport.from) * ratio, fixed + (viewport.to - fixed) * ratio, y);
}

function moveBy(pixels) {
  cancelAnimationFrame(animationFrame);
  const time = (pixels / (board.right - board.gutter)) * (viewport.to - viewport.from);
  const kept = Math.min(Math.max(time, fullRange.from - viewport.from), fullRange.to - viewport.to);
  setViewport(viewport.from + kept, viewport.to + kept);
}
`;
