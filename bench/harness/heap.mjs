/**
 * The heap that pending work holds on to: what is in use after it has been started, less what was in use before, with
 * the garbage collected on both sides. Work is measured while all of it waits, so nothing may have been flushed by then.
 */
import { setTimeout } from 'node:timers/promises';
import { median } from './rounds.mjs';

/**
 * @typedef {object} PendingWork
 * @property {() => unknown} start starts all work; returns what a caller would hold, or a promise of the end
 * @property {() => number} flushes so far
 */

/** ms after which the compiler has ended its work in the background; until then it holds on to the closures it compiles. */
const compilation = 30;

/** The median number of bytes over a few rounds, the first of which only compiles the code. */
export async function heldBytes(/** @type {() => PendingWork} */ prepare, /** @type {number} */ rounds) {
  const held = [];
  for (let round = 0; round <= rounds; round++) held.push(await heldOnce(prepare));
  return median(held.slice(1));
}

/** Prepares for itself, so that the caller's frame has no hold on the work of the round before. */
async function heldOnce(/** @type {() => PendingWork} */ prepare) {
  const { start, flushes } = prepare();
  const before = heapInUse();
  const end = start();
  // Work that starts on a microtask has started after this one; flushes come later, when the microtasks have drained.
  await null;
  const held = heapInUse() - before;
  if (flushes() > 0) throw new Error('The work was flushed before its heap could be measured.');
  await end;
  await setTimeout(compilation);
  if (flushes() === 0) throw new Error('The work was measured but never flushed: it may not have been pending.');
  return held;
}

/** Twice, as what the first collection makes unreachable is left for the second. */
export function heapInUse() {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
