/** Formats of times and numbers. */

const NARROW_SPACE = '\u202f';

/** Joins a number to its unit. */
const NO_BREAK_SPACE = '\u00a0';

export const formatNumber = (n: number): string =>
  n.toLocaleString('en', { maximumFractionDigits: n < 10 ? 1 : 0 }).replaceAll(',', NARROW_SPACE);

export const formatCount = (n: number, noun: string): string =>
  `${formatNumber(n)}${NO_BREAK_SPACE}${n === 1 ? noun : `${noun}s`}`;

const threeDigits = (n: number): string => String(Number(n.toPrecision(3)));

const withUnit = (n: string, unit: string): string => `${n}${NO_BREAK_SPACE}${unit}`;

/** @param ms the duration in ms */
export function formatDuration(ms: number): string {
  if (ms === 0) return withUnit('0', 'ms');
  if (ms < 1) return withUnit(threeDigits(ms * 1e3), 'µs');
  if (ms < 1e3) return withUnit(threeDigits(ms), 'ms');
  if (ms < 6e4) return withUnit(threeDigits(ms / 1e3), 's');
  const minutes = Math.floor(ms / 6e4);
  return `${withUnit(formatNumber(minutes), 'min')} ${withUnit(threeDigits((ms - minutes * 6e4) / 1e3), 's')}`;
}

/**
 * The label of a tick of the axis, with as many digits as tell it from the next tick.
 *
 * @param ms the time of the tick in ms
 * @param step the time between two ticks in ms
 */
export function formatTick(ms: number, step: number): string {
  const [unit, size] = tickUnit(ms, step);
  // The logarithm of a power of ten may be slightly too small.
  const digits = Math.max(0, -Math.floor(Math.log10(step / size) + 1e-9));
  return withUnit((ms / size).toFixed(Math.min(digits, 6)), unit);
}

function tickUnit(ms: number, step: number): readonly [unit: string, ms: number] {
  if (step >= 1e3 || (Math.abs(ms) >= 1e4 && step >= 1)) return ['s', 1e3];
  return step >= 1e-2 ? ['ms', 1] : ['µs', 1e-3];
}
