/** The keyboard, and the buttons with the same functions. */
export const keysScript = String.raw`
const STEP = 90;
const dialog = byId('keys');

function clearSelection() {
  searchField.value = '';
  search();
  select(-1);
}

const laneKeys = {
  ArrowLeft: () => (selected >= 0 ? stepInRow(-1) : moveBy(-STEP)),
  ArrowRight: () => (selected >= 0 ? stepInRow(1) : moveBy(STEP)),
  ArrowUp: () => (selected >= 0 ? stepToRow(-1) : (scroller.scrollTop -= STEP)),
  ArrowDown: () => (selected >= 0 ? stepToRow(1) : (scroller.scrollTop += STEP)),
  Enter: () => (selected >= 0 ? zoomTo(selected) : selectFirst()),
};
const shiftKeys = { ArrowLeft: () => moveBy(-STEP), ArrowRight: () => moveBy(STEP) };
const globalKeys = {
  '+': () => zoomBy(1.5),
  '=': () => zoomBy(1.5),
  '-': () => zoomBy(1 / 1.5),
  f: fit,
  i: isolate,
  '/': () => searchField.focus(),
  '?': () => dialog.showModal(),
  Escape: clearSelection,
};

function isolate() {
  isIsolated = !isIsolated;
  byId('isolate').setAttribute('aria-pressed', String(isIsolated));
  layoutRows();
  if (selected >= 0) bringIntoView(selected);
}

function selectFirst() {
  for (const lane of visibleLanes())
    for (const row of lane.shown) {
      const i = row[firstIn(lane, row, viewport.from)];
      if (i !== undefined && starts[i] <= viewport.to) return selectAndShow(i);
    }
}

addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || dialog.open || event.target === searchField) return;
  const isOnBoard = event.target === canvas || event.target === document.body || event.target === scroller;
  const laneAction = isOnBoard ? ((event.shiftKey ? shiftKeys[event.key] : undefined) ?? laneKeys[event.key]) : undefined;
  const action = laneAction ?? globalKeys[event.key];
  if (action === undefined) return;
  event.preventDefault();
  action();
});

byId('in').addEventListener('click', () => zoomBy(1.5));
byId('out').addEventListener('click', () => zoomBy(1 / 1.5));
byId('isolate').addEventListener('click', isolate);
byId('fit').addEventListener('click', fit);
byId('help').addEventListener('click', () => dialog.showModal());

const prefersDark = matchMedia('(prefers-color-scheme: dark)');
const root = document.documentElement;

byId('theme').addEventListener('click', () => {
  const isDark = root.dataset.theme === undefined ? prefersDark.matches : root.dataset.theme === 'dark';
  root.dataset.theme = isDark ? 'light' : 'dark';
  recolour();
});
prefersDark.addEventListener('change', recolour);

function recolour() {
  readColours();
  redraw();
}
`;
