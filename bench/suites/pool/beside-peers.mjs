/** One workload in all pools: sluice beside the best of its peers, then beside each of them. */
import { timeRounds } from '../../harness/rounds.mjs';
import { timedRow } from '../../harness/row.mjs';
import { withPools } from './pools/contenders.mjs';

/**
 * @typedef {object} PoolWorkload
 * @property {string} workload
 * @property {number} size how many tasks
 * @property {number} rounds
 * @property {(pool: import('./pools/open-pool.mjs').OpenPool) => Promise<unknown>} work
 */

/** As tasks per second. @param {PoolWorkload} config */
export async function* tasksPerSecond(config) {
  const times = await timesInPools(config);
  const { workload, size } = config;
  const sluice = times.get('sluice');
  yield* bestFirst(
    peersIn(times).map(([peerName, peer]) =>
      timedRow({ workload, size, metric: 'tasks per second', sluice, peer, peerName }),
    ),
  );
}

/** @param {PoolWorkload} config @param {readonly import('../../harness/rounds.mjs').Contender[]} [others] */
export function timesInPools({ work, rounds }, others = []) {
  return withPools((pools) => {
    const contenders = pools.map((pool) => ({ name: pool.name, work: () => work(pool) }));
    return timeRounds([...contenders, ...others], { rounds });
  });
}

/** @template T @param {ReadonlyMap<string, T>} figures @returns {[name: string, figure: T][]} */
export const peersIn = (figures) => [...figures].filter(([name]) => name !== 'sluice');

/** The rows of all peers, and before them once more that of the peer that does best. */
export function bestFirst(/** @type {readonly import('../../harness/row.mjs').Row[]} */ rows) {
  const hardest = rows.reduce((best, each) => (each.ratio < best.ratio ? each : best));
  // The name of the best peer may differ between processes, so it is no part of the label.
  return [{ ...hardest, peerName: 'the best of them' }, ...rows];
}
