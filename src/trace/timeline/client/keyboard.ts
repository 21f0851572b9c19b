/** The keyboard, and the buttons with the same functions. */
import {
  canvas,
  fitButton,
  helpButton,
  isolateButton,
  keysDialog,
  scroller,
  searchField,
  zoomInButton,
  zoomOutButton,
} from './elements';
import { moveBy, showAll, zoomBy, zoomToSpan } from './navigation';
import { toggleIsolation } from './rows';
import { clearSearchAndSelection } from './search';
import { selection } from './selection-state';
import { selectFirstVisible, stepInRow, stepToRow } from './steps';

/** The distance of a move, in CSS pixels. */
const STEP = 90;

const ZOOM = 1.5;

type KeyActions = Readonly<Partial<Record<string, () => void>>>;

const moveLeft = (): void => moveBy(-STEP);
const moveRight = (): void => moveBy(STEP);
const scrollBy = (distance: number): void => void (scroller.scrollTop += distance);
const zoomIn = (): void => zoomBy(ZOOM);
const zoomOut = (): void => zoomBy(1 / ZOOM);
const showKeys = (): void => keysDialog.showModal();

/** While the board has the focus. */
const boardKeys: KeyActions = {
  ArrowLeft: () => withSelected((span) => stepInRow(span, -1), moveLeft),
  ArrowRight: () => withSelected((span) => stepInRow(span, 1), moveRight),
  ArrowUp: () =>
    withSelected(
      (span) => stepToRow(span, -1),
      () => scrollBy(-STEP),
    ),
  ArrowDown: () =>
    withSelected(
      (span) => stepToRow(span, 1),
      () => scrollBy(STEP),
    ),
  Enter: () => withSelected(zoomToSpan, selectFirstVisible),
};

const shiftedBoardKeys: KeyActions = { ...boardKeys, ArrowLeft: moveLeft, ArrowRight: moveRight };

const pageKeys: KeyActions = {
  '+': zoomIn,
  '=': zoomIn,
  '-': zoomOut,
  f: showAll,
  i: toggleIsolation,
  '/': () => searchField.focus(),
  '?': showKeys,
  Escape: clearSearchAndSelection,
};

function withSelected(act: (span: number) => void, otherwise: () => void): void {
  if (selection.selected === undefined) otherwise();
  else act(selection.selected);
}

function pressed(event: KeyboardEvent): void {
  const { key, target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || keysDialog.open || target === searchField) return;
  const isOnBoard = target === canvas || target === document.body || target === scroller;
  const action = (isOnBoard ? (event.shiftKey ? shiftedBoardKeys : boardKeys)[key] : undefined) ?? pageKeys[key];
  if (action === undefined) return;
  event.preventDefault();
  action();
}

export function listenToKeyboard(): void {
  addEventListener('keydown', pressed);
  zoomInButton.addEventListener('click', zoomIn);
  zoomOutButton.addEventListener('click', zoomOut);
  isolateButton.addEventListener('click', toggleIsolation);
  fitButton.addEventListener('click', showAll);
  helpButton.addEventListener('click', showKeys);
}
