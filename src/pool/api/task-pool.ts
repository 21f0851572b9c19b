/** A pool as those see it who give it work: what they take for a parameter may be any pool, or one of a test. */
import type { WorkerPoolBase } from './worker-pool-base';

/**
 * A `WorkerPool`, or what stands for one in a test: `VirtualPool` of `sluice/testing`.
 *
 * @example
 * const thumbnails = (pool: TaskPool, images$: Observable<Image>) => images$.pipe(offload(pool.task(shrink)));
 */
export type TaskPool = Pick<
  WorkerPoolBase,
  | 'name'
  | 'size'
  | 'stats'
  | 'events$'
  | 'scheduler'
  | 'do'
  | 'task'
  | 'module'
  | 'drain'
  | 'close'
  | typeof Symbol.asyncDispose
>;
