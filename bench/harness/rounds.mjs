/**
 * Interleaved rounds: in each round every contender does its work once, and the one that went first goes last in the
 * next. What the machine does meanwhile falls on all of them alike, so their ratios hold even where their times do not.
 */
import { deepStrictEqual } from 'node:assert';
import { performance } from 'node:perf_hooks';

/**
 * @typedef {object} Contender
 * @property {string} name
 * @property {() => Promise<unknown>} work gives its result, which must be every contender's
 *
 * @typedef {object} RoundsConfig
 * @property {number} rounds
 * @property {number} [repeat] how often the work is done in one round: for work shorter than a clock can tell (1)
 */

/**
 * The median ms that each contender takes to do its work once, by name.
 *
 * @param {readonly Contender[]} contenders
 * @param {RoundsConfig} config
 * @returns {Promise<ReadonlyMap<string, number>>}
 */
export async function medianTimes(contenders, { rounds, repeat = 1 }) {
  await warmUp(contenders, Math.ceil(rounds / 4) * repeat);
  const times = new Map(contenders.map(({ name }) => [name, /** @type {number[]} */ ([])]));
  for (let round = 0; round < rounds; round++) {
    for (const { name, work } of rotated(contenders, round)) times.get(name)?.push((await time(work, repeat)) / repeat);
  }
  return new Map([...times].map(([name, each]) => [name, median(each)]));
}

/** Compiles the code that is about to be timed, and sees to it that all contenders do the same work. */
async function warmUp(/** @type {readonly Contender[]} */ contenders, /** @type {number} */ rounds) {
  for (let round = 0; round < rounds; round++) {
    const results = [];
    for (const { work } of contenders) results.push(await work());
    for (const result of results) deepStrictEqual(result, results[0], 'contenders do not agree');
  }
}

/**
 * Nobody pays for the young garbage of the one before. A full collection would do harm: between rounds no instance of
 * a contender's classes is alive, so V8 would drop their hidden classes, and with them the code compiled for them.
 */
async function time(/** @type {Contender['work']} */ work, /** @type {number} */ repeat) {
  globalThis.gc?.({ type: 'minor' });
  const start = performance.now();
  for (let turn = 0; turn < repeat; turn++) await work();
  return performance.now() - start;
}

/** @template T @param {readonly T[]} items @param {number} by */
const rotated = (items, by) => [...items.slice(by % items.length), ...items.slice(0, by % items.length)];

/** @param {readonly number[]} figures */
export const median = (figures) => figures.toSorted((a, b) => a - b)[figures.length >> 1] ?? NaN;
