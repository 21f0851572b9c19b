/** The selected, hovered and highlighted spans, for the drawings. The others are dimmed while some are highlighted. */
import { relatedTo } from './related-spans';

interface SelectionState {
  selected: number | undefined;
  hovered: number | undefined;
  /** The spans that a search has found; undefined without a search. */
  matches: ReadonlySet<number> | undefined;
  /** The matches, or else the selected span with its related ones. */
  highlighted: ReadonlySet<number> | undefined;
}

const state: SelectionState = { selected: undefined, hovered: undefined, matches: undefined, highlighted: undefined };

export const selection: Readonly<SelectionState> = state;

export function updateSelection(change: Partial<Omit<SelectionState, 'highlighted'>>): void {
  Object.assign(state, change);
  if (!('selected' in change || 'matches' in change)) return;
  state.highlighted = state.matches ?? (state.selected === undefined ? undefined : relatedTo(state.selected));
}
