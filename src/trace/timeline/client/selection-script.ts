/** What is selected, what the pointer is on, and what is lit: while something is, the rest steps back. */
export const selectionScript = String.raw`
let selected = -1;
let hovered = -1;
let matches;
let lit;
let waited;
const tip = byId('tip');

function select(i) {
  selected = i;
  byId('said').textContent = i < 0 ? '' : [kindOf(i), nameOf(i), labelsOf(i)[1], lasting(lengths[i]), OUTCOMES[outcomes[i]]].filter(Boolean).join(', ');
  light();
  showDetails();
}

function light() {
  lit = matches ?? (selected >= 0 ? relatedTo(selected) : undefined);
  document.documentElement.dataset.lit = lit === undefined ? '' : String(lit.size);
  arrange();
}

function hover(i, x, y, time) {
  const wait = i < 0 ? undefined : waitsOf(i).find(({ start, end }) => start <= time && time <= end)?.for;
  if (i !== hovered || wait !== waited) {
    hovered = i;
    waited = wait;
    tip.hidden = i < 0;
    if (i >= 0) tip.replaceChildren(...tipOf(i, wait));
    canvas.style.cursor = i >= 0 ? 'pointer' : '';
    redraw();
  }
  if (i >= 0) placeTip(x, y);
}

function tipOf(i, wait) {
  const facts = factsOf(i).filter(({ label }) => label !== 'Began at' && label !== 'Took');
  if (wait !== undefined) facts.unshift({ label: 'Waits for', text: wait });
  return [
    element('header', {}, head(i), element('span', { className: 'kind' }, lasting(lengths[i]))),
    element('strong', {}, nameOf(i)),
    factList(facts),
  ];
}

function placeTip(x, y) {
  const { offsetWidth: width, offsetHeight: height } = tip;
  const left = x + 16 + width > innerWidth - 8 ? x - width - 14 : x + 16;
  const top = y + 18 + height > innerHeight - 8 ? y - height - 12 : y + 18;
  tip.style.transform = 'translate(' + Math.max(8, left) + 'px,' + Math.max(8, top) + 'px)';
}

function reveal(i) {
  select(i);
  bringIntoView(i);
  redraw();
}

function stepInRow(by) {
  const place = places[selected];
  const row = place?.lane.rows[place.row] ?? [];
  const next = row[row.indexOf(selected) + by];
  if (next !== undefined) reachTo(next);
}

function stepToRow(by) {
  const place = places[selected];
  if (place === undefined) return;
  const middle = (Math.max(starts[selected], look.from) + Math.min(endOf(selected), look.to)) / 2;
  let at = lanes.indexOf(place.lane);
  let row = (shownRow(place) ?? 0) + by;
  while (lanes[at] !== undefined) {
    for (; row >= 0 && row < lanes[at].shown.length; row += by) {
      const next = nearest(lanes[at], lanes[at].shown[row], middle);
      if (next !== undefined) return reachTo(next);
    }
    at += by;
    row = by > 0 ? 0 : (lanes[at]?.shown.length ?? 0) - 1;
  }
}

function nearest(lane, row, time) {
  const at = firstIn(lane, row, time);
  const away = (i) => (i === undefined ? Infinity : Math.max(starts[i] - time, time - endOf(i), 0));
  return away(row[at]) <= away(row[at - 1]) ? row[at] : row[at - 1];
}

function reachTo(i) {
  const length = look.to - look.from;
  if (endOf(i) < look.from || starts[i] > look.to) {
    const from = starts[i] + Math.min(lengths[i], length) / 2 - length / 2;
    see(from, from + length);
  }
  reveal(i);
}
`;
