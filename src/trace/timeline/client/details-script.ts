/** The details beside the picture: of the span that is selected, else of the whole trace. */
export const detailsScript = String.raw`
const MOST_LISTED = 60;
const details = byId('details');

function showDetails() {
  details.replaceChildren(...(selected < 0 ? detailsOfAll() : detailsOf(selected)));
  details.scrollTop = 0;
}

function detailsOf(i) {
  const close = element('button', { id: 'close', type: 'button', title: 'Esc' }, 'Close');
  close.addEventListener('click', letGo);
  const waits = waitsOf(i).sort((one, other) => other.end - other.start - (one.end - one.start));
  const isChild = (child) => !servedOf(i).includes(child);
  return [
    element('header', {}, head(i), close),
    element('h2', {}, nameOf(i)),
    factList(factsOf(i)),
    ...keyChips(i),
    ...listed('Waited for, the longest first', waits.map((wait) => waitItem(wait))),
    ...spanList('Apart from', kindOf(i) === 'batch' ? [batchOf(i)] : []),
    ...spanList('Batch', kindOf(i) === 'flight' ? [batchOf(i)] : []),
    ...spanList('Took off as', kindOf(i) === 'batch' ? flightOf(i) : []),
    ...spanList('Flights that served it', flightsOf(i)),
    ...spanList('Tasks it served', servedOf(i)),
    ...spanList('Asked for by', above(i)),
    ...spanList('Asked for', below(i).filter(isChild)),
  ];
}

function waitItem(wait) {
  return element('li', {}, element('em', {}, wait.for), element('span', {}, lasting(wait.end - wait.start)));
}

function keyChips(i) {
  const keys = keysOf(i);
  if (keys.length <= MOST_KEYS) return [];
  const shown = keys.slice(0, 200).map((key) => element('span', { className: 'chip' }, strings[key]));
  const rest = keys.length > 200 ? element('span', { className: 'rest' }, 'and ' + number(keys.length - 200) + ' more') : '';
  return [element('h3', {}, 'Keys'), element('div', {}, ...shown, rest)];
}

function listed(title, items, many = items.length > 1 ? ' (' + number(items.length) + ')' : '') {
  if (items.length === 0) return [];
  const shown = items.slice(0, MOST_LISTED);
  if (items.length > MOST_LISTED) shown.push(element('li', { className: 'rest' }, 'and ' + number(items.length - MOST_LISTED) + ' more'));
  return [element('h3', {}, title + many), element('ul', {}, ...shown)];
}

const spanList = (title, those, many) => {
  const there = those.filter((i) => i >= 0);
  return listed(title, there.slice(0, MOST_LISTED + 1).map(spanItem).concat(new Array(Math.max(0, there.length - MOST_LISTED - 1)).fill('')), many);
};

function spanItem(i) {
  const kind = kindOf(i);
  const text = kind === 'batch' || kind === 'flight' ? nameOf(i) + ', ' + counted(keysOf(i).length, 'key') : nameOf(i);
  const button = element('button', { className: 'to', type: 'button' }, swatch(toneOf(i)), element('em', {}, text));
  button.append(element('span', {}, lasting(lengths[i])));
  button.addEventListener('click', () => reachTo(i));
  return element('li', {}, button);
}

function detailsOfAll() {
  const functions = Object.entries(Object.groupBy(flights, nameOf)).sort((one, other) => other[1].length - one[1].length);
  const reasons = Object.entries(Object.groupBy(flights, (i) => textOf('reason', i) ?? 'unknown'));
  const longest = ofKind('task').filter((i) => kindOf(parents[i]) !== 'task').sort((one, other) => lengths[other] - lengths[one]);
  return [
    element('h2', {}, 'The whole trace'),
    ...(flights.length > 0 ? [element('h3', {}, 'Round trips'), roundTrips(functions)] : []),
    ...(flights.length > 0 ? [element('h3', {}, 'Why they took off')] : []),
    factList(reasons.map(([reason, those]) => ({ label: number(those.length), text: REASONS[reason] ?? reason }))),
    ...listed('Failures', Object.entries(Object.groupBy(failures, (i) => textOf('error', i) ?? nameOf(i))).map(failureItem)),
    ...spanList('Longest tasks', longest.slice(0, 8), ''),
  ];
}

function failureItem([error, those]) {
  const button = element('button', { className: 'to', type: 'button', title: error }, swatch('failed'), element('em', {}, error));
  button.append(element('span', {}, number(those.length)));
  button.addEventListener('click', () => {
    field.value = error;
    search();
  });
  return element('li', {}, button);
}

function roundTrips(functions) {
  const cells = (tag, texts) => element('tr', {}, ...texts.map((text) => element(tag, {}, text)));
  const rows = functions.slice(0, MOST_LISTED).map(([name, those]) => {
    const keys = those.reduce((sum, i) => sum + keysOf(i).length, 0);
    return cells('td', [name, number(those.length), number(keys), number(keys / those.length)]);
  });
  return element('table', {}, cells('th', ['', 'flights', 'keys', 'per flight']), ...rows);
}

function summarise() {
  const keys = flights.reduce((sum, i) => sum + keysOf(i).length, 0);
  const parts = [[number(count), count === 1 ? 'span' : 'spans']];
  if (flights.length > 0)
    parts.push([number(flights.length), flights.length === 1 ? 'flight' : 'flights'], [number(keys), keys === 1 ? 'key' : 'keys'], [number(keys / flights.length), keys === flights.length ? 'key per flight' : 'keys per flight']);
  if (failures.length > 0) parts.push([number(failures.length), 'failed']);
  parts.push([lasting(total), 'in all']);
  byId('summary').replaceChildren(...parts.map(([much, what]) => element('span', {}, element('b', {}, much), ' ' + what)));
}
`;
