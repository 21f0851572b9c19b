/** The overview: tasks, flights and failures of the whole trace, with the visible range. */
import { board, OVERVIEW_HEIGHT } from './board';
import { colours } from './colours';
import { overviewContext as target } from './elements';
import { allSpans, endOf, failures, flights, spansOfKind, startOf } from './spans';
import { writeText } from './text';
import { durationOf, fullRange, timeIn, viewport, xIn, type VisibleRange } from './viewport';

/** In CSS pixels. */
const COLUMN_WIDTH = 2;

export const overviewTime = (x: number): number => timeIn(fullRange, x);

const overviewX = (time: number): number => xIn(fullRange, time);

const tasks = spansOfKind('task');
const counted = tasks.length > 0 ? tasks : allSpans;

/** The time of a failure is the end of its span. */
const failureTimes = failures.map((span) => ({ from: endOf(span), to: endOf(span) }));
const flightTimes = flights.map((span) => ({ from: startOf(span), to: endOf(span) }));

interface Columns {
  readonly count: number;
  /** The number of spans that are open in each column. */
  readonly heights: Float64Array;
  readonly highest: number;
}

let columns: Columns = { count: 0, heights: new Float64Array(), highest: 1 };

export function drawOverview(): void {
  const base = OVERVIEW_HEIGHT - 12;
  drawColumns(base);
  drawStrip(flightTimes, colours.tones.flight.edge, base + 2);
  drawStrip(failureTimes, colours.tones.failed.edge, base + 6.5);
  if (durationOf(viewport) <= durationOf(fullRange) * 0.999) drawVisibleRange();
  writeText(target, 'Overview', 16, OVERVIEW_HEIGHT / 2, { size: 12.5, weight: 500 });
}

function drawColumns(base: number): void {
  const count = Math.max(1, Math.floor((board.right - board.gutter) / COLUMN_WIDTH));
  if (columns.count !== count) columns = countSpans(count);
  target.fillStyle = colours.tones.task.edge;
  target.globalAlpha = 0.55;
  for (const [at, spans] of columns.heights.entries()) {
    const height = (spans / columns.highest) * (base - 5);
    target.fillRect(board.gutter + at * COLUMN_WIDTH, base - height, COLUMN_WIDTH, height);
  }
  target.globalAlpha = 1;
}

/** Counts by the changes at starts and ends, which takes one pass whatever the lengths of the spans are. */
function countSpans(count: number): Columns {
  const changes = new Float64Array(count + 2);
  const columnAt = (time: number): number => {
    const column = Math.round(((time - fullRange.from) / durationOf(fullRange)) * count);
    return Math.min(count, Math.max(0, column));
  };
  const change = (column: number, by: number): void => void (changes[column] = (changes[column] ?? 0) + by);
  for (const span of counted) {
    change(columnAt(startOf(span)), 1);
    change(columnAt(endOf(span)) + 1, -1);
  }
  let open = 0;
  const heights = changes.subarray(0, count + 1).map((by) => (open += by));
  return { count, heights, highest: heights.reduce((one, other) => Math.max(one, other), 1) };
}

/** Draws a strip of times. A time that ends before the last drawn one does is left out, as it would be covered. */
function drawStrip(times: readonly VisibleRange[], colour: string, top: number): void {
  target.fillStyle = colour;
  let done = -1;
  for (const { from, to } of times) {
    const left = overviewX(from);
    const right = Math.max(left + 1.5, overviewX(to));
    if (right <= done) continue;
    target.fillRect(left, top, right - left, 3);
    done = right;
  }
}

function drawVisibleRange(): void {
  const left = overviewX(viewport.from);
  const right = overviewX(viewport.to);
  target.fillStyle = colours.page;
  target.globalAlpha = 0.72;
  target.fillRect(board.gutter, 0, left - board.gutter, OVERVIEW_HEIGHT);
  target.fillRect(right, 0, board.width - right, OVERVIEW_HEIGHT);
  target.globalAlpha = 1;
  target.strokeStyle = colours.accent;
  target.lineWidth = 1.5;
  target.strokeRect(left, 1, Math.max(2, right - left), OVERVIEW_HEIGHT - 2);
}
