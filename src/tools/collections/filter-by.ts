/** Selecting items by a predicate that is called for all of them together. */
import type { Future } from '../../future/future';
import { mapAll, type ItemFunction } from './map-all';

/**
 * A future of the items for which `fn` returns a truthy value, in their order. Without `fn`, a future of the truthy items.
 * The future fails as `all` does. The source is asynq's `afilter`.
 *
 * @param items - An array or another iterable.
 * @param fn - A task, a batch function or another function of one item.
 * @throws TypeError at once if `items` is not iterable, or `fn` is not a function.
 * @example
 * filterBy([1, 2, 3], (id) => isActive(id)).subscribe(console.log); // one flush, of 1, 2 and 3
 */
export function filterBy<T, S extends T>(items: Iterable<T>, fn: (item: T) => item is S): Future<S[]>;
export function filterBy<T>(items: Iterable<T>, fn?: ItemFunction<T, unknown>): Future<T[]>;
export function filterBy<T>(items: Iterable<T>, fn?: ItemFunction<T, unknown>): Future<T[]> {
  return mapAll('filterBy', { items, fn }, (all, results) => all.filter((_, index) => results[index]));
}

/**
 * A future of the items that `filterBy` leaves out. The source is asynq's `afilterfalse`.
 *
 * @param items - An array or another iterable.
 * @param fn - A task, a batch function or another function of one item.
 * @throws TypeError at once if `items` is not iterable, or `fn` is not a function.
 * @example
 * rejectBy([1, 2, 3], (id) => isActive(id)).subscribe(console.log);
 */
export const rejectBy = <T>(items: Iterable<T>, fn?: ItemFunction<T, unknown>): Future<T[]> =>
  mapAll('rejectBy', { items, fn }, (all, results) => all.filter((_, index) => !results[index]));

/**
 * A future of two lists: the items that `filterBy` selects, and the items that it leaves out. The source is asynq's
 * `asift`.
 *
 * @param items - An array or another iterable.
 * @param fn - A task, a batch function or another function of one item.
 * @throws TypeError at once if `items` is not iterable, or `fn` is not a function.
 * @example
 * partitionBy([1, 2, 3], (id) => isActive(id)).subscribe(([active, idle]) => console.log(active, idle));
 */
export const partitionBy = <T>(items: Iterable<T>, fn?: ItemFunction<T, unknown>): Future<[T[], T[]]> =>
  mapAll('partitionBy', { items, fn }, (all, results) => {
    const selected: T[] = [];
    const rest: T[] = [];
    all.forEach((item, index) => (results[index] ? selected : rest).push(item));
    return [selected, rest];
  });
