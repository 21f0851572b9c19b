/** The search: in names, keys and errors. What matches is lit, and Enter goes from one match to the next. */
export const searchScript = String.raw`
const field = byId('search');
const tally = byId('count');
let ordered = [];
let current = -1;

function search() {
  const wanted = field.value.trim().toLowerCase();
  const isIn = strings.map((text) => text.toLowerCase().includes(wanted));
  const isMatch = (i) => isIn[names[i]] || isIn[data.error[i]] || keysOf(i).some((key) => isIn[key]);
  ordered = wanted === '' ? [] : all.filter(isMatch);
  matches = wanted === '' ? undefined : new Set(ordered);
  current = -1;
  tellCount();
  light();
}

function tellCount() {
  const of = current < 0 ? '' : number(current + 1) + ' of ';
  tally.textContent = matches === undefined ? '' : ordered.length === 0 ? 'none' : of + number(ordered.length);
}

function goToMatch(by) {
  if (ordered.length === 0) return;
  current = current < 0 && by < 0 ? ordered.length - 1 : (current + by + ordered.length) % ordered.length;
  const i = ordered[current];
  tellCount();
  reveal(i);
  zoomTo(i);
}

field.addEventListener('input', search);
field.addEventListener('keydown', (event) => {
  if (event.key === 'Enter') goToMatch(event.shiftKey ? -1 : 1);
  else if (event.key === 'Escape') {
    field.value = '';
    search();
    canvas.focus();
  } else return;
  event.preventDefault();
  event.stopPropagation();
});
`;
