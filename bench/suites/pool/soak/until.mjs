/** Waits with a time limit, for promises of a pool that must hold in bounded time. */
import { setTimeout } from 'node:timers/promises';

/** Whether the condition becomes true within the time limit in ms. */
export async function becomesTrue(/** @type {() => boolean} */ isTrue, /** @type {number} */ ms) {
  for (let left = ms; !isTrue(); left -= 10) {
    if (left <= 0) return false;
    await setTimeout(10);
  }
  return true;
}

/** Whether the promise fulfils within the time limit in ms. A rejection is passed on. */
export async function settles(/** @type {PromiseLike<unknown>} */ promise, /** @type {number} */ ms) {
  let isSettled = false;
  const settled = Promise.resolve(promise).finally(() => (isSettled = true));
  return Promise.race([settled.then(() => true), becomesTrue(() => isSettled, ms)]);
}
