/** The search in names, keys and errors highlights matching spans. Enter goes to the next match. */
import { canvas, matchCountLabel, searchField } from './elements';
import { formatNumber } from './format';
import { zoomToSpan } from './navigation';
import { highlightMatches, select, selectAndShow } from './selection';
import { allSpans, errorOf, keysOf, nameOf, strings } from './spans';

/** The matches of the search; undefined without one. */
let matches: readonly number[] | undefined;
/** Index of the current match; undefined before the first Enter. */
let current: number | undefined;

export function searchFor(text: string): void {
  searchField.value = text;
  search();
}

export function clearSearchAndSelection(): void {
  searchFor('');
  select(undefined);
}

function search(): void {
  const query = searchField.value.trim().toLowerCase();
  matches = query === '' ? undefined : spansWith(query);
  current = undefined;
  showMatchCount();
  highlightMatches(matches && new Set(matches));
}

/** Each string is compared once, however many spans have it. */
function spansWith(query: string): readonly number[] {
  const found = new Set(strings.filter((text) => text.toLowerCase().includes(query)));
  return allSpans.filter(
    (span) => found.has(nameOf(span)) || found.has(errorOf(span) ?? '') || keysOf(span).some((key) => found.has(key)),
  );
}

function showMatchCount(): void {
  matchCountLabel.textContent = matches === undefined ? '' : matchCountText(matches.length);
}

function matchCountText(count: number): string {
  if (count === 0) return 'none';
  return current === undefined ? formatNumber(count) : `${formatNumber(current + 1)} of ${formatNumber(count)}`;
}

function goToMatch(by: 1 | -1): void {
  const count = matches?.length ?? 0;
  if (count === 0) return;
  current = ((current ?? (by > 0 ? -1 : 0)) + by + count) % count;
  showMatchCount();
  const span = matches?.[current];
  if (span === undefined) return;
  selectAndShow(span);
  zoomToSpan(span);
}

function pressed(event: KeyboardEvent): void {
  if (event.key === 'Enter') goToMatch(event.shiftKey ? -1 : 1);
  else if (event.key === 'Escape') {
    searchFor('');
    canvas.focus();
  } else return;
  event.preventDefault();
  event.stopPropagation();
}

export function listenToSearch(): void {
  searchField.addEventListener('input', search);
  searchField.addEventListener('keydown', pressed);
}
