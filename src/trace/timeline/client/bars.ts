/**
 * The bars of the visible lanes. Bars too thin for the screen are merged with their neighbours: a merged bar is darker the
 * more of its time is taken, and red if one of its spans failed. While spans are highlighted, the other bars are dimmed.
 */
import type { Tone } from '../palette';
import { drawBar } from './bar';
import { board } from './board';
import { colours } from './colours';
import { context } from './elements';
import { spansFrom } from './hit-test';
import type { LaneRow, ShownLane } from './lanes';
import { gapOf, yOfRow } from './rows';
import { selection } from './selection-state';
import { endIn, isFailed, startIn, toneOf } from './spans';
import { timeAt, xOf } from './viewport';

const MIN_BAR_WIDTH = 2.5;

/** Largest gap in CSS pixels between bars that are merged. */
const MERGED_GAP = 0.75;

interface MergedBar {
  readonly left: number;
  right: number;
  /** The sum of the widths of the spans. */
  filled: number;
  count: number;
  tone: Tone;
}

/** Draws the visible bars of a lane, and returns the number of their spans. */
export function drawLane(lane: ShownLane): number {
  const height = lane.group.rowHeight;
  const top = yOfRow({ lane, shownRow: 0 });
  const first = Math.max(0, Math.floor(-top / height));
  const last = Math.min(lane.shown.length, Math.ceil((board.height - top) / height));
  return lane.shown
    .slice(first, Math.max(first, last))
    .reduce((drawn, row, at) => drawn + drawRow(lane, row, top + (first + at) * height), 0);
}

function drawRow(lane: ShownLane, row: LaneRow, top: number): number {
  const { rowHeight } = lane.group;
  const height = rowHeight - gapOf(rowHeight);
  const { highlighted } = selection;
  const isDimmed = highlighted !== undefined;
  const front: { readonly span: number; readonly left: number; readonly right: number }[] = [];
  let merged: MergedBar | undefined;
  let drawn = 0;
  for (const span of spansFrom(lane, row, timeAt(board.gutter - 1))) {
    const left = xOf(startIn(lane.part, span));
    if (left > board.width) break;
    const right = xOf(endIn(lane.part, span));
    drawn++;
    if (highlighted?.has(span)) front.push({ span, left, right });
    else if (right - left >= MIN_BAR_WIDTH) drawBar(span, lane, { left, right, top, height }, isDimmed);
    else if (merged !== undefined && left <= merged.right + MERGED_GAP) {
      merged.right = Math.max(merged.right, right);
      merged.filled += right - left;
      merged.count++;
      if (isFailed(span)) merged.tone = 'failed';
    } else {
      if (merged !== undefined) drawMerged(merged, top, height, isDimmed);
      merged = { left, right, filled: right - left, count: 1, tone: toneOf(span) };
    }
  }
  if (merged !== undefined) drawMerged(merged, top, height, isDimmed);
  // Highlighted bars are never merged, and cover the others.
  for (const { span, left, right } of front)
    drawBar(span, lane, { left, right: Math.max(right, left + 2), top, height }, false);
  return drawn;
}

function drawMerged(
  { left, right, filled, count, tone }: MergedBar,
  top: number,
  height: number,
  isDimmed: boolean,
): void {
  const width = Math.max(1.5, right - left);
  const opacity = count === 1 ? 0.75 : Math.min(1, 0.35 + (0.65 * filled) / width);
  context.globalAlpha = isDimmed ? 0.16 : Math.max(opacity, tone === 'failed' ? 0.9 : 0);
  context.fillStyle = colours.tones[tone].edge;
  context.fillRect(left, top, width, height);
  context.globalAlpha = 1;
}
