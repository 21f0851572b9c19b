/**
 * A row is one figure of sluice beside the same figure of a peer. `ratio` is how many times better sluice is, whichever
 * way the metric runs: above 1 sluice is ahead.
 *
 * @typedef {'loads per second' | 'tasks per second' | 'round trips per second'} Rate
 * @typedef {'ms' | 'bytes per pending load' | 'round trips' | 'scaling' | 'ns each' | 'ns above the bare task'
 *   | 'times the ideal' | 'bytes left'} Cost
 * @typedef {Rate | Cost} Metric
 * @typedef {object} Figures
 * @property {string} workload what was asked for
 * @property {number} size how much of it
 * @property {Metric} metric
 * @property {number} sluice
 * @property {number} peer
 * @property {string} peerName
 * @typedef {Figures & { ratio: number }} Row
 *
 * A workload measures itself and gives its rows as it has them.
 * @typedef {() => AsyncIterable<Row> | Iterable<Row>} Workload
 */

/** @param {Figures} figures @returns {Row} */
export function row({ workload, size, metric, sluice, peer, peerName }) {
  const ratio = metric.endsWith(' per second') ? sluice / peer : peer / sluice;
  return { workload, size, metric, sluice: legible(sluice), peer: legible(peer), peerName, ratio: legible(ratio) };
}

/** Four digits are more than a busy machine can promise. */
function legible(/** @type {number} */ figure) {
  return figure >= 1000 ? Math.round(figure) : Number(figure.toPrecision(4));
}
