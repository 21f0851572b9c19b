/** Rows for people: one table, a heading for each workload, the spread and the time of each process beside the ratio. */
import Table from 'cli-table3';

/** @typedef {import('./processes.mjs').CombinedRow} CombinedRow */

const head = [
  'size',
  'metric',
  'sluice',
  'peer',
  'beside',
  'ratio',
  'min–max',
  'slow–fast peer',
  'CPU ratio',
  'ns each',
  'ns each of the peer',
];
const words = new Set(['metric', 'beside']);

/** @param {readonly CombinedRow[]} rows */
export function inTable(rows) {
  const table = new Table({
    head,
    colAligns: head.map((title) => (words.has(title) ? 'left' : 'right')),
    style: { head: [], border: [], compact: true },
  });
  for (const [workload, its] of byWorkload(rows)) {
    table.push([{ content: workload, colSpan: head.length, hAlign: 'center' }], ...its.map(cellsOf));
  }
  return `${table}\n${legend(rows)}`;
}

/** In the order in which each workload first comes. */
function byWorkload(/** @type {readonly CombinedRow[]} */ rows) {
  /** @type {Map<string, CombinedRow[]>} */
  const groups = new Map(rows.map((row) => [row.workload, []]));
  for (const row of rows) groups.get(row.workload)?.push(row);
  return groups;
}

/** @param {CombinedRow} row */
function cellsOf(row) {
  const { size, metric, sluice, peer, peerName, ratio, spread, cpuNsEach, processes, each } = row;
  const several = (/** @type {string} */ cell) => (processes > 1 ? cell : '');
  // Sorted, so that two speeds can be seen as two groups.
  const nsOf = (/** @type {'sluice' | 'peer'} */ side) =>
    each
      .flatMap(({ nsEach }) => (nsEach ? [nsEach[side]] : []))
      .sort((a, b) => a - b)
      .map((ns) => grouped(ns < 100 ? Number(ns.toFixed(1)) : Math.round(ns)))
      .join(' ');
  return [
    grouped(size),
    metric,
    grouped(sluice),
    grouped(peer),
    peerName,
    ratio.toFixed(2),
    several(range(spread.ratio)),
    several(range([row.ratioToSlowPeer, row.ratioToFastPeer])),
    cpuNsEach ? cpuNsEach.ratio.toFixed(2) : '',
    nsOf('sluice'),
    nsOf('peer'),
  ];
}

function legend(/** @type {readonly CombinedRow[]} */ rows) {
  const cpuOwner = rows.find(({ cpuNsEach }) => cpuNsEach)?.cpuNsEach?.of;
  const lines = [
    'A ratio above 1 means that sluice is better. Figures are medians over processes.',
    'min–max: the ratios of the processes. slow–fast peer: the median of sluice beside the slowest and the fastest process of the peer.',
    'ns each: the wall time of one operation, one figure for each process, sorted.',
  ];
  if (cpuOwner) lines.push(`CPU ratio: the ratio by CPU time of the ${cpuOwner}.`);
  return lines.join('\n');
}

const range = (/** @type {readonly number[]} */ [one, other]) => `${one.toFixed(2)}–${other.toFixed(2)}`;

const grouped = (/** @type {number} */ figure) => figure.toLocaleString('en');
