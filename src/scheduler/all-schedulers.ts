/** All schedulers of the process are listed here, through weak references that keep none of them alive. */
import type { BatchScheduler } from './batch-scheduler';

const references = new Set<WeakRef<BatchScheduler>>();
const MIN_CLEANUP_SIZE = 64;
/** Number of references above which the references of collected schedulers are removed. */
let cleanupSize = MIN_CLEANUP_SIZE;

export function registerScheduler(scheduler: BatchScheduler): void {
  references.add(new WeakRef(scheduler));
  if (references.size > cleanupSize) cleanupSize = Math.max(MIN_CLEANUP_SIZE, 2 * allSchedulers().length);
}

export function allSchedulers(): BatchScheduler[] {
  const found: BatchScheduler[] = [];
  for (const reference of references) {
    const scheduler = reference.deref();
    if (scheduler) found.push(scheduler);
    else references.delete(reference);
  }
  return found;
}
