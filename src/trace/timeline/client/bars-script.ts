/**
 * The bars. Where one is too thin for the screen it is drawn together with its neighbours, the darker the more of the
 * time they take, and red if one of them failed; where something is searched for or selected, the others step back.
 */
export const barsScript = String.raw`
const THIN = 2.5;

function drawBoard() {
  pen.clearRect(0, 0, board.width, board.height);
  drawGrid();
  const seen = visibleLanes();
  pen.save();
  pen.beginPath();
  pen.rect(board.gutter, 0, board.width - board.gutter, board.height);
  pen.clip();
  let drawn = 0;
  for (const lane of seen) drawn += drawLane(lane);
  drawLinks();
  drawStretch();
  pen.restore();
  for (const lane of seen) drawLabel(lane);
  canvas.dataset.drawn = String(drawn);
}

function visibleLanes() {
  const top = scroller.scrollTop;
  const seen = [];
  for (const group of groups)
    if (group.isOpen)
      for (const lane of group.lanes)
        if (lane.height > 0 && lane.top < top + board.height && lane.top + lane.height > top) seen.push(lane);
  return seen;
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
  const tall = height - gapOf(height);
  const front = [];
  let thin;
  let drawn = 0;
  for (let at = firstIn(lane, row, timeAt(board.gutter - 1)); at < row.length; at++) {
    const i = row[at];
    const left = xOf(fromIn(lane.part, i));
    if (left > board.width) break;
    const right = xOf(toIn(lane.part, i));
    drawn++;
    if (lit !== undefined && lit.has(i)) front.push({ i, left, right });
    else if (right - left >= THIN) drawBar(i, lane, left, right, top, tall, lit !== undefined);
    else if (thin !== undefined && left <= thin.right + 0.75) {
      thin.right = Math.max(thin.right, right);
      thin.filled += right - left;
      thin.count++;
      if (isFailed(i)) thin.tone = 'failed';
    } else {
      if (thin !== undefined) drawThin(thin, top, tall);
      thin = { left, right, filled: right - left, count: 1, tone: toneOf(i) };
    }
  }
  if (thin !== undefined) drawThin(thin, top, tall);
  for (const { i, left, right } of front) drawBar(i, lane, left, Math.max(right, left + 2), top, tall, false);
  return drawn;
}

const gapOf = (height) => (height >= 14 ? 3 : height >= 8 ? 2 : height >= 4 ? 1 : 0);

function drawThin({ left, right, filled, count, tone }, top, tall) {
  const width = Math.max(1.5, right - left);
  const dense = count === 1 ? 0.75 : Math.min(1, 0.35 + (0.65 * filled) / width);
  pen.globalAlpha = lit === undefined ? Math.max(dense, tone === 'failed' ? 0.9 : 0) : 0.16;
  pen.fillStyle = colours.tones[tone].edge;
  pen.fillRect(left, top, width, tall);
  pen.globalAlpha = 1;
}

function drawBar(i, lane, left, right, top, tall, isDim) {
  const paint = colours.tones[toneOf(i)];
  const from = Math.max(left, board.gutter - 6);
  const to = Math.min(right, board.width + 6);
  const round = tall >= 9 && to - from >= 7 ? 3 : 0;
  pen.globalAlpha = isDim ? 0.22 : 1;
  const hasWaits = lane.part !== 'sent' && (i in data.waits || lane.part === 'queued');
  const [runs, waits] = tall < 8 ? [paint.edge, paint.run] : [paint.run, paint.wait];
  pen.fillStyle = hasWaits ? waits : runs;
  bar(from, to, top, tall, round, round);
  if (hasWaits && lane.part === 'whole') drawRunning(i, from, to, top, tall, round, runs);
  if (outcomes[i] === 3) {
    pen.fillStyle = colours.hatch;
    bar(from, to, top, tall, round, round);
  }
  pen.fillStyle = paint.edge;
  if (left >= from) bar(left, Math.min(right, left + (tall >= 9 ? 3 : 1.5)), top, tall, round, 0);
  if (tall >= 8 && hasWaits) {
    pen.fillRect(from, top + tall - 1, to - from, 1);
  }
  if (isOpen(i) && right <= board.width && kindOf(i) !== 'thread') drawOpenEnd(from, to, top, tall);
  if (tall >= 11) drawName(i, lane, from, to, top, tall, paint.text);
  pen.globalAlpha = 1;
}

function bar(left, right, top, tall, roundLeft, roundRight) {
  const width = Math.max(0.5, right - left);
  if (roundLeft + roundRight === 0) {
    pen.fillRect(left, top, width, tall);
    return;
  }
  pen.beginPath();
  pen.roundRect(left, top, width, tall, [roundLeft, roundRight, roundRight, roundLeft]);
  pen.fill();
}

function drawRunning(i, left, right, top, tall, round, colour) {
  const flat = data.waits[i];
  const run = (from, to) => {
    const begin = Math.max(left, xOf(from));
    const end = Math.min(right, Math.max(xOf(to), begin + 1));
    if (end <= last + 0.5 || begin > right || to <= from) return;
    bar(Math.max(begin, last), end, top, tall, begin <= left ? round : 0, end >= right ? round : 0);
    last = end;
  };
  let last = left - 1;
  let since = starts[i];
  pen.fillStyle = colour;
  for (let at = 0; at < flat.length; at += 3) {
    if (flat[at] >= look.from) run(since, flat[at]);
    since = flat[at] + flat[at + 1];
    if (since > look.to) return;
  }
  run(since, endOf(i));
}

function drawOpenEnd(left, right, top, tall) {
  const width = Math.min(22, right - left);
  const fade = pen.createLinearGradient(right - width, 0, right, 0);
  fade.addColorStop(0, colours.surface + '00');
  fade.addColorStop(1, colours.surface);
  pen.fillStyle = fade;
  pen.fillRect(right - width, top - 0.5, width + 1, tall + 1);
}

function drawName(i, lane, left, right, top, tall, colour) {
  const begin = Math.max(left, board.gutter) + 8;
  const room = Math.min(right, board.right) - begin - 6;
  if (room < 8) return;
  const size = tall >= 20 ? 12.5 : tall >= 14 ? 11.5 : 10;
  const middle = top + tall / 2 + 0.5;
  const name = nameIn(i, room, size);
  if (name === '') return;
  write(pen, name, begin, middle, { size, colour });
  const more = lasting(toIn(lane.part, i) - fromIn(lane.part, i));
  const used = widthOf(name, size);
  if (room - used > widthOf(more, size - 1) + 24)
    write(pen, more, begin + room, middle, { size: size - 1, colour, align: 'right' });
}

function nameIn(i, room, size) {
  const [whole, ...shorter] = labelsOf(i);
  const name = fitting(whole, room, size);
  if (name === whole || name.length > (shorter[0] ?? '').length + 5) return name;
  return shorter.find((label) => widthOf(label, size) <= room) ?? (shorter.length === 0 && name.length > 3 ? name : '');
}

function drawLabel(lane) {
  const top = lane.top - scroller.scrollTop;
  pen.fillStyle = colours.surface;
  pen.fillRect(0, top, board.gutter - 1, lane.height);
  pen.fillStyle = colours.line;
  pen.fillRect(0, top + lane.height - 1, board.width, 1);
  const { row } = lane.group;
  const first = top + PAD + (row >= 14 ? (row - gapOf(row)) / 2 : 9);
  const y = Math.max(first, Math.min(HEAD + 14, top + lane.height - 32));
  write(pen, fitting(lane.label, board.gutter - 30, 12.5, 500), 16, y + 0.5, { size: 12.5, weight: 500 });
  if (lane.height >= 48) write(pen, number(lane.count), 16, y + 18, { size: 11.5, colour: colours.muted });
}
`;
