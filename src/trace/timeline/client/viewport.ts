/** The viewport is the visible range of time. It stays within the trace, with a margin on both sides. */
import { board } from './board';
import { total } from './spans';

export interface VisibleRange {
  from: number;
  to: number;
}

/** The shortest visible range, in ms. */
export const SHORTEST_RANGE = 1e-3;

const margin = total * 0.015 || 0.5;

export const fullRange: Readonly<VisibleRange> = { from: -margin, to: total + margin };

const range: VisibleRange = { ...fullRange };

export const viewport: Readonly<VisibleRange> = range;

export const durationOf = ({ from, to }: VisibleRange): number => to - from;

/** Sets the visible range, or the nearest one that is possible. */
export function setVisibleRange({ from, to }: VisibleRange): void {
  const longest = durationOf(fullRange);
  const duration = Math.min(longest, Math.max(to - from, Math.min(SHORTEST_RANGE, longest)));
  const middle = (from + to) / 2;
  range.from = Math.min(Math.max(middle - duration / 2, fullRange.from), fullRange.to - duration);
  range.to = range.from + duration;
}

const timeWidth = (): number => board.right - board.gutter;

/** Place at which a range that fills the board shows a time. */
export const xIn = ({ from, to }: VisibleRange, time: number): number =>
  board.gutter + ((time - from) / (to - from)) * timeWidth();

/** Time that a range that fills the board shows at a place. */
export const timeIn = ({ from, to }: VisibleRange, x: number): number =>
  from + ((x - board.gutter) / timeWidth()) * (to - from);

export const xOf = (time: number): number => xIn(viewport, time);
export const timeAt = (x: number): number => timeIn(viewport, x);
export const timeOfPixels = (pixels: number): number => (pixels / timeWidth()) * durationOf(viewport);
export const zoomFactor = (): number => durationOf(fullRange) / durationOf(viewport);
