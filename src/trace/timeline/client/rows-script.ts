/**
 * The rows are arranged in groups with a header, and lanes. The row height follows from the height of the page; many rows
 * are low, and grow as the reader zooms in, as on a map. Only visible rows are drawn.
 */
export const rowsScript = String.raw`
const HEADER_HEIGHT = 30;
const PADDING = 6;
const MAX_ROW_HEIGHT = 26;
const FULL_ROW_HEIGHT = 19;
const groups = data.groups.map((group) => ({
  title: group.title,
  isOpen: true,
  top: 0,
  height: 0,
  fit: FULL_ROW_HEIGHT,
  row: FULL_ROW_HEIGHT,
  size: 0,
  lanes: group.lanes.map((lane) => ({ ...lane, shown: lane.rows, order: undefined, top: 0, height: 0, group: undefined })),
}));
for (const group of groups) for (const lane of group.lanes) lane.group = group;
const lanes = groups.flatMap((group) => group.lanes);
const positions = new Array(count);
for (const lane of lanes)
  lane.rows.forEach((row, at) => {
    for (const i of row) positions[i] = { lane, row: at };
  });

let isIsolated = false;

function showRows() {
  for (const lane of lanes) {
    const isAll = !isIsolated || highlighted === undefined || highlighted.size === 0;
    const rows = isAll ? [] : lane.rows.flatMap((row, at) => (row.some((i) => highlighted.has(i)) ? [at] : []));
    lane.shown = isAll ? lane.rows : rows.map((at) => lane.rows[at]);
    lane.order = isAll ? undefined : new Map(rows.map((at, shown) => [at, shown]));
  }
  for (const group of groups) group.size = group.lanes.reduce((sum, lane) => sum + lane.shown.length, 0);
}

function fitRowHeights() {
  const open = groups.filter((group) => group.isOpen && group.size > 0).sort((one, other) => one.size - other.size);
  const paddings = open.reduce((sum, group) => sum + group.lanes.filter((lane) => lane.shown.length > 0).length * PADDING * 2, 0);
  const rows = open.reduce((sum, group) => sum + group.size, 0);
  const headers = groups.filter((group) => group.size > 0).length * HEADER_HEIGHT;
  let room = board.height - headers - paddings;
  const isRoomy = rows * FULL_ROW_HEIGHT <= room;
  let remaining = open.length;
  for (const group of open) {
    const share = room / remaining--;
    const minimum = Math.min(16, Math.max(3, 900 / group.size));
    group.fit = isRoomy ? Math.min(MAX_ROW_HEIGHT, room / rows) : Math.max(minimum, Math.min(FULL_ROW_HEIGHT, share / group.size));
    if (!isRoomy) room -= group.fit * group.size;
  }
}

function stackRows() {
  let y = 0;
  for (const group of groups) {
    group.row = Math.max(group.fit, Math.min(FULL_ROW_HEIGHT, group.fit * zoomFactor()));
    group.top = y;
    group.element.hidden = group.size === 0;
    if (group.size > 0) y += HEADER_HEIGHT;
    if (group.isOpen)
      for (const lane of group.lanes) {
        lane.top = y;
        lane.height = lane.shown.length > 0 ? Math.max(18, lane.shown.length * group.row) + 2 * PADDING : 0;
        y += lane.height;
      }
    group.height = y - group.top;
    group.element.style.top = group.top + 'px';
    group.element.style.height = group.height + 'px';
  }
  scrollContent.style.height = Math.max(y, board.height) + 'px';
}

function groupHeader(group) {
  const button = element('button', { type: 'button' }, group.title, element('i', {}, groupSummary(group)));
  const box = element('div', { className: 'group' }, button);
  const updateExpanded = () => button.setAttribute('aria-expanded', String(group.isOpen));
  button.addEventListener('click', () => {
    group.isOpen = !group.isOpen;
    updateExpanded();
    layoutRows();
  });
  updateExpanded();
  return box;
}

function groupSummary(group) {
  const spans = new Set(group.lanes.flatMap((lane) => lane.rows.flat()));
  const failed = [...spans].filter(isFailed).length;
  return formatNumber(spans.size) + (failed > 0 ? ', ' + formatNumber(failed) + ' failed' : '');
}

function layoutRows() {
  showRows();
  fitRowHeights();
  stackRows();
  redraw();
}

for (const group of groups) {
  group.element = groupHeader(group);
  scrollContent.append(group.element);
}

function rowAt(y) {
  const at = y + scroller.scrollTop;
  for (const group of groups)
    if (group.isOpen)
      for (const lane of group.lanes)
        if (at >= lane.top && at < lane.top + lane.height) return { lane, row: (at - lane.top - PADDING) / group.row };
  return undefined;
}

const yOfRow = ({ lane, row }) => lane.top + PADDING + row * lane.group.row - scroller.scrollTop;

const shownRow = ({ lane, row }) => (lane.order === undefined ? row : lane.order.get(row));

function boxOf(i) {
  const position = positions[i];
  if (position === undefined || !position.lane.group.isOpen) return undefined;
  const { part } = position.lane;
  const row = shownRow(position);
  if (row === undefined) return undefined;
  const top = yOfRow({ lane: position.lane, row });
  return { left: xOf(fromIn(part, i)), right: xOf(toIn(part, i)), top, height: position.lane.group.row };
}

function bringIntoView(i) {
  const position = positions[i];
  if (position === undefined) return;
  if (!position.lane.group.isOpen) {
    position.lane.group.isOpen = true;
    position.lane.group.element.firstChild.setAttribute('aria-expanded', 'true');
    layoutRows();
  }
  const { top } = boxOf(i) ?? {};
  if (top < HEADER_HEIGHT + 8 || top + position.lane.group.row > board.height * 0.85) scroller.scrollTop += top - board.height * 0.4;
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
  const near = x < board.gutter ? undefined : rowAt(y);
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
