/**
 * A row is one figure of sluice and the same figure of a peer. `ratio` says how many times better sluice is, for rates and
 * for costs: above 1 sluice is better.
 *
 * @typedef {import('./rounds.mjs').Timing} Timing
 * @typedef {'loads per second' | 'tasks per second' | 'round trips per second' | 'pages per second'
 *   | 'pages per CPU second' | 'requests per second'} Rate
 * @typedef {'ms' | 'bytes per pending load' | 'round trips' | 'rounds' | 'scaling' | 'ns each' | 'ns above the bare task'
 *   | 'times the ideal' | 'bytes left' | 'MB above idle Node' | 'commands of Redis a call' | 'us of Redis a call'} Cost
 * @typedef {Rate | Cost} Metric
 *
 * @typedef {object} Labels
 * @property {string} workload title
 * @property {number} size number of operations
 * @property {Metric} metric
 * @property {string} peerName
 *
 * @typedef {object} Pair
 * @property {number} sluice
 * @property {number} peer
 *
 * @typedef {object} Timed
 * @property {Pair} nsEach wall time of one operation
 * @property {Pair & { ratio: number, of: import('./cpu-clock.mjs').CpuOwner }} cpuNsEach CPU time of one operation
 *
 * @typedef {Labels & Pair & { ratio: number } & Partial<Timed>} Row
 */
import { cpuOwner } from './cpu-clock.mjs';

/** @param {Labels & Pair & Partial<Timed>} figures @returns {Row} */
export function row({ workload, size, metric, sluice, peer, peerName, ...timed }) {
  const ratio = legible(timesBetter(metric, sluice, peer));
  return { workload, size, metric, sluice: legible(sluice), peer: legible(peer), peerName, ratio, ...timed };
}

/**
 * Returns the row of two timings, with the wall time and the CPU time of one operation.
 *
 * @param {Labels & { sluice: Timing, peer: Timing, operations?: number }} timings `operations` is `size` by default
 */
export function timedRow({ operations, sluice, peer, ...labels }) {
  const nsEach = (/** @type {number} */ ms) => (ms * 1e6) / (operations ?? labels.size);
  const figureOf = (/** @type {number} */ ms) => {
    if (isRate(labels.metric)) return 1e9 / nsEach(ms);
    return labels.metric === 'ms' ? ms : nsEach(ms);
  };
  const cpu = { sluice: legible(nsEach(sluice.cpuMs)), peer: legible(nsEach(peer.cpuMs)) };
  return row({
    ...labels,
    sluice: figureOf(sluice.wallMs),
    peer: figureOf(peer.wallMs),
    nsEach: { sluice: legible(nsEach(sluice.wallMs)), peer: legible(nsEach(peer.wallMs)) },
    cpuNsEach: { ...cpu, ratio: legible(peer.cpuMs / sluice.cpuMs), of: cpuOwner },
  });
}

/** Returns how many times better one figure is than another. */
export const timesBetter = (/** @type {Metric} */ metric, /** @type {number} */ one, /** @type {number} */ other) =>
  isRate(metric) ? one / other : other / one;

const isRate = (/** @type {Metric} */ metric) => / per (CPU )?second$/.test(metric);

/** Rounds to four significant digits, which is the precision of the measurements. */
export function legible(/** @type {number} */ figure) {
  return figure >= 1000 ? Math.round(figure) : Number(figure.toPrecision(4));
}
