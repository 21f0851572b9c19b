/** The functions of the tasks, the same in every pool. Each takes one argument, because piscina passes only one. */
import { createHash } from 'node:crypto';

/** Almost no work, so that the time of a task is that of the pool. */
export const tiny = (/** @type {number} */ n) => n + 1;

/** @type {(n: number) => number} */
export const fib = (n) => (n < 2 ? n : fib(n - 1) + fib(n - 2));

/** Work of any length: repeats a small `fib`. */
export function longer(/** @type {number} */ times) {
  let sum = 0;
  for (let time = 0; time < times; time++) sum += fib(15);
  return sum;
}

export const digest = (/** @type {Uint8Array} */ bytes) => createHash('sha256').update(bytes).digest('hex');
