/** The bootstrap shows the whole trace once the page has its size. Later changes of the size keep the viewport. */
export const bootstrapScript = String.raw`
function bootstrap() {
  canvas.setAttribute('aria-label', 'Timeline of ' + formatCount(count, 'span') + '. Enter selects the first span, the arrow keys select others.');
  summarise();
  readColours();
  showDetails();
  details.hidden = false;
  new ResizeObserver(resize).observe(scroller);
  resize();
  setViewport(fullRange.from, fullRange.to);
}

function resize() {
  fitBoard();
  showRows();
  fitRowHeights();
  stackRows();
  drawAxis();
  drawBoard();
}

if (count > 0) bootstrap();
else byId('summary').textContent = 'No spans';
`;
