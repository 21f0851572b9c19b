/**
 * The look: which stretch of time is seen. It never leaves the trace, and goes from one stretch to another in a few
 * frames, or at once where the reader wants no motion.
 */
export const lookScript = String.raw`
const margin = total * 0.015 || 0.5;
const whole = { from: -margin, to: total + margin };
const SHORTEST = 1e-3;
const look = { ...whole };
const calm = matchMedia('(prefers-reduced-motion: reduce)');

const xOf = (time) => board.gutter + ((time - look.from) / (look.to - look.from)) * (board.right - board.gutter);
const timeAt = (x) => look.from + ((x - board.gutter) / (board.right - board.gutter)) * (look.to - look.from);
const zoomed = () => (whole.to - whole.from) / (look.to - look.from);

function see(from, to, y) {
  const longest = whole.to - whole.from;
  const length = Math.min(longest, Math.max(to - from, Math.min(SHORTEST, longest)));
  const middle = (from + to) / 2;
  const held = y === undefined ? undefined : rowNear(y);
  look.from = Math.min(Math.max(middle - length / 2, whole.from), whole.to - length);
  look.to = look.from + length;
  stackRows();
  if (held) scroller.scrollTop += yOfRow(held) - y;
  document.documentElement.dataset.from = String(look.from);
  document.documentElement.dataset.to = String(look.to);
  redraw();
}

let moving = 0;
function goTo(from, to, follow) {
  cancelAnimationFrame(moving);
  const start = { ...look };
  const frames = calm.matches ? 1 : 14;
  let frame = 0;
  const step = () => {
    const done = ++frame / frames;
    const eased = 1 - (1 - done) ** 3;
    const ratio = ((to - from) / (start.to - start.from)) ** eased;
    const length = (start.to - start.from) * ratio;
    const begin = start.from + (from - start.from) * share(start, { from, to }, length, eased);
    if (frame === frames) see(from, to);
    else see(begin, begin + length);
    if (follow !== undefined) bringIntoView(follow);
    if (frame < frames) moving = requestAnimationFrame(step);
  };
  step();
}

function share(start, goal, length, eased) {
  const from = start.to - start.from;
  const to = goal.to - goal.from;
  return Math.abs(to - from) < 1e-6 * from ? eased : (length - from) / (to - from);
}

const fit = () => goTo(whole.from, whole.to);

function zoomTo(i) {
  const room = lengths[i] > 0 ? lengths[i] * 0.35 : Math.max(total / 200, SHORTEST);
  goTo(starts[i] - room, endOf(i) + room, i);
}

function zoomBy(factor, x = (board.gutter + board.right) / 2, y) {
  cancelAnimationFrame(moving);
  const fixed = timeAt(Math.max(x, board.gutter));
  const length = Math.min((look.to - look.from) / factor, whole.to - whole.from);
  const ratio = length / (look.to - look.from);
  see(fixed - (fixed - look.from) * ratio, fixed + (look.to - fixed) * ratio, y);
}

function moveBy(pixels) {
  cancelAnimationFrame(moving);
  const time = (pixels / (board.right - board.gutter)) * (look.to - look.from);
  const kept = Math.min(Math.max(time, whole.from - look.from), whole.to - look.to);
  see(look.from + kept, look.to + kept);
}
`;
