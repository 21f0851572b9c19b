/** Moves and zooms the viewport. A jump is animated over a few frames, or immediate if the reader prefers reduced motion. */
import { board } from './board';
import { root, scroller } from './elements';
import { redraw } from './frames';
import { positionAt } from './hit-test';
import { bringIntoView, stackRows, yOfRow } from './rows';
import { endOf, lengthOf, startOf, total } from './spans';
import {
  durationOf,
  fullRange,
  setVisibleRange,
  SHORTEST_RANGE,
  timeAt,
  timeOfPixels,
  viewport,
  type VisibleRange,
} from './viewport';

const ANIMATION_FRAMES = 14;

const reducedMotion = matchMedia('(prefers-reduced-motion: reduce)');

/**
 * Shows a range of time.
 *
 * @param y the height of the board that stays in place while the rows grow or shrink
 */
export function showRange(range: VisibleRange, y?: number): void {
  const anchor = y === undefined ? undefined : positionAt(y);
  setVisibleRange(range);
  stackRows();
  if (anchor && y !== undefined) scroller.scrollTop += yOfRow(anchor) - y;
  root.dataset['from'] = String(viewport.from);
  root.dataset['to'] = String(viewport.to);
  redraw();
}

let animationFrame = 0;

/** @param followed the span that is kept in view meanwhile */
export function animateTo(goal: VisibleRange, followed?: number): void {
  cancelAnimationFrame(animationFrame);
  const start = { ...viewport };
  const frames = reducedMotion.matches ? 1 : ANIMATION_FRAMES;
  let frame = 0;
  const step = (): void => {
    frame++;
    showRange(frame === frames ? goal : rangeBetween(start, goal, frame / frames));
    if (followed !== undefined) bringIntoView(followed);
    if (frame < frames) animationFrame = requestAnimationFrame(step);
  };
  step();
}

/** A range on the way between two others. The zoom is even: its duration changes by a factor, not by a sum. */
function rangeBetween(start: VisibleRange, goal: VisibleRange, done: number): VisibleRange {
  const eased = 1 - (1 - done) ** 3;
  const [before, after] = [durationOf(start), durationOf(goal)];
  const duration = before * (after / before) ** eased;
  const progress = Math.abs(after - before) < 1e-6 * before ? eased : (duration - before) / (after - before);
  const from = start.from + (goal.from - start.from) * progress;
  return { from, to: from + duration };
}

export const showAll = (): void => animateTo(fullRange);

export function zoomToSpan(span: number): void {
  const length = lengthOf(span);
  const margin = length > 0 ? length * 0.35 : Math.max(total / 200, SHORTEST_RANGE);
  animateTo({ from: startOf(span) - margin, to: endOf(span) + margin }, span);
}

/**
 * Zooms in by a factor above 1, and out by one below.
 *
 * @param x the place that keeps its time
 */
export function zoomBy(factor: number, x = (board.gutter + board.right) / 2, y?: number): void {
  cancelAnimationFrame(animationFrame);
  const fixed = timeAt(Math.max(x, board.gutter));
  const duration = Math.min(durationOf(viewport) / factor, durationOf(fullRange));
  const ratio = duration / durationOf(viewport);
  showRange({ from: fixed - (fixed - viewport.from) * ratio, to: fixed + (viewport.to - fixed) * ratio }, y);
}

/** Moves in time, no further than the trace reaches. */
export function moveBy(pixels: number): void {
  cancelAnimationFrame(animationFrame);
  const time = timeOfPixels(pixels);
  const kept = Math.min(Math.max(time, fullRange.from - viewport.from), fullRange.to - viewport.to);
  showRange({ from: viewport.from + kept, to: viewport.to + kept });
}
