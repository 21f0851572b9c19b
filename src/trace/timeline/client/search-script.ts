/** The search in names, keys and errors highlights matching spans. Enter goes to the next match. */
export const searchScript = String.raw`
const searchField = byId('search');
const matchCountLabel = byId('count');
let matchList = [];
let matchIndex = -1;

function search() {
  const query = searchField.value.trim().toLowerCase();
  const isIn = strings.map((text) => text.toLowerCase().includes(query));
  const isMatch = (i) => isIn[names[i]] || isIn[data.error[i]] || keysOf(i).some((key) => isIn[key]);
  matchList = query === '' ? [] : all.filter(isMatch);
  matches = query === '' ? undefined : new Set(matchList);
  matchIndex = -1;
  showMatchCount();
  updateHighlight();
}

function showMatchCount() {
  const of = matchIndex < 0 ? '' : formatNumber(matchIndex + 1) + ' of ';
  matchCountLabel.textContent = matches === undefined ? '' : matchList.length === 0 ? 'none' : of + formatNumber(matchList.length);
}

function goToMatch(by) {
  if (matchList.length === 0) return;
  matchIndex = matchIndex < 0 && by < 0 ? matchList.length - 1 : (matchIndex + by + matchList.length) % matchList.length;
  const i = matchList[matchIndex];
  showMatchCount();
  selectAndShow(i);
  zoomTo(i);
}

searchField.addEventListener('input', search);
searchField.addEventListener('keydown', (event) => {
  if (event.key === 'Enter') goToMatch(event.shiftKey ? -1 : 1);
  else if (event.key === 'Escape') {
    searchField.value = '';
    search();
    canvas.focus();
  } else return;
  event.preventDefault();
  event.stopPropagation();
});
`;
