/** A text table of rows: a heading for each workload, and the ratio, the spread and the time of each process in a row. */
import Table from 'cli-table3';

/** @typedef {import('./processes.mjs').CombinedRow} CombinedRow */

const head = [
  'size',
  'metric',
  'sluice',
  'peer',
  'peer name',
  'ratio',
  'min–max',
  'slow–fast peer',
  'CPU ratio',
  'ns each',
  'ns each of the peer',
];
const textColumns = new Set(['metric', 'peer name']);

/** @param {readonly CombinedRow[]} rows */
export function renderTable(rows) {
  const table = new Table({
    head,
    colAligns: head.map((title) => (textColumns.has(title) ? 'left' : 'right')),
    style: { head: [], border: [], compact: true },
  });
  for (const [workload, group] of groupByWorkload(rows)) {
    table.push([{ content: workload, colSpan: head.length, hAlign: 'center' }], ...group.map(cellsOf));
  }
  return `${table}\n${legend(rows)}`;
}

/** Groups rows by workload, in the order of first occurrence. */
function groupByWorkload(/** @type {readonly CombinedRow[]} */ rows) {
  /** @type {Map<string, CombinedRow[]>} */
  const groups = new Map(rows.map((row) => [row.workload, []]));
  for (const row of rows) groups.get(row.workload)?.push(row);
  return groups;
}

/** @param {CombinedRow} row */
function cellsOf(row) {
  const { size, metric, sluice, peer, peerName, ratio, spread, cpuNsEach, processes, each } = row;
  const ifSeveral = (/** @type {string} */ cell) => (processes > 1 ? cell : '');
  // Sorting makes two speeds visible as two groups.
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
    ifSeveral(range(spread.ratio)),
    ifSeveral(range([row.ratioToSlowPeer, row.ratioToFastPeer])),
    cpuNsEach ? cpuNsEach.ratio.toFixed(2) : '',
    nsOf('sluice'),
    nsOf('peer'),
  ];
}

function legend(/** @type {readonly CombinedRow[]} */ rows) {
  const cpuOwner = rows.find(({ cpuNsEach }) => cpuNsEach)?.cpuNsEach?.of;
  const lines = [
    'A ratio above 1 means that sluice is better. Figures are medians over processes.',
    'min–max: the ratios of the processes. slow–fast peer: the median of sluice compared with the slowest and the fastest process of the peer.',
    'ns each: the wall time of one operation, one figure for each process, sorted.',
  ];
  if (cpuOwner) lines.push(`CPU ratio: the ratio by CPU time of the ${cpuOwner}.`);
  return lines.join('\n');
}

const range = (/** @type {readonly number[]} */ [one, other]) => `${one.toFixed(2)}–${other.toFixed(2)}`;

const grouped = (/** @type {number} */ figure) => figure.toLocaleString('en');
