/** What the threads do in a soak: tasks that end well, tasks that end badly, and tasks that take their thread with them. */
import { setTimeout as fire } from 'node:timers';
import { setTimeout as sleep } from 'node:timers/promises';

export { fib } from '../work.mjs';

export const value = (/** @type {number} */ n) => n;

export function wrong(/** @type {number} */ n) {
  const error = new RangeError(`${n} is wrong`);
  error.cause = error;
  throw error;
}

export function nothing() {
  throw null;
}

export function* stream(/** @type {number} */ length) {
  for (let item = 0; item < length; item++) yield item;
}

export async function* slowStream(/** @type {number} */ length) {
  for (let item = 0; item < length; item++) {
    await sleep(1);
    yield item;
  }
}

/** Heeds a cancel. @this {{ signal: import('node:events').EventEmitter & AbortSignal }} */
export function slow(/** @type {number} */ ms) {
  return sleep(ms, ms, { signal: this.signal });
}

/** Does not: only the end of its thread ends it early. */
export const deaf = (/** @type {number} */ ms) => sleep(ms, ms);

export const exit = (/** @type {number} */ code) => process.exit(code);

export async function exitLater(/** @type {number} */ ms) {
  fire(() => process.exit(1), ms);
  await sleep(60_000);
}

export async function unhandled(/** @type {number} */ n) {
  void Promise.reject(new Error('Nobody handles this.'));
  await sleep(5);
  return n;
}

export function loop() {
  for (;;);
}

/** Little by little: one big piece could take the whole process with it, whatever the limit of the thread. */
export function hog() {
  let last = {};
  for (;;) last = { last };
}
