/**
 * The timeline page: spans drawn along time, in one file of HTML that needs nothing else, neither a server nor a
 * network. It may be kept, sent and opened anywhere.
 */
import { invalidOption } from '../../core/describe';
import { checkOptions } from '../../core/options';
import { hasTimes, type Span } from '../spans/span';
import { embeddedJson, htmlText } from './embedding';
import { pageBody } from './page-body';
import { pageDataOf } from './page-data';
import { pageStyle } from './page-style';
import { pageScript } from './client/page-script';

export interface TimelinePageConfig {
  /** Of the page (`'Sluice timeline'`). */
  readonly title?: string;
}

/**
 * A page with lanes for tasks, batches, flights, scopes and threads: who waited for what, why each batch was flushed
 * when it was, and whom each flight served. It can be zoomed and searched, is light or dark, and draws a hundred
 * thousand spans.
 *
 * @throws TypeError if the spans are no array, or the title is no string.
 * @example
 * writeFileSync('timeline.html', renderTimeline(spansOf(events), { title: 'GET /answers' }));
 */
export function renderTimeline(spans: readonly Span[], config: TimelinePageConfig = {}): string {
  if (!Array.isArray(spans)) throw invalidOption('renderTimeline: its spans', 'an array of spans', spans);
  checkOptions('renderTimeline', config, ['title']);
  const { title = 'Sluice timeline' } = config;
  if (typeof title !== 'string') throw invalidOption('renderTimeline: title', 'a string', title);
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
<script>${pageScript}</script>
</body>
</html>
`;
}

/** It asks the network for nothing, and could not. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";
