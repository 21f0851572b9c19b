/** The texts about a span: its labels, and its properties as pairs of a label and a text. */
import type { FlushReason } from '../../../scheduler/events';
import type { Tone } from '../palette';
import { element } from './elements';
import { formatCount, formatDuration, formatNumber } from './format';
import {
  callSiteOf,
  errorOf,
  hasWaits,
  heldForOf,
  isFailed,
  isOpen,
  keyCountOf,
  keysOf,
  kindOf,
  lengthOf,
  nameOf,
  outcomeOf,
  poolOf,
  reasonOf,
  sentAtOf,
  servedBy,
  splitDetailOf,
  startOf,
  threadOf,
  toneOf,
  waitsOf,
} from './spans';

/** The most keys among the properties. */
export const MAX_KEYS = 12;

/** The most keys in the label of a bar. */
const MAX_LABEL_KEYS = 30;

const REASONS: Readonly<Record<FlushReason, string>> = {
  quiescent: 'quiescent: no task could go on',
  window: 'window: the time window of the batch ended',
  full: 'full: the batch reached its maximum size',
  'hold-elapsed': 'hold-elapsed: the hold time of the batch ended',
  forced: 'forced: a caller blocked, or called flush()',
};

const reasonTexts: ReadonlyMap<string, string> = new Map(Object.entries(REASONS));

export interface SpanProperty {
  readonly label: string;
  readonly text: string;
  /** The class of its element. */
  readonly className?: string;
}

export const reasonText = (reason: string): string => reasonTexts.get(reason) ?? reason;

export const outcomeText = (span: number): string => outcomeOf(span) ?? 'still open';

/** The properties that the tooltip and the details panel have in common. A property without a text is left out. */
export function propertiesOf(span: number): readonly SpanProperty[] {
  return [
    outcomeProperty(span),
    { label: 'Error', text: errorOf(span) ?? '', className: 'failed' },
    ...durationsOf(span),
    ...waitingProperties(span),
    ...batchProperties(span),
    { label: 'Thread', text: kindOf(span) === 'call' ? threadText(span) : '' },
    { label: 'Called at', text: callSiteOf(span) ?? '', className: 'code' },
  ].filter(({ text }) => text !== '');
}

const outcomeProperty = (span: number): SpanProperty => ({
  label: 'Outcome',
  text: outcomeText(span),
  className: isFailed(span) ? 'failed' : '',
});

export const durationsOf = (span: number): readonly SpanProperty[] => [
  { label: 'Started at', text: formatDuration(startOf(span)) },
  { label: 'Duration', text: formatDuration(lengthOf(span)) + (isOpen(span) ? ' so far' : '') },
];

function waitingProperties(span: number): readonly SpanProperty[] {
  if (kindOf(span) === 'call') return [{ label: 'Queued', text: formatDuration(sentAtOf(span) - startOf(span)) }];
  if (!hasWaits(span)) return [];
  const waits = waitsOf(span);
  const waited = waits.reduce((sum, { start, end }) => sum + end - start, 0);
  const ran = Math.max(0, lengthOf(span) - waited);
  return [
    { label: 'Waited', text: `${formatDuration(waited)} in ${formatCount(waits.length, 'wait')}` },
    ...(kindOf(span) === 'task' || kindOf(span) === 'limited' ? [{ label: 'Ran', text: formatDuration(ran) }] : []),
  ];
}

function batchProperties(span: number): readonly SpanProperty[] {
  const keys = keyCountOf(span);
  const served = servedBy(span).length;
  return [
    { label: keys === 1 ? 'Key' : formatCount(keys, 'key'), text: firstKeys(span, MAX_KEYS) },
    { label: 'Flush reason', text: reasonText(reasonOf(span) ?? '') },
    { label: 'Held for', text: heldForOf(span).join(', ') },
    { label: 'Split', text: splitDetailOf(span) ?? '' },
    { label: 'Serves', text: served > 0 ? formatCount(served, 'task') : '' },
  ];
}

function threadText(call: number): string {
  const thread = threadOf(call);
  return thread === undefined ? 'none' : `${String(poolOf(call))}, ${thread}`;
}

const firstKeys = (span: number, limit: number): string =>
  keysOf(span, limit).join(', ') + (keyCountOf(span) > limit ? ', …' : '');

/** The labels of a bar, from the longest to the shortest. */
export function labelsOf(span: number): readonly [whole: string, ...shorter: string[]] {
  const kind = kindOf(span);
  const prefix = isFailed(span) ? '✕ ' : '';
  if (kind === 'limited') return [`${prefix}${nameOf(span)}: ${firstKeys(span, 1)}`, prefix + firstKeys(span, 1)];
  if (kind !== 'batch' && kind !== 'flight') return [prefix + nameOf(span)];
  const keys = keyCountOf(span);
  const long = prefix + formatCount(keys, 'key');
  return keys === 0 ? [long] : [`${long}: ${firstKeys(span, MAX_LABEL_KEYS)}`, long, prefix + formatNumber(keys)];
}

/** The element that lists properties. */
export const propertyList = (properties: readonly SpanProperty[]): HTMLElement =>
  element(
    'dl',
    {},
    ...properties.flatMap(({ label, text, className = '' }) => [
      element('dt', {}, label),
      element('dd', { className }, text),
    ]),
  );

export const kindLabel = (span: number): HTMLElement =>
  element('span', { className: 'kind' }, swatch(toneOf(span)), kindOf(span));

/** A small bar in the colours of a tone, as in the legend. */
export function swatch(tone: Tone): HTMLElement {
  const created = element('i', { className: 'swatch' });
  for (const part of ['edge', 'run']) created.style.setProperty(`--${part}`, `var(--${tone}-${part})`);
  return created;
}
