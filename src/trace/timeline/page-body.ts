/** The page's elements. What comes of the trace is put in by the script, as text; the title alone is written here. */
import { htmlText } from './embedding';
import type { Tone } from './palette';

const LEGEND: readonly (readonly [tone: Tone, className: string, label: string])[] = [
  ['task', '', 'running'],
  ['task', 'waiting', 'waiting'],
  ['failed', '', 'failed'],
  ['cancelled', 'hatched', 'cancelled'],
];

const KEYS: readonly (readonly [keys: string, what: string])[] = [
  ['Ctrl + wheel, pinch', 'zoom around the pointer; so does the wheel alone over the overview'],
  ['+ −', 'zoom'],
  ['drag, wheel', 'move; Shift and the wheel move in time'],
  ['Shift + drag', 'zoom to a stretch of time'],
  ['double click', 'zoom to a span, or back to all'],
  ['f', 'all of it'],
  ['i', 'isolate: only rows with what is selected, found, or belongs to it'],
  ['← → ↑ ↓', 'move; to the next span where one is selected'],
  ['/', 'search; Enter goes to the next match, Shift + Enter to the one before'],
  ['Enter', 'select the first span to be seen; zoom to the one that is selected'],
  ['Esc', 'let go'],
];

const swatch = (tone: Tone, className = ''): string =>
  `<i class="swatch ${className}" style="--edge:var(--${tone}-edge);--run:var(--${tone}-run);--wait:var(--${tone}-wait)"></i>`;

export const pageBody = (title: string, isEmpty: boolean): string => `
<header>
  <div class="heading"><h1>${htmlText(title)}</h1><p id="summary"></p></div>
  <div class="tools"${isEmpty ? ' hidden' : ''}>
    <label class="search"><input id="search" type="search" placeholder="Search names, keys, errors" aria-label="Search names, keys and errors" autocomplete="off" spellcheck="false"><span id="count" role="status"></span><kbd>/</kbd></label>
    <div class="joined"><button id="out" aria-label="Zoom out">−</button><button id="fit">Fit</button><button id="in" aria-label="Zoom in">+</button></div>
    <button id="isolate" aria-pressed="false" title="Only rows with what is selected or found">Isolate</button>
    <button id="theme" aria-label="Light or dark">◐</button>
    <button id="help" aria-label="Keys">?</button>
  </div>
</header>
<main>
  <div id="empty"${isEmpty ? '' : ' hidden'}><h2>Nothing to see yet</h2>
    <p>This trace has no spans. Start it before the work begins, and draw it when the work is done.</p></div>
  <div class="picture"${isEmpty ? ' hidden' : ''}>
    <canvas id="overview" aria-hidden="true"></canvas>
    <div id="scroll" tabindex="-1"><div id="tall"><canvas id="lanes" tabindex="0" role="application" aria-describedby="summary"></canvas></div></div>
  </div>
  <aside id="details" aria-label="Details" hidden></aside>
  <p id="said" class="unseen" role="status"></p>
</main>
<footer${isEmpty ? ' hidden' : ''}>
  ${LEGEND.map(([tone, className, label]) => `<span>${swatch(tone, className)}${label}</span>`).join('\n  ')}
  <span class="hint"><kbd>Ctrl</kbd> + wheel zooms, dragging moves, <kbd>?</kbd> for more</span>
</footer>
<div id="tip" role="tooltip" hidden></div>
<dialog id="keys" aria-label="Keys"><h2>Getting around</h2>
  <dl>${KEYS.map(([keys, what]) => `<dt><kbd>${keys}</kbd></dt><dd>${what}</dd>`).join('')}</dl>
  <form method="dialog"><button>Close</button></form></dialog>
`;
