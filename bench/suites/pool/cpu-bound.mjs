/** CPU-bound tasks that keep both threads busy, so that the differences are the overhead of the pools. */
import { tasksPerSecond } from './compare-pools.mjs';

const rounds = 15;
const size = 64;
const mebibyte = 2 ** 20;

export function fibonacci() {
  const inputs = Array.from({ length: size }, () => 27);
  /** @param {import('./pools/open-pool.mjs').OpenPool} pool */
  const work = (pool) => pool.all(inputs, (n) => pool.run('fib', n));
  return tasksPerSecond({ workload: 'fib(27), in one burst', size, rounds, work });
}

/** Hashes buffers; each is allocated for its task and transferred to the thread. */
export function digests() {
  const inputs = Array.from({ length: size }, (_, input) => input);
  /** @param {import('./pools/open-pool.mjs').OpenPool} pool */
  const digestOf = (pool) => (/** @type {number} */ n) => pool.move('digest', new Uint8Array(mebibyte).fill(n));
  /** @param {import('./pools/open-pool.mjs').OpenPool} pool */
  const work = async (pool) => (await pool.all(inputs, digestOf(pool), 8)).toSorted();
  return tasksPerSecond({ workload: 'sha256 of 1 MiB, 8 in flight', size, rounds, work });
}
