/** Choosing among items by a question that is asked about all of them together. */
import type { Future } from '../../future/future';
import { mapAll, type ItemFunction } from './map-all';

/**
 * A future of the items that pass, in their order: those for which `fn` gives something truthy. Without `fn`, those
 * that are truthy themselves. Fails as `all` does. asynq's `afilter`.
 *
 * @throws TypeError at once for items that cannot be iterated over, and for what is no function.
 * @example
 * filterBy([1, 2, 3], (id) => isActive(id)).subscribe(console.log); // one flush, of 1, 2 and 3
 */
export function filterBy<T, S extends T>(items: Iterable<T>, fn: (item: T) => item is S): Future<S[]>;
export function filterBy<T>(items: Iterable<T>, fn?: ItemFunction<T, unknown>): Future<T[]>;
export function filterBy<T>(items: Iterable<T>, fn?: ItemFunction<T, unknown>): Future<T[]> {
  return mapAll('filterBy', { items, fn }, (all, answers) => all.filter((_, index) => answers[index]));
}

/**
 * The others: a future of the items that do not pass. asynq's `afilterfalse`.
 *
 * @throws TypeError at once for items that cannot be iterated over, and for what is no function.
 * @example
 * rejectBy([1, 2, 3], (id) => isActive(id)).subscribe(console.log);
 */
export const rejectBy = <T>(items: Iterable<T>, fn?: ItemFunction<T, unknown>): Future<T[]> =>
  mapAll('rejectBy', { items, fn }, (all, answers) => all.filter((_, index) => !answers[index]));

/**
 * Both: a future of those that pass, and of those that do not. asynq's `asift`.
 *
 * @throws TypeError at once for items that cannot be iterated over, and for what is no function.
 * @example
 * partitionBy([1, 2, 3], (id) => isActive(id)).subscribe(([active, idle]) => console.log(active, idle));
 */
export const partitionBy = <T>(items: Iterable<T>, fn?: ItemFunction<T, unknown>): Future<[T[], T[]]> =>
  mapAll('partitionBy', { items, fn }, (all, answers) => {
    const passed: T[] = [];
    const rest: T[] = [];
    all.forEach((item, index) => (answers[index] ? passed : rest).push(item));
    return [passed, rest];
  });
