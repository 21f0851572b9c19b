/** Rows for people: one table, a heading for each workload, the ratio last. */
import Table from 'cli-table3';

/** @typedef {import('./row.mjs').Row} Row */

/** @param {readonly Row[]} rows */
export function inTable(rows) {
  const table = new Table({
    head: ['size', 'metric', 'sluice', 'peer', 'beside', 'ratio'],
    colAligns: ['right', 'left', 'right', 'right', 'left', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const [workload, its] of byWorkload(rows)) {
    table.push([{ content: workload, colSpan: 6, hAlign: 'center' }], ...its.map(cellsOf));
  }
  return `${table}\nA ratio above 1 means that sluice is better.`;
}

/** In the order in which each workload first comes. */
function byWorkload(/** @type {readonly Row[]} */ rows) {
  /** @type {Map<string, Row[]>} */
  const groups = new Map(rows.map((row) => [row.workload, []]));
  for (const row of rows) groups.get(row.workload)?.push(row);
  return groups;
}

/** @param {Row} row */
function cellsOf({ size, metric, sluice, peer, peerName, ratio }) {
  return [grouped(size), metric, grouped(sluice), grouped(peer), peerName, ratio.toFixed(2)];
}

const grouped = (/** @type {number} */ figure) => figure.toLocaleString('en');
