/** The properties of a span, as pairs of a label and a text, for the tooltip and the details panel. */
export const tooltipScript = String.raw`
const MAX_KEYS = 12;
const OUTCOMES = ['still open', 'succeeded', 'failed', 'cancelled'];
const REASONS = {
  quiescent: 'quiescent: no task could go on',
  window: 'window: the time window of the batch ended',
  full: 'full: the batch reached its maximum size',
  'hold-elapsed': 'hold-elapsed: the hold time of the batch ended',
  forced: 'forced: a caller blocked, or called flush()',
};

const joinedKeys = (i, most) => {
  const keys = keysOf(i);
  const shown = keys.slice(0, most).map((key) => strings[key]).join(', ');
  return keys.length > most ? shown + ', …' : shown;
};

function waitingOf(i) {
  return waitsOf(i).reduce((sum, wait) => sum + wait.end - wait.start, 0);
}

function propertiesOf(i) {
  const kind = kindOf(i);
  const properties = [];
  const add = (label, text, className) => {
    if (text !== undefined && text !== '') properties.push({ label, text, className });
  };
  add('Outcome', OUTCOMES[outcomes[i]], isFailed(i) ? 'failed' : undefined);
  add('Error', textOf('error', i), 'failed');
  add('Started at', formatDuration(starts[i]));
  add('Duration', formatDuration(lengths[i]) + (isOpen(i) ? ' so far' : ''));
  if (kind === 'call') add('Queued', formatDuration(data.sent[i] - starts[i]));
  else if (i in data.waits) add('Waited', formatDuration(waitingOf(i)) + ' in ' + formatCount(data.waits[i].length / 3, 'wait'));
  if (kind === 'task' && i in data.waits) add('Ran', formatDuration(Math.max(0, lengths[i] - waitingOf(i))));
  if (keysOf(i).length > 0) add(keysOf(i).length === 1 ? 'Key' : formatCount(keysOf(i).length, 'key'), joinedKeys(i, MAX_KEYS));
  const reason = textOf('reason', i);
  add('Flush reason', REASONS[reason] ?? reason);
  if (i in data.split) add('Split', strings[data.split[i][1]]);
  if (servedOf(i).length > 0) add('Serves', formatCount(servedOf(i).length, 'task'));
  if (kind === 'call') add('Thread', i in data.thread ? textOf('pool', i) + ', ' + data.thread[i] : 'none');
  add('Called at', textOf('calledAt', i), 'code');
  return properties;
}

const propertyList = (properties) =>
  element(
    'dl',
    {},
    ...properties.flatMap(({ label, text, className }) => [
      element('dt', {}, label),
      element('dd', { className: className ?? '' }, text),
    ]),
  );

const kindLabel = (i) => element('span', { className: 'kind' }, swatch(toneOf(i)), kindOf(i));

function labelsOf(i) {
  const kind = kindOf(i);
  const prefix = isFailed(i) ? '✕ ' : '';
  if (kind !== 'batch' && kind !== 'flight') return [prefix + nameOf(i)];
  const keys = keysOf(i).length;
  const long = prefix + formatCount(keys, 'key');
  return keys === 0 ? [long] : [long + ': ' + joinedKeys(i, 30), long, prefix + formatNumber(keys)];
}
`;
