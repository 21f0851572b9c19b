/**
 * Interleaved rounds: each round runs every contender once, in a random order. Disturbances of the machine affect all
 * contenders alike, so ratios are stable even if times are not. A rotation of the order would give each contender a fixed
 * predecessor, whose garbage and caches change its time by 10 to 20 %.
 */
import { deepStrictEqual } from 'node:assert';
import { performance } from 'node:perf_hooks';
import { chance, shuffled } from './chance.mjs';
import { cpuNow } from './cpu-clock.mjs';

/**
 * @typedef {object} Contender
 * @property {string} name
 * @property {() => Promise<unknown>} work resolves with its result, which must be the same for all contenders
 *
 * @typedef {object} RoundsConfig
 * @property {number} rounds
 * @property {number} [repeat] number of runs in one round, for work too short for the clock (1)
 *
 * @typedef {object} Timing
 * @property {number} wallMs the median of the rounds
 * @property {number} cpuMs the mean of the rounds: clocks of CPU time are too coarse for a single round
 */

/**
 * Measures the time of one run of each contender. Returns the timings by name.
 *
 * @param {readonly Contender[]} contenders
 * @param {RoundsConfig} config
 * @returns {Promise<ReadonlyMap<string, Timing>>}
 */
export async function timeRounds(contenders, { rounds, repeat = 1 }) {
  const upTo = chance(process.pid);
  for (let round = 0; round < Math.ceil(rounds / 4) * repeat; round++) await warmUp(shuffled(contenders, upTo));
  const samples = new Map(contenders.map(({ name }) => [name, /** @type {Timing[]} */ ([])]));
  for (let round = 0; round < rounds; round++) {
    for (const { name, work } of shuffled(contenders, upTo)) samples.get(name)?.push(await time(work, repeat));
  }
  return new Map([...samples].map(([name, times]) => [name, summary(times)]));
}

/** Runs each contender once, which compiles its code, and checks that all results are equal. */
async function warmUp(/** @type {readonly Contender[]} */ contenders) {
  const results = [];
  for (const { work } of contenders) results.push(await work());
  for (const result of results) deepStrictEqual(result, results[0], 'the results of the contenders differ');
}

/**
 * Measures one round of one contender. A minor collection frees the young garbage of the previous contender. A full
 * collection would also drop hidden classes: between rounds no instance of a contender's classes is alive, so V8 would
 * discard them together with the compiled code.
 *
 * @param {Contender['work']} work @param {number} repeat @returns {Promise<Timing>}
 */
async function time(work, repeat) {
  globalThis.gc?.({ type: 'minor' });
  const cpuStart = cpuNow();
  const start = performance.now();
  for (let turn = 0; turn < repeat; turn++) await work();
  const wallMs = (performance.now() - start) / repeat;
  return { wallMs, cpuMs: (cpuNow() - cpuStart) / repeat };
}

/** @param {readonly Timing[]} times @returns {Timing} */
const summary = (times) => ({
  wallMs: median(times.map(({ wallMs }) => wallMs)),
  cpuMs: times.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / times.length,
});

/** @param {readonly number[]} figures */
export function median(figures) {
  const sorted = figures.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
