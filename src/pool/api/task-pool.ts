/** `TaskPool` is the interface that real and virtual pools share, for functions that take a pool as a parameter. */
import type { WorkerPoolBase } from './worker-pool-base';

/**
 * A `WorkerPool`, or a `VirtualPool` of `sluice/testing` that takes its place in a test.
 *
 * @example
 * const thumbnails = (pool: TaskPool, images$: Observable<Image>) => images$.pipe(offload(pool.task(shrink)));
 */
export type TaskPool = Pick<
  WorkerPoolBase,
  | 'name'
  | 'size'
  | 'stats'
  | 'ready'
  | 'events$'
  | 'scheduler'
  | 'do'
  | 'task'
  | 'module'
  | 'drain'
  | 'close'
  | typeof Symbol.asyncDispose
>;
