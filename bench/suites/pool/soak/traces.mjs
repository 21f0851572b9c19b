/** What a process would still have of a pool that has not gone: handles, listeners and threads, each by its name. */
import { existsSync, readdirSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

/** Linux tells of every thread, of those too that would not keep the process alive. */
const threadList = '/proc/self/task';

/** @typedef {ReadonlyMap<string, number>} Traces */

/** @returns {Traces} */
export function traces() {
  const found = new Map();
  const add = (/** @type {string} */ name, count = 1) => found.set(name, (found.get(name) ?? 0) + count);
  for (const handle of process.getActiveResourcesInfo()) add(`handle ${handle}`);
  for (const event of process.eventNames()) add(`listener on ${String(event)}`, process.listenerCount(event));
  if (existsSync(threadList)) add('thread', readdirSync(threadList).length);
  return found;
}

/**
 * What there is more of than before, or undefined. Handles close a little after whoever closes them, so it is looked
 * for again until the time is up.
 */
export async function moreThan(/** @type {Traces} */ before, /** @type {number} */ ms) {
  for (let left = ms; ; left -= 50) {
    const more = [...traces()].filter(([name, count]) => count > (before.get(name) ?? 0));
    if (more.length === 0) return undefined;
    if (left <= 0) return more.map(([name, count]) => `${name}: ${before.get(name) ?? 0} → ${count}`).join(', ');
    await setTimeout(50);
  }
}
