/**
 * A few long tasks among thousands of tiny ones, all at once. Ideal is half the time that the same work takes without
 * a pool: both threads busy to the end, and nothing for the way there and back.
 */
import { performance } from 'node:perf_hooks';
import { median } from '../../harness/rounds.mjs';
import { row } from '../../harness/row.mjs';
import { bestFirst, peersIn, timesInPools } from './beside-peers.mjs';
import * as work from './work.mjs';

const tinyTasks = 6_000;
const longTasks = 20;
const msOfALongTask = 23;
const what = {
  workload: `${tinyTasks} tiny tasks and ${longTasks} of ${msOfALongTask} ms`,
  size: tinyTasks + longTasks,
  metric: /** @type {const} */ ('times the ideal'),
};

export async function* mixed() {
  const calls = mixture(timesToBeLong());
  const sum = (/** @type {unknown[]} */ results) => results.reduce((total, result) => total + Number(result), 0);
  const alone = async () => sum(calls.map(({ task, input }) => work[task](input)));
  /** @param {import('./pools/open-pool.mjs').OpenPool} pool */
  const inPool = async (pool) => sum(await pool.all(calls, ({ task, input }) => pool.run(task, input)));

  const times = await timesInPools({ ...what, rounds: 11, work: inPool }, [{ name: 'alone', work: alone }]);
  const ideal = times.get('alone').wallMs / 2;
  const pools = [...times].filter(([name]) => name !== 'alone');
  const figures = new Map(pools.map(([name, { wallMs }]) => [name, wallMs / ideal]));
  const sluice = figures.get('sluice');
  yield row({ ...what, sluice, peer: 1, peerName: 'the ideal' });
  yield* bestFirst(peersIn(figures).map(([peerName, peer]) => row({ ...what, sluice, peer, peerName })));
}

/** The long ones spread evenly among the tiny ones. */
function mixture(/** @type {number} */ times) {
  const every = (tinyTasks + longTasks) / longTasks;
  return Array.from({ length: tinyTasks + longTasks }, (_, index) =>
    index % every === 0
      ? { task: /** @type {const} */ ('longer'), input: times }
      : { task: /** @type {const} */ ('tiny'), input: index },
  );
}

/** What to ask `longer` for on this machine, today. */
function timesToBeLong() {
  const times = 1_000;
  const tries = Array.from({ length: 9 }, () => {
    const start = performance.now();
    work.longer(times);
    return performance.now() - start;
  });
  return Math.round((times * msOfALongTask) / median(tries));
}
