/** What the threads do, the same functions in every pool. Each takes one argument, as that is all that piscina passes. */
import { createHash } from 'node:crypto';

/** So little that all of its time is the pool's. */
export const tiny = (/** @type {number} */ n) => n + 1;

/** @type {(n: number) => number} */
export const fib = (n) => (n < 2 ? n : fib(n - 1) + fib(n - 2));

/** Work of any length: a small `fib` so many times over. */
export function longer(/** @type {number} */ times) {
  let sum = 0;
  for (let time = 0; time < times; time++) sum += fib(15);
  return sum;
}

export const digest = (/** @type {Uint8Array} */ bytes) => createHash('sha256').update(bytes).digest('hex');
