/**
 * The bars of spans. Bars too thin for the screen are merged with their neighbours: a merged bar is darker the more of its
 * time is taken, and red if one of its spans failed. During a search or selection, the other bars are dimmed.
 */
export const barsScript = String.raw`
const MIN_BAR_WIDTH = 2.5;

function drawBoard() {
  context.clearRect(0, 0, board.width, board.height);
  drawGrid();
  const visible = visibleLanes();
  context.save();
  context.beginPath();
  context.rect(board.gutter, 0, board.width - board.gutter, board.height);
  context.clip();
  let drawn = 0;
  for (const lane of visible) drawn += drawLane(lane);
  drawLinks();
  drawRangeSelection();
  context.restore();
  for (const lane of visible) drawLabel(lane);
  canvas.dataset.drawn = String(drawn);
}

function visibleLanes() {
  const top = scroller.scrollTop;
  const visible = [];
  for (const group of groups)
    if (group.isOpen)
      for (const lane of group.lanes)
        if (lane.height > 0 && lane.top < top + board.height && lane.top + lane.height > top) visible.push(lane);
  return visible;
}

function drawLane(lane) {
  const height = lane.group.row;
  const top = yOfRow({ lane, row: 0 });
  const first = Math.max(0, Math.floor(-top / height));
  const last = Math.min(lane.shown.length, Math.ceil((board.height - top) / height));
  let drawn = 0;
  for (let row = first; row < last; row++) drawn += drawRow(lane, lane.shown[row], top + row * height, height);
  return drawn;
}

function drawRow(lane, row, top, height) {
  const barHeight = height - gapOf(height);
  const front = [];
  let merged;
  let drawn = 0;
  for (let at = firstIn(lane, row, timeAt(board.gutter - 1)); at < row.length; at++) {
    const i = row[at];
    const left = xOf(fromIn(lane.part, i));
    if (left > board.width) break;
    const right = xOf(toIn(lane.part, i));
    drawn++;
    if (highlighted !== undefined && highlighted.has(i)) front.push({ i, left, right });
    else if (right - left >= MIN_BAR_WIDTH) drawBar(i, lane, left, right, top, barHeight, highlighted !== undefined);
    else if (merged !== undefined && left <= merged.right + 0.75) {
      merged.right = Math.max(merged.right, right);
      merged.filled += right - left;
      merged.count++;
      if (isFailed(i)) merged.tone = 'failed';
    } else {
      if (merged !== undefined) drawMerged(merged, top, barHeight);
      merged = { left, right, filled: right - left, count: 1, tone: toneOf(i) };
    }
  }
  if (merged !== undefined) drawMerged(merged, top, barHeight);
  for (const { i, left, right } of front) drawBar(i, lane, left, Math.max(right, left + 2), top, barHeight, false);
  return drawn;
}

const gapOf = (height) => (height >= 14 ? 3 : height >= 8 ? 2 : height >= 4 ? 1 : 0);

function drawMerged({ left, right, filled, count, tone }, top, barHeight) {
  const width = Math.max(1.5, right - left);
  const opacity = count === 1 ? 0.75 : Math.min(1, 0.35 + (0.65 * filled) / width);
  context.globalAlpha = highlighted === undefined ? Math.max(opacity, tone === 'failed' ? 0.9 : 0) : 0.16;
  context.fillStyle = colours.tones[tone].edge;
  context.fillRect(left, top, width, barHeight);
  context.globalAlpha = 1;
}

function drawBar(i, lane, left, right, top, barHeight, isDim) {
  const paint = colours.tones[toneOf(i)];
  const from = Math.max(left, board.gutter - 6);
  const to = Math.min(right, board.width + 6);
  const round = barHeight >= 9 && to - from >= 7 ? 3 : 0;
  context.globalAlpha = isDim ? 0.22 : 1;
  const hasWaits = lane.part !== 'sent' && (i in data.waits || lane.part === 'queued');
  const [runs, waits] = barHeight < 8 ? [paint.edge, paint.run] : [paint.run, paint.wait];
  context.fillStyle = hasWaits ? waits : runs;
  fillBar(from, to, top, barHeight, round, round);
  if (hasWaits && lane.part === 'whole') drawRunning(i, from, to, top, barHeight, round, runs);
  if (outcomes[i] === 3) {
    context.fillStyle = colours.hatch;
    fillBar(from, to, top, barHeight, round, round);
  }
  context.fillStyle = paint.edge;
  if (left >= from) fillBar(left, Math.min(right, left + (barHeight >= 9 ? 3 : 1.5)), top, barHeight, round, 0);
  if (barHeight >= 8 && hasWaits) {
    context.fillRect(from, top + barHeight - 1, to - from, 1);
  }
  if (isOpen(i) && right <= board.width && kindOf(i) !== 'thread') drawOpenEnd(from, to, top, barHeight);
  if (barHeight >= 11) drawName(i, lane, from, to, top, barHeight, paint.text);
  context.globalAlpha = 1;
}

function fillBar(left, right, top, barHeight, roundLeft, roundRight) {
  const width = Math.max(0.5, right - left);
  if (roundLeft + roundRight === 0) {
    context.fillRect(left, top, width, barHeight);
    return;
  }
  context.beginPath();
  context.roundRect(left, top, width, barHeight, [roundLeft, roundRight, roundRight, roundLeft]);
  context.fill();
}

function drawRunning(i, left, right, top, barHeight, round, colour) {
  const flat = data.waits[i];
  const run = (from, to) => {
    const begin = Math.max(left, xOf(from));
    const end = Math.min(right, Math.max(xOf(to), begin + 1));
    if (end <= last + 0.5 || begin > right || to <= from) return;
    fillBar(Math.max(begin, last), end, top, barHeight, begin <= left ? round : 0, end >= right ? round : 0);
    last = end;
  };
  let last = left - 1;
  let since = starts[i];
  context.fillStyle = colour;
  for (let at = 0; at < flat.length; at += 3) {
    if (flat[at] >= viewport.from) run(since, flat[at]);
    since = flat[at] + flat[at + 1];
    if (since > viewport.to) return;
  }
  run(since, endOf(i));
}

function drawOpenEnd(left, right, top, barHeight) {
  const width = Math.min(22, right - left);
  const fade = context.createLinearGradient(right - width, 0, right, 0);
  fade.addColorStop(0, colours.surface + '00');
  fade.addColorStop(1, colours.surface);
  context.fillStyle = fade;
  context.fillRect(right - width, top - 0.5, width + 1, barHeight + 1);
}

function drawName(i, lane, left, right, top, barHeight, colour) {
  const begin = Math.max(left, board.gutter) + 8;
  const room = Math.min(right, board.right) - begin - 6;
  if (room < 8) return;
  const size = barHeight >= 20 ? 12.5 : barHeight >= 14 ? 11.5 : 10;
  const middle = top + barHeight / 2 + 0.5;
  const name = nameIn(i, room, size);
  if (name === '') return;
  write(context, name, begin, middle, { size, colour });
  const more = formatDuration(toIn(lane.part, i) - fromIn(lane.part, i));
  const used = widthOf(name, size);
  if (room - used > widthOf(more, size - 1) + 24)
    write(context, more, begin + room, middle, { size: size - 1, colour, align: 'right' });
}

function nameIn(i, room, size) {
  const [whole, ...shorter] = labelsOf(i);
  const name = fitting(whole, room, size);
  if (name === whole || name.length > (shorter[0] ?? '').length + 5) return name;
  return shorter.find((label) => widthOf(label, size) <= room) ?? (shorter.length === 0 && name.length > 3 ? name : '');
}

function drawLabel(lane) {
  const top = lane.top - scroller.scrollTop;
  context.fillStyle = colours.surface;
  context.fillRect(0, top, board.gutter - 1, lane.height);
  context.fillStyle = colours.line;
  context.fillRect(0, top + lane.height - 1, board.width, 1);
  const { row } = lane.group;
  const first = top + PADDING + (row >= 14 ? (row - gapOf(row)) / 2 : 9);
  const y = Math.max(first, Math.min(HEADER_HEIGHT + 14, top + lane.height - 32));
  write(context, fitting(lane.label, board.gutter - 30, 12.5, 500), 16, y + 0.5, { size: 12.5, weight: 500 });
  if (lane.height >= 48) write(context, formatNumber(lane.count), 16, y + 18, { size: 11.5, colour: colours.muted });
}
`;
