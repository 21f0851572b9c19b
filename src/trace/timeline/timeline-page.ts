/**
 * The timeline page shows spans along time. It is one HTML file that needs neither a server nor a network, and can be
 * archived and sent.
 */
import { checkArray, checkString } from '../../core/option-values';
import { checkOptions } from '../../core/options';
import { hasTimes, type Span } from '../spans/span';
import { clientScript } from './client-script';
import { embeddedJson, htmlText } from './embedding';
import { pageBody } from './page-body';
import { pageDataOf } from './page-data';
import { pageStyle } from './page-style';

export interface TimelinePageConfig {
  /**
   * The title of the page.
   *
   * @defaultValue `'Sluice timeline'`
   */
  readonly title?: string;
}

/**
 * Renders a page with lanes for tasks, batches, flights, scopes and threads. It shows what waited for what, why each batch
 * was flushed, and which tasks each flight served. The page can be zoomed and searched, and draws 100 000 spans.
 *
 * @param spans such as those of `spansOf`; a span with a time that is not finite is left out
 * @returns the HTML document
 * @throws TypeError if `spans` is not an array, or an option is unknown or invalid.
 * @example
 * writeFileSync('timeline.html', renderTimeline(spansOf(events), { title: 'GET /answers' }));
 */
export function renderTimeline(spans: readonly Span[], config: TimelinePageConfig = {}): string {
  checkArray('renderTimeline: its spans', spans, 'an array of spans');
  checkOptions('renderTimeline', config, ['title']);
  const { title = 'Sluice timeline' } = config;
  checkString('renderTimeline: title', title);
  const drawn = spans.filter(hasTimes);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<link rel="icon" href="data:,">
<title>${htmlText(title)}</title>
<style>${pageStyle}</style>
</head>
<body>
${pageBody(title, drawn.length === 0)}
<script type="application/json" id="data">${embeddedJson(pageDataOf(drawn))}</script>
<script>${clientScript}</script>
</body>
</html>
`;
}

/** Forbids all network requests. The page makes none. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";
