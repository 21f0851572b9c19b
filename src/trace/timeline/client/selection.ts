/** Selecting a span: its row is shown, and its related spans are highlighted. */
import { announcement, root } from './elements';
import { formatDuration } from './format';
import { redraw } from './frames';
import { showRange } from './navigation';
import { bringIntoView, layOutRows } from './rows';
import { selection, updateSelection } from './selection-state';
import { labelsOf, outcomeText } from './span-properties';
import { endOf, kindOf, lengthOf, nameOf, startOf } from './spans';
import { durationOf, viewport } from './viewport';

const listeners: (() => void)[] = [];

/** Adds a listener, called after each selection. The details panel is one: it imports this file to select spans. */
export const onSelect = (listener: () => void): void => void listeners.push(listener);

export function select(span: number | undefined): void {
  updateSelection({ selected: span });
  announcement.textContent = span === undefined ? '' : announcementOf(span);
  showHighlighted();
  for (const listener of listeners) listener();
}

function announcementOf(span: number): string {
  const [, keys = ''] = labelsOf(span);
  const parts = [kindOf(span), nameOf(span), keys, formatDuration(lengthOf(span)), outcomeText(span)];
  return parts.filter((part) => part !== '').join(', ');
}

/** Highlights the spans that a search has found; undefined ends the search. */
export function highlightMatches(matches: ReadonlySet<number> | undefined): void {
  updateSelection({ matches });
  showHighlighted();
}

function showHighlighted(): void {
  const { highlighted } = selection;
  root.dataset['lit'] = highlighted === undefined ? '' : String(highlighted.size);
  layOutRows();
}

export function selectAndShow(span: number): void {
  select(span);
  bringIntoView(span);
  redraw();
}

/** Selects a span, and moves to it if it is not within the visible time. */
export function goToSpan(span: number): void {
  const duration = durationOf(viewport);
  if (endOf(span) < viewport.from || startOf(span) > viewport.to) {
    const from = startOf(span) + Math.min(lengthOf(span), duration) / 2 - duration / 2;
    showRange({ from, to: from + duration });
  }
  selectAndShow(span);
}
