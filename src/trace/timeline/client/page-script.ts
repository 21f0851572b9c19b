/**
 * The script of the page, as text: plain JavaScript that runs in the page unchanged by compiler, minifier and coverage tool.
 * Its parts share one scope. They contain no backticks, and no comments, which would be copied into every page: comments
 * stand above the parts.
 */
import { axisScript } from './axis-script';
import { barsScript } from './bars-script';
import { boardScript } from './board-script';
import { detailsScript } from './details-script';
import { tooltipScript } from './tooltip-script';
import { pointerScript } from './pointer-script';
import { keysScript } from './keys-script';
import { linksScript } from './links-script';
import { viewportScript } from './viewport-script';
import { rowsScript } from './rows-script';
import { searchScript } from './search-script';
import { selectionScript } from './selection-script';
import { spansScript } from './spans-script';
import { bootstrapScript } from './bootstrap-script';
import { formatScript } from './format-script';

export const pageScript = `(() => {
'use strict';
${[
  spansScript,
  formatScript,
  tooltipScript,
  boardScript,
  viewportScript,
  rowsScript,
  barsScript,
  linksScript,
  axisScript,
  selectionScript,
  detailsScript,
  searchScript,
  pointerScript,
  keysScript,
  bootstrapScript,
].join('')}
})();`;
