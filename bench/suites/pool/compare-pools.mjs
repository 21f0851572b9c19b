/** Runs one workload in all pools: sluice compared with the best of its peers, then with each peer. */
import { timeRounds } from '../../harness/rounds.mjs';
import { timedRow } from '../../harness/row.mjs';
import { withPools } from './pools/contenders.mjs';

/**
 * @typedef {object} PoolWorkload
 * @property {string} workload
 * @property {number} size number of tasks
 * @property {number} rounds
 * @property {(pool: import('./pools/open-pool.mjs').OpenPool) => Promise<unknown>} work
 */

/** Yields rows in tasks per second. @param {PoolWorkload} config */
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

/** Times the workload in each pool, and the other contenders. @param {PoolWorkload} config @param {readonly import('../../harness/rounds.mjs').Contender[]} [others] */
export function timesInPools({ work, rounds }, others = []) {
  return withPools((pools) => {
    const contenders = pools.map((pool) => ({ name: pool.name, work: () => work(pool) }));
    return timeRounds([...contenders, ...others], { rounds });
  });
}

/** Returns the entries of all pools but sluice. @template T @param {ReadonlyMap<string, T>} figures @returns {[name: string, figure: T][]} */
export const peersIn = (figures) => [...figures].filter(([name]) => name !== 'sluice');

/** Returns the rows of all peers, preceded by a copy of the row of the best peer. */
export function bestFirst(/** @type {readonly import('../../harness/row.mjs').Row[]} */ rows) {
  const best = rows.reduce((lowest, each) => (each.ratio < lowest.ratio ? each : lowest));
  // The best peer may differ between processes, and rows are combined by label, so the label does not include its name.
  return [{ ...best, peerName: 'the best peer' }, ...rows];
}
