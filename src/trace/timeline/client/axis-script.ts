/** The axis of time with its ticks, the grid under the bars, and the overview: all of the trace, and what is seen of it. */
export const axisScript = String.raw`
function ticks() {
  const most = Math.max(2, (board.right - board.gutter) / 110);
  const rough = (look.to - look.from) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => power * factor >= rough);
  const first = Math.ceil(look.from / step);
  const found = [];
  for (let n = first; n * step <= look.to; n++) if (n >= 0) found.push({ x: xOf(n * step), label: n === 0 ? '0' : moment(n * step, step) });
  return found;
}

function drawGrid() {
  pen.fillStyle = colours.line;
  pen.fillRect(board.gutter - 1, 0, 1, board.height);
  pen.globalAlpha = 0.75;
  for (const { x } of ticks()) pen.fillRect(Math.round(x), 0, 1, board.height);
  pen.globalAlpha = 1;
}

function drawAxis() {
  const ink = overviewPen;
  const base = OVERVIEW + AXIS;
  ink.clearRect(0, 0, board.width, base);
  drawOverview(ink);
  ink.fillStyle = colours.line;
  ink.fillRect(0, OVERVIEW, board.width, 1);
  for (const { x, label } of ticks()) {
    ink.fillStyle = colours.line;
    ink.fillRect(Math.round(x), base - 6, 1, 6);
    if (x + widthOf(label, 11.5) + 6 < board.width) write(ink, label, Math.max(x, board.gutter) + 5, OVERVIEW + AXIS / 2 + 1, { size: 11.5, colour: colours.muted });
  }
  write(ink, lasting(look.to - look.from) + ' in view', 16, OVERVIEW + AXIS / 2 + 1, { size: 11.5, colour: colours.muted });
  write(ink, 'Overview', 16, OVERVIEW / 2, { size: 12.5, weight: 500 });
}

const overviewX = (time) => board.gutter + ((time - whole.from) / (whole.to - whole.from)) * (board.right - board.gutter);
const overviewTime = (x) => whole.from + ((x - board.gutter) / (board.right - board.gutter)) * (whole.to - whole.from);

const busiest = ofKind('task').length > 0 ? ofKind('task') : all;
const failures = all.filter(isFailed);

function crowd(columns) {
  const change = new Float64Array(columns + 2);
  for (const i of busiest) {
    const at = (time) => Math.min(columns, Math.max(0, Math.round(((time - whole.from) / (whole.to - whole.from)) * columns)));
    change[at(starts[i])]++;
    change[at(endOf(i)) + 1]--;
  }
  for (let at = 1; at < change.length; at++) change[at] += change[at - 1];
  return change.subarray(0, columns + 1);
}

let crowded = { columns: 0, heights: [], most: 1 };

function drawOverview(ink) {
  const columns = Math.max(1, Math.floor((board.right - board.gutter) / 2));
  if (crowded.columns !== columns) {
    const heights = crowd(columns);
    crowded = { columns, heights, most: heights.reduce((one, other) => Math.max(one, other), 1) };
  }
  const base = OVERVIEW - 12;
  ink.fillStyle = colours.tones.task.edge;
  ink.globalAlpha = 0.55;
  crowded.heights.forEach((height, at) => {
    const tall = (height / crowded.most) * (base - 5);
    ink.fillRect(board.gutter + at * 2, base - tall, 2, tall);
  });
  ink.globalAlpha = 1;
  strip(ink, flights, starts, colours.tones.flight.edge, base + 2);
  strip(ink, failures, ends, colours.tones.failed.edge, base + 6.5);
  const left = overviewX(look.from);
  const right = overviewX(look.to);
  if (look.to - look.from > (whole.to - whole.from) * 0.999) return;
  ink.fillStyle = colours.page;
  ink.globalAlpha = 0.72;
  ink.fillRect(board.gutter, 0, left - board.gutter, OVERVIEW);
  ink.fillRect(right, 0, board.width - right, OVERVIEW);
  ink.globalAlpha = 1;
  ink.strokeStyle = colours.accent;
  ink.lineWidth = 1.5;
  ink.strokeRect(left, 1, Math.max(2, right - left), OVERVIEW - 2);
}

const ends = all.map(endOf);

function strip(ink, those, begins, colour, top) {
  ink.fillStyle = colour;
  let done = -1;
  for (const i of those) {
    const left = overviewX(begins[i]);
    const right = Math.max(left + 1.5, overviewX(endOf(i)));
    if (right <= done) continue;
    ink.fillRect(left, top, right - left, 3);
    done = right;
  }
}
`;
