/**
 * Tasks nest as deep as memory allows, so one that calls itself without end would take all of it. Now and then, as bodies
 * are begun, a look at the heap tells whether such a chain of tasks is what fills it.
 */
import { RecursionError } from '../core/errors';
import { v8 } from '../core/node-v8';
import type { Waiter } from '../scheduler/waiter';

/** So many bodies are begun from one look to the next. */
const INTERVAL = 2_048;
/** Part of the heap that may be used. */
const FULL = 0.7;
/** A chain that is not longer is no recursion without end. */
const FEWEST = 10_000;
/** Bytes that a task in a chain may take, with all that it stands on: a shorter chain is not what fills the heap. */
const LARGEST_SIZE = 8_000;
/** Deepest chain where the heap cannot be looked at: a million tasks finish. */
const DEEPEST = 2_000_000;

let untilLook = INTERVAL;
/**
 * Depth of the chain that was stopped last, until much of the heap is free again: the tasks above it clean up, and what
 * they begin for that is not stopped.
 */
let stoppedDepth = 0;

/**
 * Called as the body of a task is begun.
 *
 * @throws RecursionError
 */
export function checkDepth(task: Waiter & { readonly name: string }): void {
  if (--untilLook > 0) return;
  untilLook = INTERVAL;
  const heap = v8?.getHeapStatistics();
  const used = heap && heap.used_heap_size / heap.heap_size_limit;
  if (used !== undefined && used < FULL / 2) stoppedDepth = 0;
  if (used !== undefined && used < FULL) return;
  const depth = depthOf(task);
  const isFull = heap ? depth > FEWEST && depth * LARGEST_SIZE > heap.used_heap_size : depth > DEEPEST;
  if (isFull && depth > stoppedDepth) {
    stoppedDepth = depth;
    throw new RecursionError(task.name, depth, heap);
  }
  // To walk a chain takes time, which the next look pays for with as many tasks.
  untilLook = Math.max(INTERVAL, depth / 4);
}

/** How many tasks stand above one another; 0 where they wait for each other in a circle, which grows no more. */
function depthOf(task: Waiter): number {
  let depth = 0;
  let steps = 0;
  let landmark: Waiter | undefined;
  for (let at: Waiter | undefined = task; at; at = at.above) {
    if (at === landmark) return 0;
    if (at.role === 'task' || at.role === 'stream') depth++;
    // At each power of two: a circle comes by its last landmark again.
    if ((++steps & (steps - 1)) === 0) landmark = at;
  }
  return depth;
}
