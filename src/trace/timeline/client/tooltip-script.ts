/** What there is to say of a span, as pairs of a label and its text: the tooltip and the details both say it. */
export const factsScript = String.raw`
const MOST_KEYS = 12;
const OUTCOMES = ['still open', 'succeeded', 'failed', 'cancelled'];
const REASONS = {
  quiescent: 'quiescent: nothing else could run',
  window: 'window: its time was over',
  full: 'full: it held as many keys as it may',
  'hold-elapsed': 'hold over: it had been held for busy tasks long enough',
  forced: 'forced: somebody would not wait',
};

const joined = (i, most) => {
  const keys = keysOf(i);
  const shown = keys.slice(0, most).map((key) => strings[key]).join(', ');
  return keys.length > most ? shown + ', …' : shown;
};

function waitingOf(i) {
  return waitsOf(i).reduce((sum, wait) => sum + wait.end - wait.start, 0);
}

function factsOf(i) {
  const kind = kindOf(i);
  const facts = [];
  const add = (label, text, className) => {
    if (text !== undefined && text !== '') facts.push({ label, text, className });
  };
  add('Outcome', OUTCOMES[outcomes[i]], isFailed(i) ? 'failed' : undefined);
  add('Error', textOf('error', i), 'failed');
  add('Began at', lasting(starts[i]));
  add('Took', lasting(lengths[i]) + (isOpen(i) ? ' so far' : ''));
  if (kind === 'call') add('Queued', lasting(data.sent[i] - starts[i]));
  else if (i in data.waits) add('Waited', lasting(waitingOf(i)) + ' in ' + counted(data.waits[i].length / 3, 'wait'));
  if (kind === 'task' && i in data.waits) add('Ran', lasting(Math.max(0, lengths[i] - waitingOf(i))));
  if (keysOf(i).length > 0) add(keysOf(i).length === 1 ? 'Key' : counted(keysOf(i).length, 'key'), joined(i, MOST_KEYS));
  const reason = textOf('reason', i);
  add('Flushed', REASONS[reason] ?? reason);
  if (i in data.split) add('Split', strings[data.split[i][1]]);
  if (servedOf(i).length > 0) add('Served', counted(servedOf(i).length, 'task'));
  if (kind === 'call') add('Thread', i in data.thread ? textOf('pool', i) + ', ' + data.thread[i] : 'none');
  add('Called at', textOf('calledAt', i), 'code');
  return facts;
}

const factList = (facts) =>
  element(
    'dl',
    {},
    ...facts.flatMap(({ label, text, className }) => [
      element('dt', {}, label),
      element('dd', { className: className ?? '' }, text),
    ]),
  );

const head = (i) => element('span', { className: 'kind' }, swatch(toneOf(i)), kindOf(i));

function labelsOf(i) {
  const kind = kindOf(i);
  const mark = isFailed(i) ? '✕ ' : '';
  if (kind !== 'batch' && kind !== 'flight') return [mark + nameOf(i)];
  const keys = keysOf(i).length;
  const long = mark + counted(keys, 'key');
  return keys === 0 ? [long] : [long + ': ' + joined(i, 30), long, mark + number(keys)];
}
`;
