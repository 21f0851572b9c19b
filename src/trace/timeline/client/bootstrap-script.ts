/** The start: once the page has its size, all of the trace is in sight; when the size changes, the look stays. */
export const startScript = String.raw`
function start() {
  canvas.setAttribute('aria-label', 'Timeline of ' + counted(count, 'span') + '. Enter selects the first, the arrow keys go on from there.');
  summarise();
  readColours();
  showDetails();
  details.hidden = false;
  new ResizeObserver(resize).observe(scroller);
  resize();
  see(whole.from, whole.to);
}

function resize() {
  fitBoard();
  showRows();
  fitRows();
  stackRows();
  drawAxis();
  drawBoard();
}

if (count > 0) start();
else byId('summary').textContent = 'No spans';
`;
