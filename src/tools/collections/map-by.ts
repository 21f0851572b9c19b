/** The results of a function for many items, which are requested together. */
import type { Future } from '../../future/future';
import type { TaskResult } from '../../task/task';
import { mapAll, type ItemFunction } from './map-all';
import { checkTaskOrFunction } from '../call-task';

/**
 * A future of the results of `fn`, in the order of the items. It fails with the first failure, and unsubscribes from the
 * other calls. The source is asynq's `amap`.
 *
 * @param items - An array or another iterable.
 * @param fn - A task, a batch function or another function. Its only argument is the item.
 * @throws TypeError at once if `items` is not iterable, or `fn` is not a function.
 * @example
 * mapBy([1, 2], (n) => nameOf(n)).subscribe(console.log); // one flush, of 1 and 2
 */
export function mapBy<T, R>(items: Iterable<T>, fn: ItemFunction<T, R>): Future<TaskResult<R>[]> {
  checkTaskOrFunction('mapBy: its function', fn);
  // Cast: results of `fn`, because `mapAll` returns what `fn` has returned.
  return mapAll('mapBy', { items, fn }, (_, results) => results as TaskResult<R>[]);
}
