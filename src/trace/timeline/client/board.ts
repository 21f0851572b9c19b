/** The board: the sizes of the canvases in CSS pixels, independent of the pixel ratio of the screen. */
import { canvas, context, overview, overviewContext, scroller } from './elements';

export const OVERVIEW_HEIGHT = 40;
export const AXIS_HEIGHT = 28;

interface Board {
  width: number;
  height: number;
  /** The width of the labels, left of the bars. */
  gutter: number;
  /** The right end of the visible time. */
  right: number;
}

const size: Board = { width: 0, height: 0, gutter: 0, right: 0 };

export const board: Readonly<Board> = size;

/** Gives the canvases the size of the page. */
export function fitBoard(): void {
  size.width = scroller.clientWidth;
  size.height = scroller.clientHeight;
  size.gutter = Math.round(Math.min(172, size.width * 0.24));
  size.right = size.width - 14;
  resizeCanvas(canvas, context, size.width, size.height);
  resizeCanvas(overview, overviewContext, size.width, OVERVIEW_HEIGHT + AXIS_HEIGHT);
}

function resizeCanvas(sheet: HTMLCanvasElement, target: CanvasRenderingContext2D, width: number, height: number): void {
  sheet.width = Math.round(width * devicePixelRatio);
  sheet.height = Math.round(height * devicePixelRatio);
  sheet.style.width = `${width}px`;
  sheet.style.height = `${height}px`;
  target.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
}
