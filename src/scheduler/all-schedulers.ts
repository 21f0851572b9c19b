/** Every scheduler there is, for whoever looks at all of them; none is kept alive by it. */
import type { BatchScheduler } from './batch-scheduler';

const known = new Set<WeakRef<BatchScheduler>>();
const FEW = 64;
/** When there are so many, those that are gone are left out. */
let tooMany = FEW;

export function registerScheduler(scheduler: BatchScheduler): void {
  known.add(new WeakRef(scheduler));
  if (known.size > tooMany) tooMany = Math.max(FEW, 2 * allSchedulers().length);
}

export function allSchedulers(): BatchScheduler[] {
  const found: BatchScheduler[] = [];
  for (const reference of known) {
    const scheduler = reference.deref();
    if (scheduler) found.push(scheduler);
    else known.delete(reference);
  }
  return found;
}
