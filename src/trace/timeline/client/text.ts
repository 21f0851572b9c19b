/** Text on a canvas: its drawing, its width, and its shortening to a width. */
import { colours } from './colours';
import { context } from './elements';

const FONT = getComputedStyle(document.body).fontFamily;

/** Number of characters at which a text is cut before it is measured. */
const MAX_LENGTH = 400;

const MAX_CACHED_WIDTHS = 20_000;

interface TextStyle {
  /** In CSS pixels. */
  readonly size: number;
  /** @defaultValue `400` */
  readonly weight?: number;
  /** @defaultValue the colour of text of the theme */
  readonly colour?: string;
  /** @defaultValue `'left'` */
  readonly align?: CanvasTextAlign;
}

/** Writes a text; `y` is its middle. */
export function writeText(
  target: CanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  { size, weight = 400, colour = colours.text, align = 'left' }: TextStyle,
): void {
  target.font = fontOf(size, weight);
  target.fillStyle = colour;
  target.textAlign = align;
  target.textBaseline = 'middle';
  target.fillText(text, x, y);
}

const fontOf = (size: number, weight: number): string => `${weight} ${size}px ${FONT}`;

const widths = new Map<string, number>();

export function widthOf(text: string, size: number, weight = 400): number {
  const key = `${size} ${weight} ${text}`;
  const known = widths.get(key);
  if (known !== undefined) return known;
  if (widths.size > MAX_CACHED_WIDTHS) widths.clear();
  context.font = fontOf(size, weight);
  const { width } = context.measureText(text);
  widths.set(key, width);
  return width;
}

/** The text, cut at its end so that it fits into the width; empty if not even one letter fits. */
export function shortenTo(width: number, text: string, size: number, weight?: number): string {
  const whole = text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
  const fullWidth = widthOf(whole, size, weight);
  if (fullWidth <= width) return whole;
  for (let letters = Math.floor((whole.length * width) / fullWidth); letters > 0; letters--) {
    const cut = `${whole.slice(0, letters).trimEnd()}…`;
    if (widthOf(cut, size, weight) <= width) return cut;
  }
  return '';
}
