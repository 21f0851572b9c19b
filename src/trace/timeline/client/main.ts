/** The start of the page shows the whole trace. Later changes of the size of the page keep the viewport. */
import { fitBoard } from './board';
import { showDetails } from './details';
import { details, scroller } from './elements';
import { onRedraw, redrawNow } from './frames';
import { listenToKeyboard } from './keyboard';
import { showRange } from './navigation';
import { drawPicture } from './picture';
import { listenToPointer } from './pointer';
import { arrangeRows, listenToGroups } from './rows';
import { listenToSearch } from './search';
import { onSelect } from './selection';
import { spanCount } from './spans';
import { showSummary } from './summary';
import { listenToTheme } from './theme';
import { fullRange } from './viewport';

export {};

function fitPage(): void {
  fitBoard();
  arrangeRows();
  redrawNow();
}

onRedraw(drawPicture);
onSelect(showDetails);
listenToGroups();
listenToSearch();
listenToPointer();
listenToKeyboard();
listenToTheme();
showSummary();
if (spanCount > 0) {
  showDetails();
  details.hidden = false;
  // The board gets its size from the page beside the details.
  new ResizeObserver(fitPage).observe(scroller);
  fitPage();
  showRange(fullRange);
}
