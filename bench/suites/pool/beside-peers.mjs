/** One workload in all pools by turns: sluice beside the best of its peers, then beside each of them. */
import { medianTimes } from '../../harness/rounds.mjs';
import { row } from '../../harness/row.mjs';
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
  const rates = new Map([...times].map(([name, ms]) => [name, (config.size / ms) * 1_000]));
  yield* rowsOf(rates, { ...config, metric: 'tasks per second' });
}

/** @param {PoolWorkload} config @param {readonly import('../../harness/rounds.mjs').Contender[]} [others] */
export function timesInPools({ work, rounds }, others = []) {
  return withPools((pools) => {
    const contenders = pools.map((pool) => ({ name: pool.name, work: () => work(pool) }));
    return medianTimes([...contenders, ...others], { rounds });
  });
}

/** @param {ReadonlyMap<string, number>} figures @param {Pick<import('../../harness/row.mjs').Row, 'workload' | 'size' | 'metric'>} what */
export function rowsOf(figures, { workload, size, metric }) {
  const sluice = figures.get('sluice') ?? NaN;
  const rows = [...figures]
    .filter(([name]) => name !== 'sluice')
    .map(([peerName, peer]) => row({ workload, size, metric, sluice, peer, peerName }));
  const hardest = rows.reduce((best, each) => (each.ratio < best.ratio ? each : best));
  return [{ ...hardest, peerName: `the best, ${hardest.peerName}` }, ...rows];
}
