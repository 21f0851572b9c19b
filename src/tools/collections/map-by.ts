/** What a function gives for each of many items, asked for together. */
import type { Future } from '../../future/future';
import type { TaskResult } from '../../task/task';
import { mapAll, type ItemFunction } from './map-all';
import { checkFunction } from '../call-task';

/**
 * A future of the results, in the order of the items. `fn` is a task, a batch function or any other function; it gets
 * the item and nothing else. Fails with the first failure, and unsubscribes from the rest. asynq's `amap`.
 *
 * @throws TypeError at once for items that cannot be iterated over, and for what is no function.
 * @example
 * mapBy([1, 2], (n) => nameOf(n)).subscribe(console.log); // one flush, of 1 and 2
 */
export function mapBy<T, R>(items: Iterable<T>, fn: ItemFunction<T, R>): Future<TaskResult<R>[]> {
  checkFunction('mapBy: its function', fn);
  return mapAll('mapBy', { items, fn }, (_, answers) => answers as TaskResult<R>[]); // they are those of `fn`
}
