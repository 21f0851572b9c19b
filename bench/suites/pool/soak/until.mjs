/** Waiting with an end to it: what a pool promises to do in bounded time is given that time, and no more. */
import { setTimeout } from 'node:timers/promises';

/** Whether it has come true within so many ms. */
export async function comesTrue(/** @type {() => boolean} */ isTrue, /** @type {number} */ ms) {
  for (let left = ms; !isTrue(); left -= 10) {
    if (left <= 0) return false;
    await setTimeout(10);
  }
  return true;
}

/** Whether it has settled within so many ms; if it fails, so does this. */
export async function settles(/** @type {PromiseLike<unknown>} */ promise, /** @type {number} */ ms) {
  let isSettled = false;
  const settled = Promise.resolve(promise).finally(() => (isSettled = true));
  return Promise.race([settled.then(() => true), comesTrue(() => isSettled, ms)]);
}
