/** Tasks with almost no work, so that the measured time is that of the pool: one at a time, in a window, and all at once. */
import { tasksPerSecond } from './compare-pools.mjs';

const rounds = 15;
const inputs = (/** @type {number} */ size) => Array.from({ length: size }, (_, input) => input);
const sum = (/** @type {unknown[]} */ results) => results.reduce((total, result) => total + Number(result), 0);

export function tinyOneByOne() {
  const size = 2_000;
  /** @param {import('./pools/open-pool.mjs').OpenPool} pool */
  const work = async (pool) => {
    let total = 0;
    for (let input = 0; input < size; input++) total += await pool.run('tiny', input);
    return total;
  };
  return tasksPerSecond({ workload: 'tiny tasks, each awaited', size, rounds, work });
}

export const tinyInAWindow = () => tinyTasks({ workload: 'tiny tasks, 64 in flight', inFlight: 64 });
export const tinyInABurst = () => tinyTasks({ workload: 'tiny tasks, in one burst' });

/** @param {{ workload: string, inFlight?: number }} config */
function tinyTasks({ workload, inFlight }) {
  const all = inputs(15_000);
  /** @param {import('./pools/open-pool.mjs').OpenPool} pool */
  const work = async (pool) => sum(await pool.all(all, (input) => pool.run('tiny', input), inFlight));
  return tasksPerSecond({ workload, size: all.length, rounds, work });
}
