/** The style of the page. It is light or dark as in the reader's system, until the reader uses the switch of the page. */
import { customProperties, dark, light } from './palette';

const themes = `
:root { color-scheme: light; ${customProperties(light)} }
@media (prefers-color-scheme: dark) { :root { color-scheme: dark; ${customProperties(dark)} } }
:root[data-theme='light'] { color-scheme: light; ${customProperties(light)} }
:root[data-theme='dark'] { color-scheme: dark; ${customProperties(dark)} }
`;

const frame = `
*, ::before, ::after { box-sizing: border-box; }
html, body { height: 100%; margin: 0; }
body {
  display: flex; flex-direction: column; overflow: hidden;
  background: var(--page); color: var(--text);
  font: 13px/1.5 system-ui, -apple-system, 'Segoe UI', sans-serif; font-variant-numeric: tabular-nums;
}
button, input { font: inherit; color: inherit; }
button { cursor: pointer; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
[hidden] { display: none !important; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
header { display: flex; flex-wrap: wrap; align-items: center; gap: 10px 24px; padding: 14px 20px 12px; }
h1 {
  margin: 0; font-size: 17px; font-weight: 650; letter-spacing: -0.01em; line-height: 1.3;
  overflow: hidden; text-overflow: ellipsis; white-space: nowrap;
}
.heading { flex: 1 1 300px; min-width: 0; }
#summary { margin: 2px 0 0; color: var(--muted); }
#summary b { color: var(--text); font-weight: 600; }
#summary span + span::before { content: '·'; margin: 0 8px; }
.tools { display: flex; align-items: center; gap: 8px; }
.tools button, .search {
  height: 32px; border: 1px solid var(--line); border-radius: 8px; background: var(--surface);
}
.tools button { min-width: 32px; padding: 0 10px; }
.tools button:hover { border-color: var(--muted); }
.tools button[aria-pressed='true'] { border-color: var(--accent); color: var(--accent); }
.joined { display: flex; }
.joined button { border-radius: 0; margin-left: -1px; }
.joined button:first-child { border-radius: 8px 0 0 8px; margin-left: 0; }
.joined button:last-child { border-radius: 0 8px 8px 0; }
.search { display: flex; align-items: center; gap: 8px; width: 260px; padding: 0 8px 0 12px; }
.search:focus-within { border-color: var(--accent); box-shadow: 0 0 0 1px var(--accent); }
.search input { flex: 1; min-width: 0; border: 0; outline: 0; padding: 0; background: none; }
.search input::placeholder { color: var(--muted); opacity: 1; }
.search input::-webkit-search-cancel-button { display: none; }
#count { color: var(--muted); white-space: nowrap; font-size: 12px; }
kbd {
  padding: 1px 6px; border: 1px solid var(--line); border-radius: 5px; background: var(--page);
  color: var(--muted); font: 11px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
}
`;

const picture = `
main { flex: 1; min-height: 0; display: flex; gap: 12px; padding: 0 20px; }
.picture {
  flex: 1; min-width: 0; display: flex; flex-direction: column; overflow: hidden; position: relative; user-select: none;
  border: 1px solid var(--line); border-radius: 12px; background: var(--surface);
}
canvas { display: block; }
#overview { flex: none; cursor: grab; touch-action: none; }
#scroll { flex: 1; border-top: 1px solid var(--line); min-height: 0; overflow: hidden auto; overscroll-behavior: contain; scrollbar-width: thin; position: relative; }
#tall { position: relative; min-height: 100%; }
#lanes { position: sticky; top: 0; cursor: default; touch-action: none; border-radius: 0 0 11px 11px; }
#lanes:focus-visible { outline: none; }
.picture:has(#lanes:focus-visible) { border-color: var(--accent); box-shadow: 0 0 0 1px var(--accent); }
#lanes.dragging { cursor: grabbing; }
.group { position: absolute; left: 0; right: 0; pointer-events: none; }
.group button {
  position: sticky; top: 0; z-index: 1; display: flex; align-items: center; gap: 8px; width: 100%; height: 30px;
  padding: 0 14px; border: 0; border-bottom: 1px solid var(--line); background: var(--page); text-align: left;
  pointer-events: auto; font-weight: 600;
}
.group button:focus-visible { outline-offset: -2px; }
.group i { font-style: normal; font-weight: 400; color: var(--muted); }
.group button::before {
  content: ''; width: 6px; height: 6px; margin: 0 3px 0 1px; border: solid var(--muted); border-width: 0 1.5px 1.5px 0;
  transform: rotate(-45deg); transition: transform 120ms;
}
.group button[aria-expanded='true']::before { transform: translateY(-2px) rotate(45deg); }
footer { display: flex; flex-wrap: wrap; gap: 4px 18px; padding: 10px 20px 12px; color: var(--muted); font-size: 12px; }
footer span { display: inline-flex; align-items: center; gap: 6px; }
.swatch { width: 18px; height: 10px; border-radius: 3px; border: solid var(--edge); border-width: 0 0 0 3px; background: var(--run); }
.swatch.waiting { background: var(--wait); }
.swatch.hatched { background: repeating-linear-gradient(135deg, var(--run) 0 3px, var(--edge) 3px 4px); }
footer .hint { margin-left: auto; }
#empty { margin: auto; padding: 40px; max-width: 440px; text-align: center; color: var(--muted); }
#empty h2 { margin: 0 0 6px; font-size: 16px; font-weight: 600; color: var(--text); }
`;

const panels = `
#details { flex: none; width: 330px; overflow: auto; padding: 16px 18px 18px; border: 1px solid var(--line); border-radius: 12px; background: var(--surface); scrollbar-width: thin; }
#details h2 { margin: 4px 0 12px; font-size: 15px; font-weight: 650; overflow-wrap: anywhere; line-height: 1.35; }
#details h3 { margin: 18px 0 6px; font-size: 12px; font-weight: 600; color: var(--muted); }
#details header { padding: 0; gap: 8px; justify-content: space-between; flex-wrap: nowrap; }
#close { border: 0; background: none; padding: 2px 8px; margin-right: -8px; border-radius: 6px; color: var(--muted); }
#close:hover { background: var(--page); color: var(--text); }
.kind { display: inline-flex; align-items: center; gap: 7px; font-size: 12px; color: var(--muted); }
dl { margin: 0; display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 3px 14px; }
dt { color: var(--muted); }
dd { margin: 0; overflow-wrap: anywhere; }
dd.failed { color: var(--failed-edge); }
dd.code { font: 12px/1.6 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
#details ul { margin: 0; padding: 0; list-style: none; }
#details li { display: flex; gap: 10px; }
#details em { font-style: normal; }
#details li > * { min-width: 0; }
#details li span { margin-left: auto; color: var(--muted); white-space: nowrap; }
.chip { display: inline-block; max-width: 100%; margin: 0 4px 4px 0; padding: 0 7px; border-radius: 5px; background: var(--page); border: 1px solid var(--line); overflow-wrap: anywhere; }
.to {
  display: flex; align-items: center; gap: 8px; flex: 1; padding: 3px 8px; margin-left: -8px; border: 0;
  border-radius: 6px; background: none; text-align: left;
}
.to:hover { background: var(--page); }
.to .swatch { flex: none; width: 12px; }
.to em { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: 3px 0 3px 12px; text-align: right; font-weight: 400; }
th { color: var(--muted); font-size: 12px; }
th:first-child, td:first-child { padding-left: 0; text-align: left; overflow-wrap: anywhere; }
tr + tr td { border-top: 1px solid var(--line); }
.rest { color: var(--muted); }
#tip {
  position: fixed; z-index: 5; top: 0; left: 0; max-width: 380px; padding: 10px 13px 11px; pointer-events: none;
  border: 1px solid var(--line); border-radius: 10px; background: var(--raised); box-shadow: 0 8px 28px rgb(0 0 0 / 0.18);
  font-size: 12.5px;
}
#tip header { padding: 0 0 4px; gap: 14px; justify-content: space-between; flex-wrap: nowrap; }
#tip strong { display: block; margin-bottom: 5px; font-weight: 650; font-size: 13.5px; overflow-wrap: anywhere; line-height: 1.35; }
dialog { max-width: 460px; border: 1px solid var(--line); border-radius: 14px; padding: 20px 24px 22px; background: var(--raised); color: var(--text); }
dialog::backdrop { background: rgb(0 0 0 / 0.35); }
dialog h2 { margin: 0 0 12px; font-size: 16px; }
dialog dl { gap: 8px 18px; }
dialog form { margin-top: 18px; text-align: right; }
dialog form button { height: 32px; padding: 0 16px; border: 1px solid var(--line); border-radius: 8px; background: var(--surface); }
@media (max-width: 860px) {
  main { flex-direction: column; }
  #details { width: auto; max-height: 34%; }
  footer .hint { display: none; }
}
@media (prefers-reduced-motion: reduce) { * { transition: none !important; } }
`;

export const pageStyle = [themes, frame, picture, panels].join('\n');
