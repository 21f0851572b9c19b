/** The selected span, the hovered span and the highlighted spans. Other spans are dimmed while some are highlighted. */
export const selectionScript = String.raw`
let selected = -1;
let hovered = -1;
let matches;
let highlighted;
let hoveredWait;
const tooltip = byId('tip');

function select(i) {
  selected = i;
  byId('said').textContent = i < 0 ? '' : [kindOf(i), nameOf(i), labelsOf(i)[1], formatDuration(lengths[i]), OUTCOMES[outcomes[i]]].filter(Boolean).join(', ');
  updateHighlight();
  showDetails();
}

function updateHighlight() {
  highlighted = matches ?? (selected >= 0 ? relatedTo(selected) : undefined);
  document.documentElement.dataset.lit = highlighted === undefined ? '' : String(highlighted.size);
  layoutRows();
}

function hover(i, x, y, time) {
  const wait = i < 0 ? undefined : waitsOf(i).find(({ start, end }) => start <= time && time <= end)?.for;
  if (i !== hovered || wait !== hoveredWait) {
    hovered = i;
    hoveredWait = wait;
    tooltip.hidden = i < 0;
    if (i >= 0) tooltip.replaceChildren(...tooltipOf(i, wait));
    canvas.style.cursor = i >= 0 ? 'pointer' : '';
    redraw();
  }
  if (i >= 0) placeTooltip(x, y);
}

function tooltipOf(i, wait) {
  const properties = propertiesOf(i).filter(({ label }) => label !== 'Started at' && label !== 'Duration');
  if (wait !== undefined) properties.unshift({ label: 'Waits for', text: wait });
  return [
    element('header', {}, kindLabel(i), element('span', { className: 'kind' }, formatDuration(lengths[i]))),
    element('strong', {}, nameOf(i)),
    propertyList(properties),
  ];
}

function placeTooltip(x, y) {
  const { offsetWidth: width, offsetHeight: height } = tooltip;
  const left = x + 16 + width > innerWidth - 8 ? x - width - 14 : x + 16;
  const top = y + 18 + height > innerHeight - 8 ? y - height - 12 : y + 18;
  tooltip.style.transform = 'translate(' + Math.max(8, left) + 'px,' + Math.max(8, top) + 'px)';
}

function selectAndShow(i) {
  select(i);
  bringIntoView(i);
  redraw();
}

function stepInRow(by) {
  const position = positions[selected];
  const row = position?.lane.rows[position.row] ?? [];
  const next = row[row.indexOf(selected) + by];
  if (next !== undefined) goToSpan(next);
}

function stepToRow(by) {
  const position = positions[selected];
  if (position === undefined) return;
  const middle = (Math.max(starts[selected], viewport.from) + Math.min(endOf(selected), viewport.to)) / 2;
  let at = lanes.indexOf(position.lane);
  let row = (shownRow(position) ?? 0) + by;
  while (lanes[at] !== undefined) {
    for (; row >= 0 && row < lanes[at].shown.length; row += by) {
      const next = nearest(lanes[at], lanes[at].shown[row], middle);
      if (next !== undefined) return goToSpan(next);
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

function goToSpan(i) {
  const length = viewport.to - viewport.from;
  if (endOf(i) < viewport.from || starts[i] > viewport.to) {
    const from = starts[i] + Math.min(lengths[i], length) / 2 - length / 2;
    setViewport(from, from + length);
  }
  selectAndShow(i);
}
`;
