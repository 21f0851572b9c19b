/** The time axis with its ticks, the grid under the bars, and the overview of the whole trace with the visible range. */
export const axisScript = String.raw`
function ticks() {
  const maxTicks = Math.max(2, (board.right - board.gutter) / 110);
  const rough = (viewport.to - viewport.from) / maxTicks;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => power * factor >= rough);
  const first = Math.ceil(viewport.from / step);
  const marks = [];
  for (let n = first; n * step <= viewport.to; n++) if (n >= 0) marks.push({ x: xOf(n * step), label: n === 0 ? '0' : formatTick(n * step, step) });
  return marks;
}

function drawGrid() {
  context.fillStyle = colours.line;
  context.fillRect(board.gutter - 1, 0, 1, board.height);
  context.globalAlpha = 0.75;
  for (const { x } of ticks()) context.fillRect(Math.round(x), 0, 1, board.height);
  context.globalAlpha = 1;
}

function drawAxis() {
  const target = overviewContext;
  const base = OVERVIEW + AXIS;
  target.clearRect(0, 0, board.width, base);
  drawOverview(target);
  target.fillStyle = colours.line;
  target.fillRect(0, OVERVIEW, board.width, 1);
  for (const { x, label } of ticks()) {
    target.fillStyle = colours.line;
    target.fillRect(Math.round(x), base - 6, 1, 6);
    if (x + widthOf(label, 11.5) + 6 < board.width) write(target, label, Math.max(x, board.gutter) + 5, OVERVIEW + AXIS / 2 + 1, { size: 11.5, colour: colours.muted });
  }
  write(target, formatDuration(viewport.to - viewport.from) + ' in view', 16, OVERVIEW + AXIS / 2 + 1, { size: 11.5, colour: colours.muted });
  write(target, 'Overview', 16, OVERVIEW / 2, { size: 12.5, weight: 500 });
}

const overviewX = (time) => board.gutter + ((time - fullRange.from) / (fullRange.to - fullRange.from)) * (board.right - board.gutter);
const overviewTime = (x) => fullRange.from + ((x - board.gutter) / (board.right - board.gutter)) * (fullRange.to - fullRange.from);

const overviewSpans = ofKind('task').length > 0 ? ofKind('task') : all;
const failures = all.filter(isFailed);

function countByColumn(columns) {
  const change = new Float64Array(columns + 2);
  for (const i of overviewSpans) {
    const at = (time) => Math.min(columns, Math.max(0, Math.round(((time - fullRange.from) / (fullRange.to - fullRange.from)) * columns)));
    change[at(starts[i])]++;
    change[at(endOf(i)) + 1]--;
  }
  for (let at = 1; at < change.length; at++) change[at] += change[at - 1];
  return change.subarray(0, columns + 1);
}

let overviewBars = { columns: 0, heights: [], highest: 1 };

function drawOverview(target) {
  const columns = Math.max(1, Math.floor((board.right - board.gutter) / 2));
  if (overviewBars.columns !== columns) {
    const heights = countByColumn(columns);
    overviewBars = { columns, heights, highest: heights.reduce((one, other) => Math.max(one, other), 1) };
  }
  const base = OVERVIEW - 12;
  target.fillStyle = colours.tones.task.edge;
  target.globalAlpha = 0.55;
  overviewBars.heights.forEach((height, at) => {
    const barHeight = (height / overviewBars.highest) * (base - 5);
    target.fillRect(board.gutter + at * 2, base - barHeight, 2, barHeight);
  });
  target.globalAlpha = 1;
  drawStrip(target, flights, starts, colours.tones.flight.edge, base + 2);
  drawStrip(target, failures, ends, colours.tones.failed.edge, base + 6.5);
  const left = overviewX(viewport.from);
  const right = overviewX(viewport.to);
  if (viewport.to - viewport.from > (fullRange.to - fullRange.from) * 0.999) return;
  target.fillStyle = colours.page;
  target.globalAlpha = 0.72;
  target.fillRect(board.gutter, 0, left - board.gutter, OVERVIEW);
  target.fillRect(right, 0, board.width - right, OVERVIEW);
  target.globalAlpha = 1;
  target.strokeStyle = colours.accent;
  target.lineWidth = 1.5;
  target.strokeRect(left, 1, Math.max(2, right - left), OVERVIEW - 2);
}

const ends = all.map(endOf);

function drawStrip(target, spans, begins, colour, top) {
  target.fillStyle = colour;
  let done = -1;
  for (const i of spans) {
    const left = overviewX(begins[i]);
    const right = Math.max(left + 1.5, overviewX(endOf(i)));
    if (right <= done) continue;
    target.fillRect(left, top, right - left, 3);
    done = right;
  }
}
`;
