/**
 * The board that is drawn on: its sizes in CSS pixels, whatever the pixels of the screen are, its colours, and one
 * drawing a frame at most.
 */
export const boardScript = String.raw`
const OVERVIEW = 40;
const AXIS = 28;
const tall = byId('tall');
const scroller = byId('scroll');
const canvas = byId('lanes');
const overview = byId('overview');
const pen = canvas.getContext('2d');
const overviewPen = overview.getContext('2d');
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
  const ink = tile.getContext('2d');
  ink.strokeStyle = colour;
  ink.globalAlpha = 0.25;
  ink.lineWidth = devicePixelRatio;
  ink.beginPath();
  for (const shift of [-size, 0, size]) {
    ink.moveTo(shift, size);
    ink.lineTo(shift + size, 0);
  }
  ink.stroke();
  const pattern = pen.createPattern(tile, 'repeat');
  pattern.setTransform(new DOMMatrix().scale(1 / devicePixelRatio));
  return pattern;
}

function fitBoard() {
  const width = scroller.clientWidth;
  const height = scroller.clientHeight;
  size(canvas, pen, width, height);
  size(overview, overviewPen, width, OVERVIEW + AXIS);
  board.width = width;
  board.height = height;
  board.gutter = Math.round(Math.min(172, width * 0.24));
  board.right = width - 14;
}

function size(sheet, ink, width, height) {
  sheet.width = Math.round(width * devicePixelRatio);
  sheet.height = Math.round(height * devicePixelRatio);
  sheet.style.width = width + 'px';
  sheet.style.height = height + 'px';
  ink.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
}

let isDue = false;
function redraw() {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(() => {
    isDue = false;
    drawAxis();
    drawBoard();
  });
}

function write(ink, text, x, y, { size = 12, weight = 400, colour = colours.text, align = 'left' } = {}) {
  ink.font = weight + ' ' + size + 'px ' + FONT;
  ink.fillStyle = colour;
  ink.textAlign = align;
  ink.textBaseline = 'middle';
  ink.fillText(text, x, y);
}

const widths = new Map();
function widthOf(text, size, weight = 400) {
  const key = size + ' ' + weight + ' ' + text;
  let width = widths.get(key);
  if (width === undefined) {
    if (widths.size > 2e4) widths.clear();
    pen.font = weight + ' ' + size + 'px ' + FONT;
    widths.set(key, (width = pen.measureText(text).width));
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
