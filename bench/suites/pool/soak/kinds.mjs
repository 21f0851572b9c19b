/**
 * The kinds of tasks in a soak: how common each is, what it is asked, and how it has to end.
 *
 * @typedef {object} Kind
 * @property {keyof typeof import('./work.mjs')} name
 * @property {number} weight how often, out of all weights
 * @property {(upTo: (limit: number) => number) => number} input
 * @property {'values' | 'error' | 'either'} end
 * @property {(input: number) => readonly unknown[]} [items] what it emits before it ends well
 * @property {number} [timeout] ms
 */

const one = (/** @type {unknown} */ item) => [item];
const counted = (/** @type {number} */ length) => Array.from({ length }, (_, item) => item);
const fibs = [0, 1];
for (let n = 2; n <= 22; n++) fibs.push(fibs[n - 1] + fibs[n - 2]);

/** @type {readonly Kind[]} */
export const kinds = [
  { name: 'value', weight: 600, input: (upTo) => upTo(1e6), end: 'values', items: one },
  { name: 'fib', weight: 60, input: (upTo) => upTo(22), end: 'values', items: (n) => one(fibs[n]) },
  { name: 'stream', weight: 60, input: (upTo) => upTo(500), end: 'values', items: counted },
  { name: 'slowStream', weight: 20, input: (upTo) => upTo(20), end: 'values', items: counted },
  { name: 'slow', weight: 60, input: (upTo) => 1 + upTo(40), end: 'values', items: one },
  { name: 'deaf', weight: 20, input: (upTo) => 1 + upTo(40), end: 'values', items: one },
  { name: 'wrong', weight: 100, input: (upTo) => upTo(1e6), end: 'error' },
  { name: 'nothing', weight: 30, input: () => 0, end: 'error' },
  { name: 'exit', weight: 10, input: (upTo) => upTo(2), end: 'error' },
  { name: 'exitLater', weight: 5, input: (upTo) => upTo(20), end: 'error' },
  // Policy says whether it may still end well.
  { name: 'unhandled', weight: 10, input: (upTo) => upTo(1e6), end: 'either', items: one },
  { name: 'loop', weight: 5, input: () => 0, end: 'error', timeout: 100 },
  { name: 'hog', weight: 1, input: () => 0, end: 'error' },
];
