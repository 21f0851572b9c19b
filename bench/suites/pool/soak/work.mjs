/** The functions of a soak: tasks that complete, tasks that fail, and tasks that end their thread. */
import { setTimeout as fire } from 'node:timers';
import { setTimeout as sleep } from 'node:timers/promises';

export { fib } from '../work.mjs';

export const value = (/** @type {number} */ n) => n;

export function throwError(/** @type {number} */ n) {
  const error = new RangeError(`${n} is wrong`);
  error.cause = error;
  throw error;
}

export function throwNull() {
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

/** Ends early on a cancel. @this {{ signal: import('node:events').EventEmitter & AbortSignal }} */
export function heedAbort(/** @type {number} */ ms) {
  return sleep(ms, ms, { signal: this.signal });
}

/** Ignores a cancel: only the end of its thread ends it early. */
export const ignoreAbort = (/** @type {number} */ ms) => sleep(ms, ms);

export const exit = (/** @type {number} */ code) => process.exit(code);

export async function exitLater(/** @type {number} */ ms) {
  fire(() => process.exit(1), ms);
  await sleep(60_000);
}

export async function rejectUnhandled(/** @type {number} */ n) {
  void Promise.reject(new Error('This rejection is not handled.'));
  await sleep(5);
  return n;
}

export function loopForever() {
  for (;;);
}

/** Allocates small objects: one large allocation could end the whole process, despite the limit of the thread. */
export function exhaustHeap() {
  let last = {};
  for (;;) last = { last };
}
