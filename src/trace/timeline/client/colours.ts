/** The colours of the canvases, which are those of the style of the page. */
import type { Paint, Theme, Tone } from '../palette';
import { context, element, root } from './elements';

interface Colours extends Omit<Theme, 'raised'> {
  /** The pattern over cancelled spans. */
  readonly hatch: CanvasPattern | string;
}

export const colours: Colours = readColours();

/** Reads the colours again, after the theme has changed. */
export const refreshColours = (): void => void Object.assign(colours, readColours());

function readColours(): Colours {
  const style = getComputedStyle(root);
  const read = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const paintOf = (tone: Tone): Paint => ({
    edge: read(`${tone}-edge`),
    run: read(`${tone}-run`),
    wait: read(`${tone}-wait`),
    text: read(`${tone}-text`),
  });
  const cancelled = paintOf('cancelled');
  return {
    page: read('page'),
    surface: read('surface'),
    line: read('line'),
    text: read('text'),
    muted: read('muted'),
    accent: read('accent'),
    tones: {
      task: paintOf('task'),
      batch: paintOf('batch'),
      flight: paintOf('flight'),
      scope: paintOf('scope'),
      work: paintOf('work'),
      call: paintOf('call'),
      limited: paintOf('limited'),
      thread: paintOf('thread'),
      failed: paintOf('failed'),
      cancelled,
    },
    hatch: hatchedWith(cancelled.edge),
  };
}

/** Diagonal lines, as sharp as the screen. */
function hatchedWith(colour: string): CanvasPattern | string {
  const size = 7 * devicePixelRatio;
  const tile = element('canvas', { width: size, height: size });
  const target = tile.getContext('2d');
  const pattern = target && context.createPattern(drawDiagonals(tile, target, size, colour), 'repeat');
  pattern?.setTransform(new DOMMatrix().scale(1 / devicePixelRatio));
  return pattern ?? 'transparent';
}

function drawDiagonals(
  tile: HTMLCanvasElement,
  target: CanvasRenderingContext2D,
  size: number,
  colour: string,
): HTMLCanvasElement {
  target.strokeStyle = colour;
  target.globalAlpha = 0.25;
  target.lineWidth = devicePixelRatio;
  target.beginPath();
  for (const shift of [-size, 0, size]) {
    target.moveTo(shift, size);
    target.lineTo(shift + size, 0);
  }
  target.stroke();
  return tile;
}
