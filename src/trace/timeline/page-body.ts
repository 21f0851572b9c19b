/** The elements of the page. Only the title is written here; the script inserts the data of the trace, as text. */
import { htmlText } from './embedding';
import type { Tone } from './palette';

const LEGEND: readonly (readonly [tone: Tone, className: string, label: string])[] = [
  ['task', '', 'running'],
  ['task', 'waiting', 'waiting'],
  ['failed', '', 'failed'],
  ['cancelled', 'hatched', 'cancelled'],
];

const KEYS: readonly (readonly [keys: string, action: string])[] = [
  ['Ctrl + wheel, pinch', 'zoom around the pointer; over the overview, the wheel zooms without Ctrl'],
  ['+ −', 'zoom'],
  ['drag, wheel', 'scroll; Shift + wheel moves in time'],
  ['Shift + drag', 'zoom to a range of time'],
  ['double click', 'zoom to a span, or show the whole trace'],
  ['f', 'show the whole trace'],
  ['i', 'isolate: show only rows with selected, found and related spans'],
  ['← → ↑ ↓', 'move; if a span is selected, go to the next one'],
  ['/', 'search; Enter goes to the next match, Shift + Enter to the previous one'],
  ['Enter', 'select the first visible span; zoom to the selected span'],
  ['Esc', 'clear the selection and the search'],
];

const swatch = (tone: Tone, className = ''): string =>
  `<i class="swatch ${className}" style="--edge:var(--${tone}-edge);--run:var(--${tone}-run);--wait:var(--${tone}-wait)"></i>`;

export const pageBody = (title: string, isEmpty: boolean): string => `
<header>
  <div class="heading"><h1>${htmlText(title)}</h1><p id="summary"></p></div>
  <div class="tools"${isEmpty ? ' hidden' : ''}>
    <label class="search"><input id="search" type="search" placeholder="Search names, keys, errors" aria-label="Search names, keys and errors" autocomplete="off" spellcheck="false"><span id="count" role="status"></span><kbd>/</kbd></label>
    <div class="joined"><button id="out" aria-label="Zoom out">−</button><button id="fit">Fit</button><button id="in" aria-label="Zoom in">+</button></div>
    <button id="isolate" aria-pressed="false" title="Show only rows with selected or found spans">Isolate</button>
    <button id="theme" aria-label="Light or dark">◐</button>
    <button id="help" aria-label="Keys">?</button>
  </div>
</header>
<main>
  <div id="empty"${isEmpty ? '' : ' hidden'}><h2>This trace has no spans</h2>
    <p>Start recording before the work begins, and render the page when the work is done.</p></div>
  <div class="picture"${isEmpty ? ' hidden' : ''}>
    <canvas id="overview" aria-hidden="true"></canvas>
    <div id="scroll" tabindex="-1"><div id="tall"><canvas id="lanes" tabindex="0" role="application" aria-describedby="summary"></canvas></div></div>
  </div>
  <aside id="details" aria-label="Details" hidden></aside>
  <p id="said" class="unseen" role="status"></p>
</main>
<footer${isEmpty ? ' hidden' : ''}>
  ${LEGEND.map(([tone, className, label]) => `<span>${swatch(tone, className)}${label}</span>`).join('\n  ')}
  <span class="hint"><kbd>Ctrl</kbd> + wheel zooms, dragging moves, <kbd>?</kbd> lists all keys</span>
</footer>
<div id="tip" role="tooltip" hidden></div>
<dialog id="keys" aria-label="Keys"><h2>Keyboard and mouse</h2>
  <dl>${KEYS.map(([keys, action]) => `<dt><kbd>${keys}</kbd></dt><dd>${action}</dd>`).join('')}</dl>
  <form method="dialog"><button>Close</button></form></dialog>
`;
