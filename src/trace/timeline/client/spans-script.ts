/** Access to the spans of `PageData`, by the index of a span. */
export const spansScript = String.raw`
const byId = (id) => document.getElementById(id);
const data = JSON.parse(byId('data').textContent);
const { strings, total } = data;
const { kind: kinds, name: names, start: starts, length: lengths, outcome: outcomes, parent: parents } = data.columns;
const count = starts.length;
const all = starts.map((_, i) => i);

const kindOf = (i) => strings[kinds[i]];
const nameOf = (i) => strings[names[i]];
const endOf = (i) => starts[i] + lengths[i];
const textOf = (column, i) => (i in data[column] ? strings[data[column][i]] : undefined);
const keysOf = (i) => data.keys[i] ?? [];
const servedOf = (i) => data.serves[i] ?? [];
const batchOf = (i) => data.batch[i] ?? -1;
const isOpen = (i) => outcomes[i] === 0;
const isFailed = (i) => outcomes[i] === 2;
const toneOf = (i) => (isFailed(i) ? 'failed' : outcomes[i] === 3 ? 'cancelled' : kindOf(i));
const ofKind = (kind) => all.filter((i) => kindOf(i) === kind);

function waitsOf(i) {
  const flat = data.waits[i] ?? [];
  const waits = [];
  for (let at = 0; at < flat.length; at += 3)
    waits.push({ start: flat[at], end: flat[at] + flat[at + 1], for: strings[flat[at + 2]] });
  return waits;
}

const fromIn = (part, i) => (part === 'sent' ? (data.sent[i] ?? starts[i]) : starts[i]);
const toIn = (part, i) => (part === 'queued' ? data.sent[i] : endOf(i));

function listsBy(pairs) {
  const lists = new Map();
  for (const [from, to] of pairs) {
    const list = lists.get(from);
    if (list) list.push(to);
    else lists.set(from, [to]);
  }
  return (i) => lists.get(i) ?? [];
}

const childrenOf = listsBy(all.filter((i) => parents[i] >= 0).map((i) => [parents[i], i]));
const flights = ofKind('flight');
const flightsOf = listsBy(flights.flatMap((flight) => servedOf(flight).map((task) => [task, flight])));
const flightOf = listsBy(flights.map((flight) => [batchOf(flight), flight]));

function ancestorsOf(i) {
  const chain = [];
  const seen = new Set([i]);
  for (let up = parents[i]; up >= 0 && !seen.has(up); up = parents[up]) {
    seen.add(up);
    chain.push(up);
  }
  return chain;
}

function relatedTo(i) {
  const related = new Set([i]);
  for (const one of related) for (const child of childrenOf(one)) related.add(child);
  for (const one of [...ancestorsOf(i), ...servedOf(i), ...flightsOf(i), ...flightOf(i)]) related.add(one);
  if (kindOf(i) === 'flight') related.add(batchOf(i));
  if (kindOf(i) === 'batch') for (const flight of flightOf(i)) for (const task of servedOf(flight)) related.add(task);
  for (const flight of flightsOf(i)) related.add(batchOf(flight));
  if (kindOf(i) === 'thread')
    for (const call of ofKind('call'))
      if (data.pool[call] === data.pool[i] && data.thread[call] === data.thread[i]) related.add(call);
  related.delete(-1);
  return related;
}
`;
