/**
 * Combines the rows of several processes: medians, with the spread. Compiled code, and so speed, differs between processes
 * of one program: DataLoader has two speeds, and each process has one of them.
 *
 * @typedef {import('./row.mjs').Row} Row
 * @typedef {readonly [min: number, max: number]} Spread
 *
 * @typedef {object} Processes
 * @property {number} processes
 * @property {{ sluice: Spread, peer: Spread, ratio: Spread }} spread
 * @property {number} ratioToFastPeer the median of sluice compared with the best process of the peer
 * @property {number} ratioToSlowPeer the median of sluice compared with the worst process of the peer
 * @property {readonly Pick<Row, 'sluice' | 'peer' | 'ratio' | 'nsEach' | 'cpuNsEach'>[]} each the figures of each process
 *
 * @typedef {Row & Processes} CombinedRow
 */
import { median } from './rounds.mjs';
import { legible, timesBetter } from './row.mjs';

/** Returns one row for each figure, in the order of first occurrence. @param {readonly Row[]} rows @returns {CombinedRow[]} */
export function combineProcesses(rows) {
  /** @type {Map<string, Row[]>} */
  const groups = new Map();
  for (const row of rows) {
    const { workload, size, metric, peerName } = row;
    const label = JSON.stringify([workload, size, metric, peerName]);
    groups.set(label, [...(groups.get(label) ?? []), row]);
  }
  return [...groups.values()].map(combine);
}

/** @param {readonly Row[]} rows @returns {CombinedRow} */
function combine(rows) {
  const [first] = rows;
  const medianOf = (/** @type {(row: Row) => number | undefined} */ figure) =>
    legible(median(rows.flatMap((row) => figure(row) ?? [])));
  const spreadOf = (/** @type {'sluice' | 'peer' | 'ratio'} */ figure) => spread(rows.map((row) => row[figure]));
  const sluice = medianOf((row) => row.sluice);
  const toPeers = spread(rows.map(({ peer }) => legible(timesBetter(first.metric, sluice, peer))));
  return {
    ...first,
    sluice,
    peer: medianOf((row) => row.peer),
    ratio: medianOf((row) => row.ratio),
    ...(first.nsEach && {
      nsEach: { sluice: medianOf((row) => row.nsEach?.sluice), peer: medianOf((row) => row.nsEach?.peer) },
    }),
    ...(first.cpuNsEach && {
      cpuNsEach: {
        sluice: medianOf((row) => row.cpuNsEach?.sluice),
        peer: medianOf((row) => row.cpuNsEach?.peer),
        ratio: medianOf((row) => row.cpuNsEach?.ratio),
        of: first.cpuNsEach.of,
      },
    }),
    processes: rows.length,
    spread: { sluice: spreadOf('sluice'), peer: spreadOf('peer'), ratio: spreadOf('ratio') },
    ratioToFastPeer: toPeers[0],
    ratioToSlowPeer: toPeers[1],
    each: rows.map(({ sluice, peer, ratio, nsEach, cpuNsEach }) => ({ sluice, peer, ratio, nsEach, cpuNsEach })),
  };
}

/** @param {readonly number[]} figures @returns {Spread} */
const spread = (figures) => [Math.min(...figures), Math.max(...figures)];
