/** Times, numbers and elements: all that the trace says goes into the page as text. */
export const wordsScript = String.raw`
const number = (n) => n.toLocaleString('en', { maximumFractionDigits: n < 10 ? 1 : 0 }).replaceAll(',', '\u202f');
const counted = (n, one, many) => number(n) + '\u00a0' + (n === 1 ? one : (many ?? one + 's'));
const short = (n) => String(Number(n.toPrecision(3)));

function lasting(ms) {
  if (ms === 0) return '0\u00a0ms';
  if (ms < 1) return short(ms * 1e3) + '\u00a0µs';
  if (ms < 1e3) return short(ms) + '\u00a0ms';
  if (ms < 6e4) return short(ms / 1e3) + '\u00a0s';
  const minutes = Math.floor(ms / 6e4);
  return number(minutes) + '\u00a0min ' + short((ms - minutes * 6e4) / 1e3) + '\u00a0s';
}

function moment(ms, step) {
  const [unit, size] = step >= 1e3 || (Math.abs(ms) >= 1e4 && step >= 1) ? ['s', 1e3] : step >= 1e-2 ? ['ms', 1] : ['µs', 1e-3];
  const digits = Math.max(0, -Math.floor(Math.log10(step / size) + 1e-9));
  return (ms / size).toFixed(Math.min(digits, 6)) + '\u00a0' + unit;
}

function element(tag, properties, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {}))
    if (name in made) made[name] = value;
    else made.setAttribute(name, value);
  made.append(...children.filter((child) => child !== undefined && child !== ''));
  return made;
}

function swatch(tone) {
  const made = element('i', { className: 'swatch' });
  for (const part of ['edge', 'run']) made.style.setProperty('--' + part, 'var(--' + tone + '-' + part + ')');
  return made;
}
`;
