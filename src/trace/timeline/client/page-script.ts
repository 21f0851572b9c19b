/**
 * The page's script, as text: plain JavaScript that no compiler, minifier or coverage tool ever touches, and that runs
 * in the page as it stands here. Each part is an idea; all of them share one scope. The parts have neither backticks
 * nor comments that would end up in every page; what there is to say stands above each.
 */
import { axisScript } from './axis-script';
import { barsScript } from './bars-script';
import { boardScript } from './board-script';
import { detailsScript } from './details-script';
import { factsScript } from './tooltip-script';
import { handsScript } from './pointer-script';
import { keysScript } from './keys-script';
import { linksScript } from './links-script';
import { lookScript } from './viewport-script';
import { rowsScript } from './rows-script';
import { searchScript } from './search-script';
import { selectionScript } from './selection-script';
import { spansScript } from './spans-script';
import { startScript } from './bootstrap-script';
import { wordsScript } from './format-script';

export const pageScript = `(() => {
'use strict';
${[
  spansScript,
  wordsScript,
  factsScript,
  boardScript,
  lookScript,
  rowsScript,
  barsScript,
  linksScript,
  axisScript,
  selectionScript,
  detailsScript,
  searchScript,
  handsScript,
  keysScript,
  startScript,
].join('')}
})();`;
