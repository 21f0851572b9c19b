/**
 * The rows, from top to bottom: groups with a header each, lanes, rows. Rows are as tall as there is room for; where
 * there are too many they are slivers, and grow as the reader zooms in, as a map does. Only rows in sight are drawn.
 */
export const rowsScript = String.raw`
const HEAD = 30;
const PAD = 6;
const TALLEST = 26;
const FULL = 19;
const groups = data.groups.map((group) => ({
  title: group.title,
  isOpen: true,
  top: 0,
  height: 0,
  fit: FULL,
  row: FULL,
  size: 0,
  lanes: group.lanes.map((lane) => ({ ...lane, shown: lane.rows, order: undefined, top: 0, height: 0, group: undefined })),
}));
for (const group of groups) for (const lane of group.lanes) lane.group = group;
const lanes = groups.flatMap((group) => group.lanes);
const places = new Array(count);
for (const lane of lanes)
  lane.rows.forEach((row, at) => {
    for (const i of row) places[i] = { lane, row: at };
  });

let isIsolated = false;

function showRows() {
  for (const lane of lanes) {
    const isAll = !isIsolated || lit === undefined || lit.size === 0;
    const rows = isAll ? [] : lane.rows.flatMap((row, at) => (row.some((i) => lit.has(i)) ? [at] : []));
    lane.shown = isAll ? lane.rows : rows.map((at) => lane.rows[at]);
    lane.order = isAll ? undefined : new Map(rows.map((at, shown) => [at, shown]));
  }
  for (const group of groups) group.size = group.lanes.reduce((sum, lane) => sum + lane.shown.length, 0);
}

function fitRows() {
  const open = groups.filter((group) => group.isOpen && group.size > 0).sort((one, other) => one.size - other.size);
  const pads = open.reduce((sum, group) => sum + group.lanes.filter((lane) => lane.shown.length > 0).length * PAD * 2, 0);
  const rows = open.reduce((sum, group) => sum + group.size, 0);
  const heads = groups.filter((group) => group.size > 0).length * HEAD;
  let room = board.height - heads - pads;
  const isRoomy = rows * FULL <= room;
  let left = open.length;
  for (const group of open) {
    const share = room / left--;
    const least = Math.min(16, Math.max(3, 900 / group.size));
    group.fit = isRoomy ? Math.min(TALLEST, room / rows) : Math.max(least, Math.min(FULL, share / group.size));
    if (!isRoomy) room -= group.fit * group.size;
  }
}

function stackRows() {
  let y = 0;
  for (const group of groups) {
    group.row = Math.max(group.fit, Math.min(FULL, group.fit * zoomed()));
    group.top = y;
    group.element.hidden = group.size === 0;
    if (group.size > 0) y += HEAD;
    if (group.isOpen)
      for (const lane of group.lanes) {
        lane.top = y;
        lane.height = lane.shown.length > 0 ? Math.max(18, lane.shown.length * group.row) + 2 * PAD : 0;
        y += lane.height;
      }
    group.height = y - group.top;
    group.element.style.top = group.top + 'px';
    group.element.style.height = group.height + 'px';
  }
  tall.style.height = Math.max(y, board.height) + 'px';
}

function groupHead(group) {
  const button = element('button', { type: 'button' }, group.title, element('i', {}, headOf(group)));
  const box = element('div', { className: 'group' }, button);
  const tell = () => button.setAttribute('aria-expanded', String(group.isOpen));
  button.addEventListener('click', () => {
    group.isOpen = !group.isOpen;
    tell();
    arrange();
  });
  tell();
  return box;
}

function headOf(group) {
  const spans = new Set(group.lanes.flatMap((lane) => lane.rows.flat()));
  const failed = [...spans].filter(isFailed).length;
  return number(spans.size) + (failed > 0 ? ', ' + number(failed) + ' failed' : '');
}

function arrange() {
  showRows();
  fitRows();
  stackRows();
  redraw();
}

for (const group of groups) {
  group.element = groupHead(group);
  tall.append(group.element);
}

function rowNear(y) {
  const at = y + scroller.scrollTop;
  for (const group of groups)
    if (group.isOpen)
      for (const lane of group.lanes)
        if (at >= lane.top && at < lane.top + lane.height) return { lane, row: (at - lane.top - PAD) / group.row };
  return undefined;
}

const yOfRow = ({ lane, row }) => lane.top + PAD + row * lane.group.row - scroller.scrollTop;

const shownRow = ({ lane, row }) => (lane.order === undefined ? row : lane.order.get(row));

function boxOf(i) {
  const place = places[i];
  if (place === undefined || !place.lane.group.isOpen) return undefined;
  const { part } = place.lane;
  const row = shownRow(place);
  if (row === undefined) return undefined;
  const top = yOfRow({ lane: place.lane, row });
  return { left: xOf(fromIn(part, i)), right: xOf(toIn(part, i)), top, height: place.lane.group.row };
}

function bringIntoView(i) {
  const place = places[i];
  if (place === undefined) return;
  if (!place.lane.group.isOpen) {
    place.lane.group.isOpen = true;
    place.lane.group.element.firstChild.setAttribute('aria-expanded', 'true');
    arrange();
  }
  const { top } = boxOf(i) ?? {};
  if (top < HEAD + 8 || top + place.lane.group.row > board.height * 0.85) scroller.scrollTop += top - board.height * 0.4;
}

function firstIn(lane, row, time) {
  let low = 0;
  let high = row.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (toIn(lane.part, row[middle]) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

function spanAt(x, y) {
  const near = x < board.gutter ? undefined : rowNear(y);
  const row = near?.lane.shown[Math.floor(near.row)];
  if (row === undefined) return -1;
  const { part } = near.lane;
  let best = -1;
  let distance = 4;
  for (let at = firstIn(near.lane, row, timeAt(x - 4)); at < row.length; at++) {
    const left = xOf(fromIn(part, row[at]));
    if (left > x + 4) break;
    const away = Math.max(left - x, x - xOf(toIn(part, row[at])), 0);
    if (away < distance) {
      best = row[at];
      distance = away;
    }
    if (away === 0) break;
  }
  return best;
}
`;
