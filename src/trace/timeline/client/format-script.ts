/** Formats of times and numbers, and DOM elements. Data of the trace is only inserted as text, never as HTML. */
export const formatScript = String.raw`
const formatNumber = (n) => n.toLocaleString('en', { maximumFractionDigits: n < 10 ? 1 : 0 }).replaceAll(',', '\u202f');
const formatCount = (n, one, many) => formatNumber(n) + '\u00a0' + (n === 1 ? one : (many ?? one + 's'));
const threeDigits = (n) => String(Number(n.toPrecision(3)));

function formatDuration(ms) {
  if (ms === 0) return '0\u00a0ms';
  if (ms < 1) return threeDigits(ms * 1e3) + '\u00a0µs';
  if (ms < 1e3) return threeDigits(ms) + '\u00a0ms';
  if (ms < 6e4) return threeDigits(ms / 1e3) + '\u00a0s';
  const minutes = Math.floor(ms / 6e4);
  return formatNumber(minutes) + '\u00a0min ' + threeDigits((ms - minutes * 6e4) / 1e3) + '\u00a0s';
}

function formatTick(ms, step) {
  const [unit, size] = step >= 1e3 || (Math.abs(ms) >= 1e4 && step >= 1) ? ['s', 1e3] : step >= 1e-2 ? ['ms', 1] : ['µs', 1e-3];
  const digits = Math.max(0, -Math.floor(Math.log10(step / size) + 1e-9));
  return (ms / size).toFixed(Math.min(digits, 6)) + '\u00a0' + unit;
}

function element(tag, properties, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {}))
    if (name in node) node[name] = value;
    else node.setAttribute(name, value);
  node.append(...children.filter((child) => child !== undefined && child !== ''));
  return node;
}

function swatch(tone) {
  const node = element('i', { className: 'swatch' });
  for (const part of ['edge', 'run']) node.style.setProperty('--' + part, 'var(--' + tone + '-' + part + ')');
  return node;
}
`;
