/** The links of what is selected or pointed at: from a flight to the tasks it serves, from a batch to its flight. */
export const linksScript = String.raw`
const MOST_LINKS = 2000;

function linksOf(i) {
  const kind = kindOf(i);
  const links = [];
  for (const task of servedOf(i)) links.push([i, task]);
  for (const flight of flightsOf(i)) links.push([flight, i]);
  if (kind === 'flight' && batchOf(i) >= 0) links.push([i, batchOf(i)]);
  if (kind === 'batch') for (const flight of flightOf(i)) links.push([flight, i], ...servedOf(flight).map((task) => [flight, task]));
  if (parents[i] >= 0) links.push([i, parents[i]]);
  for (const child of below(i)) links.push([child, i]);
  return links.slice(0, MOST_LINKS).filter(([one, other]) => places[one] !== undefined && places[one].lane !== places[other]?.lane);
}

function drawLinks() {
  for (const i of new Set([selected, hovered])) {
    if (i < 0) continue;
    const links = linksOf(i);
    pen.globalAlpha = links.length > 60 ? 0.3 : links.length > 15 ? 0.55 : 0.85;
    for (const [from, to] of links) drawLink(from, to);
    pen.globalAlpha = 1;
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
  pen.strokeStyle = colour;
  pen.lineWidth = 1.25;
  pen.beginPath();
  pen.moveTo(x, begin);
  pen.bezierCurveTo(Math.min(x, far) - bend, begin, far - bend, end + (isNear ? 0 : begin > end ? bend : -bend), far, end);
  pen.stroke();
  pen.fillStyle = colour;
  pen.beginPath();
  pen.arc(far, end, Math.min(2.5, other.height / 2), 0, 7);
  pen.fill();
}

function outline(i, width) {
  const box = boxOf(i);
  if (box === undefined) return;
  const left = Math.max(box.left, board.gutter - 6);
  const right = Math.max(Math.min(box.right, board.width + 6), left + 2);
  pen.strokeStyle = i === selected ? colours.accent : colours.muted;
  pen.lineWidth = width;
  pen.beginPath();
  pen.roundRect(left - 1, box.top - 1, right - left + 2, box.height - gapOf(box.height) + 2, 4);
  pen.stroke();
}
`;
