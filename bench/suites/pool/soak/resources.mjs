/** The resources of a process that a pool could leak: handles, listeners and threads, counted by name. */
import { existsSync, readdirSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

/** The thread list of Linux, which includes unreferenced threads. */
const threadList = '/proc/self/task';

/** @typedef {ReadonlyMap<string, number>} ResourceCounts */

/** @returns {ResourceCounts} */
export function countResources() {
  const found = new Map();
  const add = (/** @type {string} */ name, count = 1) => found.set(name, (found.get(name) ?? 0) + count);
  for (const handle of process.getActiveResourcesInfo()) add(`handle ${handle}`);
  for (const event of process.eventNames()) add(`listener on ${String(event)}`, process.listenerCount(event));
  if (existsSync(threadList)) add('thread', readdirSync(threadList).length);
  return found;
}

/**
 * Describes the resources that have increased since `before`; undefined if there are none. Handles close asynchronously,
 * so the count is repeated until the time in ms is over.
 */
export async function describeLeaks(/** @type {ResourceCounts} */ before, /** @type {number} */ ms) {
  for (let left = ms; ; left -= 50) {
    const more = [...countResources()].filter(([name, count]) => count > (before.get(name) ?? 0));
    if (more.length === 0) return undefined;
    if (left <= 0) return more.map(([name, count]) => `${name}: ${before.get(name) ?? 0} → ${count}`).join(', ');
    await setTimeout(50);
  }
}
