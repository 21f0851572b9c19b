/** Links of the selected and the hovered span: from a flight to its tasks and its batch, and from a child to its parent. */
export const linksScript = String.raw`
const MAX_LINKS = 2000;

function linksOf(i) {
  const kind = kindOf(i);
  const links = [];
  for (const task of servedOf(i)) links.push([i, task]);
  for (const flight of flightsOf(i)) links.push([flight, i]);
  if (kind === 'flight' && batchOf(i) >= 0) links.push([i, batchOf(i)]);
  if (kind === 'batch') for (const flight of flightOf(i)) links.push([flight, i], ...servedOf(flight).map((task) => [flight, task]));
  if (parents[i] >= 0) links.push([i, parents[i]]);
  for (const child of childrenOf(i)) links.push([child, i]);
  return links.slice(0, MAX_LINKS).filter(([one, other]) => positions[one] !== undefined && positions[one].lane !== positions[other]?.lane);
}

function drawLinks() {
  for (const i of new Set([selected, hovered])) {
    if (i < 0) continue;
    const links = linksOf(i);
    context.globalAlpha = links.length > 60 ? 0.3 : links.length > 15 ? 0.55 : 0.85;
    for (const [from, to] of links) drawLink(from, to);
    context.globalAlpha = 1;
    outline(i, i === selected ? 2 : 1.5);
  }
  const box = selected >= 0 ? boxOf(selected) : undefined;
  canvas.dataset.selected = box === undefined ? '' : [middleOf(box), box.top + box.height / 2].map(Math.round).join(' ');
}

const middleOf = (box) => (Math.max(box.left, board.gutter) + Math.min(box.right, board.right)) / 2;

function drawLink(from, to) {
  const one = boxOf(from);
  const other = boxOf(to);
  if (one === undefined || other === undefined) return;
  const x = one.left;
  const begin = one.top + one.height / 2 - 1;
  const isNear = x >= other.left && x - other.left < 60;
  const edge = other.top > one.top ? other.top : other.top + other.height - gapOf(other.height);
  const end = isNear ? other.top + other.height / 2 - 1 : edge;
  const far = isNear ? other.left : Math.min(Math.max(x, other.left), other.right);
  const bend = Math.min(46, 10 + Math.abs(end - begin) * 0.14);
  const colour = colours.tones[toneOf(from)].edge;
  context.strokeStyle = colour;
  context.lineWidth = 1.25;
  context.beginPath();
  context.moveTo(x, begin);
  context.bezierCurveTo(Math.min(x, far) - bend, begin, far - bend, end + (isNear ? 0 : begin > end ? bend : -bend), far, end);
  context.stroke();
  context.fillStyle = colour;
  context.beginPath();
  context.arc(far, end, Math.min(2.5, other.height / 2), 0, 7);
  context.fill();
}

function outline(i, width) {
  const box = boxOf(i);
  if (box === undefined) return;
  const left = Math.max(box.left, board.gutter - 6);
  const right = Math.max(Math.min(box.right, board.width + 6), left + 2);
  context.strokeStyle = i === selected ? colours.accent : colours.muted;
  context.lineWidth = width;
  context.beginPath();
  context.roundRect(left - 1, box.top - 1, right - left + 2, box.height - gapOf(box.height) + 2, 4);
  context.stroke();
}
`;
