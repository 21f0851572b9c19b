/**
 * The heap that pending work retains: heap in use after the work has started, minus heap in use before, both after a garbage
 * collection. All of the work must still be pending when it is measured, so no flush may have run.
 */
import { setTimeout } from 'node:timers/promises';
import { median } from './rounds.mjs';

/**
 * @typedef {object} PendingWork
 * @property {() => unknown} start starts all work; returns the value that a caller retains, or a promise of the end
 * @property {() => number} flushes number of flushes until now
 */

/** Time in ms for background compilation to end; until then the compiler retains the closures that it compiles. */
const compilationMs = 30;

/** Returns the median number of retained bytes over the rounds, after one round that only compiles the code. */
export async function retainedBytes(/** @type {() => PendingWork} */ prepare, /** @type {number} */ rounds) {
  const samples = [];
  for (let round = 0; round <= rounds; round++) samples.push(await retainedBytesOnce(prepare));
  return median(samples.slice(1));
}

/** Measures one round. The work is prepared here, so that no frame of the caller retains the work of the last round. */
async function retainedBytesOnce(/** @type {() => PendingWork} */ prepare) {
  const { start, flushes } = prepare();
  const before = heapInUse();
  const end = start();
  // One microtask later all work has started; flushes run after the microtask queue has drained.
  await null;
  const retained = heapInUse() - before;
  if (flushes() > 0)
    throw new Error('Expected the work to be pending when its heap is measured; it was flushed before.');
  await end;
  await setTimeout(compilationMs);
  if (flushes() === 0)
    throw new Error(
      'Expected the work to be flushed after it was measured; there was no flush, so it may not have been pending.',
    );
  return retained;
}

/** Bytes of heap after two garbage collections; the second frees what the first made unreachable. */
export function heapInUse() {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
