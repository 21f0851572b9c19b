/**
 * Endless recursion of tasks is stopped before it fills the memory, because tasks may otherwise nest as deep as memory allows.
 * A check of the heap, once per some thousand started bodies, finds out whether one chain of tasks is what fills it.
 */
import { RecursionError } from '../core/errors';
import { v8 } from '../core/node-v8';
import type { Waiter } from '../scheduler/waiter';

/** Number of bodies that begin between two checks. */
const CHECK_INTERVAL = 2_048;
/** Used part of the heap from which chains are measured. */
const FULL_HEAP = 0.7;
/** Length up to which a chain is never taken for endless recursion. */
const MIN_DEPTH = 10_000;
/** Largest assumed size of one task of a chain, in bytes. A chain whose tasks would have to be larger is not what fills the heap. */
const MAX_TASK_SIZE = 8_000;
/** Longest allowed chain on platforms without heap statistics. A million nested tasks must finish. */
const MAX_DEPTH = 2_000_000;

let untilCheck = CHECK_INTERVAL;
/**
 * Length of the chain that was stopped last; 0 again once much of the heap is free. Shorter chains are allowed until then,
 * because the tasks of the stopped chain may begin others for their clean-up.
 */
let stoppedDepth = 0;

/**
 * Called when the body of a task begins.
 *
 * @throws RecursionError if the chain of this task fills the heap.
 */
export function checkDepth(task: Waiter & { readonly name: string }): void {
  if (--untilCheck > 0) return;
  untilCheck = CHECK_INTERVAL;
  const heap = v8?.getHeapStatistics();
  const used = heap && heap.used_heap_size / heap.heap_size_limit;
  if (used !== undefined && used < FULL_HEAP / 2) stoppedDepth = 0;
  if (used !== undefined && used < FULL_HEAP) return;
  const depth = depthOf(task);
  const isFull = heap ? depth > MIN_DEPTH && depth * MAX_TASK_SIZE > heap.used_heap_size : depth > MAX_DEPTH;
  if (isFull && depth > stoppedDepth) {
    stoppedDepth = depth;
    throw new RecursionError(task.name, depth, heap);
  }
  // A walk along the chain takes time in proportion to its length, so the next check comes after as many tasks.
  untilCheck = Math.max(CHECK_INTERVAL, depth / 4);
}

/** The number of tasks in the chain of waiters of a task; 0 if the chain is a cycle, which does not grow. */
function depthOf(task: Waiter): number {
  let depth = 0;
  let steps = 0;
  let landmark: Waiter | undefined;
  for (let current: Waiter | undefined = task; current; current = current.parent) {
    if (current === landmark) return 0;
    if (current.role === 'task' || current.role === 'stream') depth++;
    // A new landmark at each power of two: a walk along a cycle comes back to its last landmark.
    if ((++steps & (steps - 1)) === 0) landmark = current;
  }
  return depth;
}
