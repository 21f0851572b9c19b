/**
 * The bar of a span. It is darker where the span runs than where it waits, has hatching if the span was cancelled, and fades
 * out if the span is open.
 */
import { board } from './board';
import { colours } from './colours';
import { context } from './elements';
import { formatDuration } from './format';
import type { ShownLane } from './lanes';
import type { BarBox } from './rows';
import { labelsOf } from './span-properties';
import { endIn, endOf, hasWaits, isCancelled, isOpen, iterateWaits, kindOf, startIn, startOf, toneOf } from './spans';
import { shortenTo, widthOf, writeText } from './text';
import { viewport, xOf } from './viewport';

/** Length of a bar beyond either side of the board, so that no rounded corner shows there. In CSS pixels. */
export const OVERHANG = 6;

/** From this height on, a bar shows its waits below its runs. */
const FULL_BAR_HEIGHT = 8;

export function drawBar(span: number, lane: ShownLane, box: BarBox, isDimmed: boolean): void {
  const { left, right, top, height } = box;
  const paint = colours.tones[toneOf(span)];
  const from = Math.max(left, board.gutter - OVERHANG);
  const to = Math.min(right, board.width + OVERHANG);
  const visible = { left: from, right: to, top, height };
  const corner = height >= 9 && to - from >= 7 ? 3 : 0;
  const isWaiting = lane.part !== 'sent' && (hasWaits(span) || lane.part === 'queued');
  const [running, waiting] = height < FULL_BAR_HEIGHT ? [paint.edge, paint.run] : [paint.run, paint.wait];
  context.globalAlpha = isDimmed ? 0.22 : 1;
  context.fillStyle = isWaiting ? waiting : running;
  fillBar(visible, corner, corner);
  if (isWaiting && lane.part === 'whole') {
    context.fillStyle = running;
    drawRuns(span, visible, corner);
  }
  if (isCancelled(span)) {
    context.fillStyle = colours.hatch;
    fillBar(visible, corner, corner);
  }
  context.fillStyle = paint.edge;
  if (left >= from) fillBar({ left, right: Math.min(right, left + (height >= 9 ? 3 : 1.5)), top, height }, corner, 0);
  if (height >= FULL_BAR_HEIGHT && isWaiting) context.fillRect(from, top + height - 1, to - from, 1);
  // A thread is open as long as its pool is.
  if (isOpen(span) && right <= board.width && kindOf(span) !== 'thread') drawOpenEnd(visible);
  if (height >= 11) drawName(span, lane, visible, paint.text);
  context.globalAlpha = 1;
}

function fillBar({ left, right, top, height }: BarBox, leftCorner: number, rightCorner: number): void {
  const width = Math.max(0.5, right - left);
  if (leftCorner + rightCorner === 0) {
    context.fillRect(left, top, width, height);
    return;
  }
  context.beginPath();
  context.roundRect(left, top, width, height, [leftCorner, rightCorner, rightCorner, leftCorner]);
  context.fill();
}

/** Draws the time between the waits. Runs too short for the screen have one pixel, without overlaps. */
function drawRuns(span: number, { left, right, top, height }: BarBox, corner: number): void {
  let last = left - 1;
  const drawRun = (from: number, to: number): void => {
    const begin = Math.max(left, xOf(from));
    const end = Math.min(right, Math.max(xOf(to), begin + 1));
    if (end <= last + 0.5 || begin > right || to <= from) return;
    const run = { left: Math.max(begin, last), right: end, top, height };
    fillBar(run, begin <= left ? corner : 0, end >= right ? corner : 0);
    last = end;
  };
  let since = startOf(span);
  for (const { start, end } of iterateWaits(span)) {
    if (start >= viewport.from) drawRun(since, start);
    since = end;
    if (since > viewport.to) return;
  }
  drawRun(since, endOf(span));
}

function drawOpenEnd({ left, right, top, height }: BarBox): void {
  const width = Math.min(22, right - left);
  const fade = context.createLinearGradient(right - width, 0, right, 0);
  fade.addColorStop(0, `${colours.surface}00`);
  fade.addColorStop(1, colours.surface);
  context.fillStyle = fade;
  context.fillRect(right - width, top - 0.5, width + 1, height + 1);
}

function drawName(span: number, lane: ShownLane, { left, right, top, height }: BarBox, colour: string): void {
  const begin = Math.max(left, board.gutter) + 8;
  const width = Math.min(right, board.right) - begin - 6;
  if (width < 8) return;
  const size = height >= 20 ? 12.5 : height >= 14 ? 11.5 : 10;
  const middle = top + height / 2 + 0.5;
  const name = nameWithin(width, span, size);
  if (name === '') return;
  writeText(context, name, begin, middle, { size, colour });
  const duration = formatDuration(endIn(lane.part, span) - startIn(lane.part, span));
  if (width - widthOf(name, size) > widthOf(duration, size - 1) + 24)
    writeText(context, duration, begin + width, middle, { size: size - 1, colour, align: 'right' });
}

/** The label for a width: the whole one if enough of it fits, else a shorter label, because a few letters tell too little. */
function nameWithin(width: number, span: number, size: number): string {
  const [whole, ...shorter] = labelsOf(span);
  const name = shortenTo(width, whole, size);
  if (name === whole || name.length > (shorter[0] ?? '').length + 5) return name;
  const fitting = shorter.find((label) => widthOf(label, size) <= width);
  return fitting ?? (shorter.length === 0 && name.length > 3 ? name : '');
}
