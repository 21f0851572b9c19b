/**
 * A few long tasks among thousands of tiny ones, all in flight at once. The ideal is half the time of the same work without
 * a pool: both threads are busy until the end, and messages cost nothing.
 */
import { performance } from 'node:perf_hooks';
import { median } from '../../harness/rounds.mjs';
import { row } from '../../harness/row.mjs';
import { bestFirst, peersIn, timesInPools } from './compare-pools.mjs';
import * as work from './work.mjs';

const tinyTasks = 6_000;
const longTasks = 20;
const msOfALongTask = 23;
const labels = {
  workload: `${tinyTasks} tiny tasks and ${longTasks} of ${msOfALongTask} ms`,
  size: tinyTasks + longTasks,
  metric: /** @type {const} */ ('times the ideal'),
};

export async function* mixed() {
  const calls = mixedCalls(repeatsOfLongTask());
  const sum = (/** @type {unknown[]} */ results) => results.reduce((total, result) => total + Number(result), 0);
  const alone = async () => sum(calls.map(({ task, input }) => work[task](input)));
  /** @param {import('./pools/open-pool.mjs').OpenPool} pool */
  const inPool = async (pool) => sum(await pool.all(calls, ({ task, input }) => pool.run(task, input)));

  const times = await timesInPools({ ...labels, rounds: 11, work: inPool }, [{ name: 'alone', work: alone }]);
  const ideal = times.get('alone').wallMs / 2;
  const pools = [...times].filter(([name]) => name !== 'alone');
  const figures = new Map(pools.map(([name, { wallMs }]) => [name, wallMs / ideal]));
  const sluice = figures.get('sluice');
  yield row({ ...labels, sluice, peer: 1, peerName: 'the ideal' });
  yield* bestFirst(peersIn(figures).map(([peerName, peer]) => row({ ...labels, sluice, peer, peerName })));
}

/** Returns calls with the long tasks spread evenly among the tiny ones. */
function mixedCalls(/** @type {number} */ times) {
  const every = (tinyTasks + longTasks) / longTasks;
  return Array.from({ length: tinyTasks + longTasks }, (_, index) =>
    index % every === 0
      ? { task: /** @type {const} */ ('longer'), input: times }
      : { task: /** @type {const} */ ('tiny'), input: index },
  );
}

/** Returns the input with which `longer` takes the time of a long task on this machine. */
function repeatsOfLongTask() {
  const times = 1_000;
  const tries = Array.from({ length: 9 }, () => {
    const start = performance.now();
    work.longer(times);
    return performance.now() - start;
  });
  return Math.round((times * msOfALongTask) / median(tries));
}
