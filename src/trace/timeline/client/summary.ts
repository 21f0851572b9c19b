/** The summary of the trace under its title, and for screen readers. */
import { canvas, element, summary } from './elements';
import { formatCount, formatDuration, formatNumber } from './format';
import { failures, flights, keyCountOf, spanCount, total } from './spans';

export function showSummary(): void {
  if (spanCount === 0) {
    summary.textContent = 'No spans';
    return;
  }
  canvas.setAttribute(
    'aria-label',
    `Timeline of ${formatCount(spanCount, 'span')}. Enter selects the first span, the arrow keys select others.`,
  );
  summary.replaceChildren(
    ...summaryParts().map(([amount, unit]) => element('span', {}, element('b', {}, amount), ` ${unit}`)),
  );
}

type SummaryPart = readonly [amount: string, unit: string];

function summaryParts(): readonly SummaryPart[] {
  const parts: SummaryPart[] = [counted(spanCount, 'span')];
  if (flights.length > 0) {
    const keys = flights.reduce((sum, flight) => sum + keyCountOf(flight), 0);
    const unit = keys === flights.length ? 'key per flight' : 'keys per flight';
    parts.push(counted(flights.length, 'flight'), counted(keys, 'key'), [formatNumber(keys / flights.length), unit]);
  }
  if (failures.length > 0) parts.push([formatNumber(failures.length), 'failed']);
  return [...parts, [formatDuration(total), 'in total']];
}

const counted = (count: number, noun: string): SummaryPart => [formatNumber(count), count === 1 ? noun : `${noun}s`];
