/**
 * The board holds the canvases: their sizes in CSS pixels, independent of the pixel ratio of the screen, and their colours.
 * It is drawn at most once per frame.
 */
export const boardScript = String.raw`
const OVERVIEW = 40;
const AXIS = 28;
const scrollContent = byId('tall');
const scroller = byId('scroll');
const canvas = byId('lanes');
const overview = byId('overview');
const context = canvas.getContext('2d');
const overviewContext = overview.getContext('2d');
const board = { width: 0, height: 0, gutter: 0, right: 0 };
const FONT = getComputedStyle(document.body).fontFamily;
const TONES = ['task', 'batch', 'flight', 'scope', 'work', 'call', 'thread', 'failed', 'cancelled'];
const colours = { tones: {} };

function readColours() {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue('--' + name).trim();
  for (const name of ['page', 'surface', 'line', 'text', 'muted', 'accent']) colours[name] = of(name);
  for (const tone of TONES)
    colours.tones[tone] = { edge: of(tone + '-edge'), run: of(tone + '-run'), wait: of(tone + '-wait'), text: of(tone + '-text') };
  colours.hatch = hatched(colours.tones.cancelled.edge);
}

function hatched(colour) {
  const size = 7 * devicePixelRatio;
  const tile = element('canvas', { width: size, height: size });
  const target = tile.getContext('2d');
  target.strokeStyle = colour;
  target.globalAlpha = 0.25;
  target.lineWidth = devicePixelRatio;
  target.beginPath();
  for (const shift of [-size, 0, size]) {
    target.moveTo(shift, size);
    target.lineTo(shift + size, 0);
  }
  target.stroke();
  const pattern = context.createPattern(tile, 'repeat');
  pattern.setTransform(new DOMMatrix().scale(1 / devicePixelRatio));
  return pattern;
}

function fitBoard() {
  const width = scroller.clientWidth;
  const height = scroller.clientHeight;
  size(canvas, context, width, height);
  size(overview, overviewContext, width, OVERVIEW + AXIS);
  board.width = width;
  board.height = height;
  board.gutter = Math.round(Math.min(172, width * 0.24));
  board.right = width - 14;
}

function size(sheet, target, width, height) {
  sheet.width = Math.round(width * devicePixelRatio);
  sheet.height = Math.round(height * devicePixelRatio);
  sheet.style.width = width + 'px';
  sheet.style.height = height + 'px';
  target.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
}

let isRedrawQueued = false;
function redraw() {
  if (isRedrawQueued) return;
  isRedrawQueued = true;
  requestAnimationFrame(() => {
    isRedrawQueued = false;
    drawAxis();
    drawBoard();
  });
}

function write(target, text, x, y, { size = 12, weight = 400, colour = colours.text, align = 'left' } = {}) {
  target.font = weight + ' ' + size + 'px ' + FONT;
  target.fillStyle = colour;
  target.textAlign = align;
  target.textBaseline = 'middle';
  target.fillText(text, x, y);
}

const widths = new Map();
function widthOf(text, size, weight = 400) {
  const key = size + ' ' + weight + ' ' + text;
  let width = widths.get(key);
  if (width === undefined) {
    if (widths.size > 2e4) widths.clear();
    context.font = weight + ' ' + size + 'px ' + FONT;
    widths.set(key, (width = context.measureText(text).width));
  }
  return width;
}

function fitting(text, room, size, weight) {
  if (text.length > 400) text = text.slice(0, 400) + '…';
  const width = widthOf(text, size, weight);
  if (width <= room) return text;
  let letters = Math.floor((text.length * room) / width);
  for (; letters > 0; letters--) {
    const cut = text.slice(0, letters).trimEnd() + '…';
    if (widthOf(cut, size, weight) <= room) return cut;
  }
  return '';
}
`;
