/** The time axis with its ticks, and the grid under the bars. */
import { AXIS_HEIGHT, board, OVERVIEW_HEIGHT } from './board';
import { colours } from './colours';
import { context, overviewContext } from './elements';
import { formatDuration, formatTick } from './format';
import { widthOf, writeText } from './text';
import { durationOf, viewport, xOf } from './viewport';

/** In CSS pixels. */
const MIN_TICK_DISTANCE = 110;

const LABEL_SIZE = 11.5;

interface AxisTick {
  readonly x: number;
  readonly label: string;
}

/** Ticks at 1, 2 or 5 times a power of ten. None stands before the start of the trace. */
function ticks(): readonly AxisTick[] {
  const maxTicks = Math.max(2, (board.right - board.gutter) / MIN_TICK_DISTANCE);
  const shortest = durationOf(viewport) / maxTicks;
  const power = 10 ** Math.floor(Math.log10(shortest));
  const step = power * ([1, 2, 5].find((factor) => power * factor >= shortest) ?? 10);
  const marks: AxisTick[] = [];
  for (let n = Math.max(0, Math.ceil(viewport.from / step)); n * step <= viewport.to; n++)
    marks.push({ x: xOf(n * step), label: n === 0 ? '0' : formatTick(n * step, step) });
  return marks;
}

export function drawGrid(): void {
  context.fillStyle = colours.line;
  context.fillRect(board.gutter - 1, 0, 1, board.height);
  context.globalAlpha = 0.75;
  for (const { x } of ticks()) context.fillRect(Math.round(x), 0, 1, board.height);
  context.globalAlpha = 1;
}

export function drawAxis(): void {
  const target = overviewContext;
  const bottom = OVERVIEW_HEIGHT + AXIS_HEIGHT;
  const middle = OVERVIEW_HEIGHT + AXIS_HEIGHT / 2 + 1;
  const style = { size: LABEL_SIZE, colour: colours.muted };
  target.fillStyle = colours.line;
  target.fillRect(0, OVERVIEW_HEIGHT, board.width, 1);
  for (const { x, label } of ticks()) {
    target.fillStyle = colours.line;
    target.fillRect(Math.round(x), bottom - 6, 1, 6);
    if (x + widthOf(label, LABEL_SIZE) + 6 < board.width)
      writeText(target, label, Math.max(x, board.gutter) + 5, middle, style);
  }
  writeText(target, `${formatDuration(durationOf(viewport))} in view`, 16, middle, style);
}
