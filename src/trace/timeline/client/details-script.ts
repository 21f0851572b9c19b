/** The details panel shows the selected span, or the whole trace if none is selected. */
export const detailsScript = String.raw`
const MAX_LISTED = 60;
const details = byId('details');

function showDetails() {
  details.replaceChildren(...(selected < 0 ? detailsOfAll() : detailsOf(selected)));
  details.scrollTop = 0;
}

function detailsOf(i) {
  const close = element('button', { id: 'close', type: 'button', title: 'Esc' }, 'Close');
  close.addEventListener('click', clearSelection);
  const waits = waitsOf(i).sort((one, other) => other.end - other.start - (one.end - one.start));
  const isChild = (child) => !servedOf(i).includes(child);
  return [
    element('header', {}, kindLabel(i), close),
    element('h2', {}, nameOf(i)),
    propertyList(propertiesOf(i)),
    ...keyChips(i),
    ...listed('Waits, longest first', waits.map((wait) => waitItem(wait))),
    ...spanList('Split from', kindOf(i) === 'batch' ? [batchOf(i)] : []),
    ...spanList('Batch', kindOf(i) === 'flight' ? [batchOf(i)] : []),
    ...spanList('Flight', kindOf(i) === 'batch' ? flightOf(i) : []),
    ...spanList('Served by flights', flightsOf(i)),
    ...spanList('Served tasks', servedOf(i)),
    ...spanList('Parents', ancestorsOf(i)),
    ...spanList('Children', childrenOf(i).filter(isChild)),
  ];
}

function waitItem(wait) {
  return element('li', {}, element('em', {}, wait.for), element('span', {}, formatDuration(wait.end - wait.start)));
}

function keyChips(i) {
  const keys = keysOf(i);
  if (keys.length <= MAX_KEYS) return [];
  const shown = keys.slice(0, 200).map((key) => element('span', { className: 'chip' }, strings[key]));
  const rest = keys.length > 200 ? element('span', { className: 'rest' }, 'and ' + formatNumber(keys.length - 200) + ' more') : '';
  return [element('h3', {}, 'Keys'), element('div', {}, ...shown, rest)];
}

function listed(title, items, suffix = items.length > 1 ? ' (' + formatNumber(items.length) + ')' : '') {
  if (items.length === 0) return [];
  const shown = items.slice(0, MAX_LISTED);
  if (items.length > MAX_LISTED) shown.push(element('li', { className: 'rest' }, 'and ' + formatNumber(items.length - MAX_LISTED) + ' more'));
  return [element('h3', {}, title + suffix), element('ul', {}, ...shown)];
}

const spanList = (title, candidates, suffix) => {
  const spans = candidates.filter((i) => i >= 0);
  return listed(title, spans.slice(0, MAX_LISTED + 1).map(spanItem).concat(new Array(Math.max(0, spans.length - MAX_LISTED - 1)).fill('')), suffix);
};

function spanItem(i) {
  const kind = kindOf(i);
  const text = kind === 'batch' || kind === 'flight' ? nameOf(i) + ', ' + formatCount(keysOf(i).length, 'key') : nameOf(i);
  const button = element('button', { className: 'to', type: 'button' }, swatch(toneOf(i)), element('em', {}, text));
  button.append(element('span', {}, formatDuration(lengths[i])));
  button.addEventListener('click', () => goToSpan(i));
  return element('li', {}, button);
}

function detailsOfAll() {
  const functions = Object.entries(Object.groupBy(flights, nameOf)).sort((one, other) => other[1].length - one[1].length);
  const reasons = Object.entries(Object.groupBy(flights, (i) => textOf('reason', i) ?? 'unknown'));
  const longest = ofKind('task').filter((i) => kindOf(parents[i]) !== 'task').sort((one, other) => lengths[other] - lengths[one]);
  return [
    element('h2', {}, 'The whole trace'),
    ...(flights.length > 0 ? [element('h3', {}, 'Round trips'), roundTrips(functions)] : []),
    ...(flights.length > 0 ? [element('h3', {}, 'Flush reasons')] : []),
    propertyList(reasons.map(([reason, group]) => ({ label: formatNumber(group.length), text: REASONS[reason] ?? reason }))),
    ...listed('Failures', Object.entries(Object.groupBy(failures, (i) => textOf('error', i) ?? nameOf(i))).map(failureItem)),
    ...spanList('Longest tasks', longest.slice(0, 8), ''),
  ];
}

function failureItem([error, group]) {
  const button = element('button', { className: 'to', type: 'button', title: error }, swatch('failed'), element('em', {}, error));
  button.append(element('span', {}, formatNumber(group.length)));
  button.addEventListener('click', () => {
    searchField.value = error;
    search();
  });
  return element('li', {}, button);
}

function roundTrips(functions) {
  const cells = (tag, texts) => element('tr', {}, ...texts.map((text) => element(tag, {}, text)));
  const rows = functions.slice(0, MAX_LISTED).map(([name, group]) => {
    const keys = group.reduce((sum, i) => sum + keysOf(i).length, 0);
    return cells('td', [name, formatNumber(group.length), formatNumber(keys), formatNumber(keys / group.length)]);
  });
  return element('table', {}, cells('th', ['', 'flights', 'keys', 'per flight']), ...rows);
}

function summarise() {
  const keys = flights.reduce((sum, i) => sum + keysOf(i).length, 0);
  const parts = [[formatNumber(count), count === 1 ? 'span' : 'spans']];
  if (flights.length > 0)
    parts.push([formatNumber(flights.length), flights.length === 1 ? 'flight' : 'flights'], [formatNumber(keys), keys === 1 ? 'key' : 'keys'], [formatNumber(keys / flights.length), keys === flights.length ? 'key per flight' : 'keys per flight']);
  if (failures.length > 0) parts.push([formatNumber(failures.length), 'failed']);
  parts.push([formatDuration(total), 'in total']);
  byId('summary').replaceChildren(...parts.map(([amount, unit]) => element('span', {}, element('b', {}, amount), ' ' + unit)));
}
`;
