/**
 * The kinds of tasks in a soak: the weight, the input and the expected outcome of each.
 *
 * @typedef {object} TaskKind
 * @property {keyof typeof import('./work.mjs')} name
 * @property {number} weight share of the tasks, relative to the sum of all weights
 * @property {(upTo: (limit: number) => number) => number} input
 * @property {'values' | 'error' | 'either'} end
 * @property {(input: number) => readonly unknown[]} [items] the expected values of a task that completes
 * @property {number} [timeout] ms
 */

const one = (/** @type {unknown} */ item) => [item];
const counted = (/** @type {number} */ length) => Array.from({ length }, (_, item) => item);
const fibs = [0, 1];
for (let n = 2; n <= 22; n++) fibs.push(fibs[n - 1] + fibs[n - 2]);

/** @type {readonly TaskKind[]} */
export const taskKinds = [
  { name: 'value', weight: 600, input: (upTo) => upTo(1e6), end: 'values', items: one },
  { name: 'fib', weight: 60, input: (upTo) => upTo(22), end: 'values', items: (n) => one(fibs[n]) },
  { name: 'stream', weight: 60, input: (upTo) => upTo(500), end: 'values', items: counted },
  { name: 'slowStream', weight: 20, input: (upTo) => upTo(20), end: 'values', items: counted },
  { name: 'heedAbort', weight: 60, input: (upTo) => 1 + upTo(40), end: 'values', items: one },
  { name: 'ignoreAbort', weight: 20, input: (upTo) => 1 + upTo(40), end: 'values', items: one },
  { name: 'throwError', weight: 100, input: (upTo) => upTo(1e6), end: 'error' },
  { name: 'throwNull', weight: 30, input: () => 0, end: 'error' },
  { name: 'exit', weight: 10, input: (upTo) => upTo(2), end: 'error' },
  { name: 'exitLater', weight: 5, input: (upTo) => upTo(20), end: 'error' },
  // The policy for unhandled rejections decides whether the task completes.
  { name: 'rejectUnhandled', weight: 10, input: (upTo) => upTo(1e6), end: 'either', items: one },
  { name: 'loopForever', weight: 5, input: () => 0, end: 'error', timeout: 100 },
  { name: 'exhaustHeap', weight: 1, input: () => 0, end: 'error' },
];
