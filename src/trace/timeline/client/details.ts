/** The details panel shows the selected span, or the whole trace if none is selected. */
import { details, element } from './elements';
import { formatCount, formatDuration, formatNumber } from './format';
import { ancestorsOf, childrenOf, flightsOfBatch, flightsServing } from './related-spans';
import { clearSearchAndSelection, searchFor } from './search';
import { goToSpan } from './selection';
import { selection } from './selection-state';
import { kindLabel, MAX_KEYS, propertiesOf, propertyList, reasonText, swatch } from './span-properties';
import {
  batchOf,
  errorOf,
  failures,
  flights,
  keyCountOf,
  keysOf,
  kindOf,
  lengthOf,
  nameOf,
  parentOf,
  reasonOf,
  servedBy,
  spansOfKind,
  splitFrom,
  toneOf,
  waitsOf,
  type SpanWait,
} from './spans';

/** The most items of a list. */
const MAX_ITEMS = 60;

const MAX_CHIPS = 200;
const MAX_LONGEST_TASKS = 8;

type SpanGroup = readonly [name: string, spans: readonly number[]];

export function showDetails(): void {
  const { selected } = selection;
  details.replaceChildren(...(selected === undefined ? detailsOfTrace() : detailsOfSpan(selected)));
  details.scrollTop = 0;
}

function detailsOfSpan(span: number): readonly HTMLElement[] {
  const close = element('button', { id: 'close', type: 'button', title: 'Esc' }, 'Close');
  close.addEventListener('click', clearSearchAndSelection);
  const kind = kindOf(span);
  const served = servedBy(span);
  const waits = waitsOf(span).toSorted((one, other) => other.end - other.start - (one.end - one.start));
  return [
    element('header', {}, kindLabel(span), close),
    element('h2', {}, nameOf(span)),
    propertyList(propertiesOf(span)),
    ...keyChips(span),
    ...list('Waits, longest first', waits, waitItem),
    ...list('Split from', listOf(splitFrom(span)), spanItem),
    ...list('Batch', listOf(batchOf(span)), spanItem),
    ...list('Flight', kind === 'batch' ? flightsOfBatch(span) : [], spanItem),
    ...list('Served by flights', flightsServing(span), spanItem),
    ...list('Served tasks', served, spanItem),
    ...list('Parents', ancestorsOf(span), spanItem),
    ...list(
      'Children',
      childrenOf(span).filter((child) => !served.includes(child)),
      spanItem,
    ),
  ];
}

const listOf = (span: number | undefined): readonly number[] => (span === undefined ? [] : [span]);

/** The keys, if they are too many for the properties. */
function keyChips(span: number): readonly HTMLElement[] {
  const count = keyCountOf(span);
  if (count <= MAX_KEYS) return [];
  const chips = keysOf(span, MAX_CHIPS).map((key) => element('span', { className: 'chip' }, key));
  const rest = count > MAX_CHIPS ? element('span', { className: 'rest' }, moreText(count - MAX_CHIPS)) : '';
  return [element('h3', {}, 'Keys'), element('div', {}, ...chips, rest)];
}

const moreText = (count: number): string => `and ${formatNumber(count)} more`;

/** A heading, by default with the number of values if there are several, and a list; nothing if there are no values. */
function list<T>(
  title: string,
  values: readonly T[],
  itemOf: (value: T) => HTMLElement,
  heading = values.length > 1 ? `${title} (${formatNumber(values.length)})` : title,
): readonly HTMLElement[] {
  if (values.length === 0) return [];
  const items = values.slice(0, MAX_ITEMS).map(itemOf);
  if (values.length > MAX_ITEMS) items.push(element('li', { className: 'rest' }, moreText(values.length - MAX_ITEMS)));
  return [element('h3', {}, heading), element('ul', {}, ...items)];
}

const waitItem = ({ start, end, for: reason }: SpanWait): HTMLElement =>
  element('li', {}, element('em', {}, reason), element('span', {}, formatDuration(end - start)));

/** An item with a button that goes to the span. */
function spanItem(span: number): HTMLElement {
  const kind = kindOf(span);
  const keys = kind === 'batch' || kind === 'flight' ? `, ${formatCount(keyCountOf(span), 'key')}` : '';
  const button = element(
    'button',
    { className: 'to', type: 'button' },
    swatch(toneOf(span)),
    element('em', {}, nameOf(span) + keys),
    element('span', {}, formatDuration(lengthOf(span))),
  );
  button.addEventListener('click', () => goToSpan(span));
  return element('li', {}, button);
}

function detailsOfTrace(): readonly HTMLElement[] {
  const functions = groupsOf(flights, nameOf).toSorted(([, one], [, other]) => other.length - one.length);
  const reasons = groupsOf(flights, (flight) => reasonOf(flight) ?? 'unknown');
  const rootTasks = spansOfKind('task').filter((task) => {
    const parent = parentOf(task);
    return parent === undefined || kindOf(parent) !== 'task';
  });
  const longest = rootTasks.toSorted((one, other) => lengthOf(other) - lengthOf(one)).slice(0, MAX_LONGEST_TASKS);
  const title = 'Longest tasks';
  return [
    element('h2', {}, 'The whole trace'),
    ...(flights.length > 0
      ? [element('h3', {}, 'Round trips'), roundTrips(functions), element('h3', {}, 'Flush reasons')]
      : []),
    propertyList(reasons.map(([reason, group]) => ({ label: formatNumber(group.length), text: reasonText(reason) }))),
    ...list(
      'Failures',
      groupsOf(failures, (span) => errorOf(span) ?? nameOf(span)),
      failureItem,
    ),
    ...list(title, longest, spanItem, title),
  ];
}

const groupsOf = (spans: readonly number[], nameOfGroup: (span: number) => string): readonly SpanGroup[] =>
  Object.entries(Object.groupBy(spans, nameOfGroup)).map(([name, group = []]) => [name, group]);

/** An item with a button that searches for the error. */
function failureItem([error, group]: SpanGroup): HTMLElement {
  const button = element(
    'button',
    { className: 'to', type: 'button', title: error },
    swatch('failed'),
    element('em', {}, error),
    element('span', {}, formatNumber(group.length)),
  );
  button.addEventListener('click', () => searchFor(error));
  return element('li', {}, button);
}

function roundTrips(functions: readonly SpanGroup[]): HTMLElement {
  const cells = (tag: 'td' | 'th', texts: readonly string[]): HTMLElement =>
    element('tr', {}, ...texts.map((text) => element(tag, {}, text)));
  const rows = functions.slice(0, MAX_ITEMS).map(([name, group]) => {
    const keys = group.reduce((sum, flight) => sum + keyCountOf(flight), 0);
    return cells('td', [name, formatNumber(group.length), formatNumber(keys), formatNumber(keys / group.length)]);
  });
  return element('table', {}, cells('th', ['', 'flights', 'keys', 'per flight']), ...rows);
}
