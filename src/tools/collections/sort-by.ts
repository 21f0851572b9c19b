/** Items in the order of their keys. The keys of all items are requested together, each once. */
import { checkFlag } from '../../core/option-values';
import { checkOptions } from '../../core/options';
import type { Awaitable } from '../../core/shape';
import type { Future } from '../../future/future';
import { mapAll, type ItemFunction } from './map-all';
import { compare, type Comparable, type Direction } from './comparable';

/** A function that returns the sort key of an item. */
type SortKeyFunction<T> = ItemFunction<T, Comparable | Awaitable<Comparable> | Generator<unknown, Comparable, never>>;

export interface SortConfig {
  /**
   * Sorts the greatest key first. Items with equal keys keep their order in both directions.
   *
   * @defaultValue `false`
   */
  readonly descending?: boolean;
}

/**
 * A future of the items in the order of their keys; items with equal keys keep their order. Without `fn` an item is its
 * own key. Lists are compared element by element; missing keys (`null`, `undefined`, `NaN`) come last. The future fails
 * as `all` does. The source is asynq's `asorted`.
 *
 * @param items - An array or another iterable.
 * @param fn - A task, a batch function or another function that returns the key of an item.
 * @throws TypeError at once if `items` is not iterable, `fn` is not a function, or an option is invalid.
 * @example
 * sortBy([3, 1, 2], (id) => nameOf(id)).subscribe(console.log); // one flush, of 3, 1 and 2
 */
export function sortBy<T>(items: Iterable<T>, fn?: SortKeyFunction<T>, config: SortConfig = {}): Future<T[]> {
  checkOptions('sortBy', config, ['descending']);
  const { descending = false } = config;
  checkFlag('sortBy: descending', descending);
  const direction = descending ? 'descending' : 'ascending';
  return mapAll('sortBy', { items, fn }, (all, keys) =>
    all
      .map((item, index) => ({ item, key: keys[index] }))
      .sort((one, other) => compare(one.key, other.key, direction))
      .map(({ item }) => item),
  );
}

/**
 * A future of the item with the greatest key, the first of equal ones; `undefined` without items. The source is asynq's
 * `amax`.
 *
 * @param items - An array or another iterable.
 * @param fn - A task, a batch function or another function that returns the key of an item.
 * @throws TypeError at once if `items` is not iterable, or `fn` is not a function.
 * @example
 * maxBy(['pear', 'fig'], (word) => lengthOf(word)).subscribe(console.log); // pear
 */
export const maxBy = <T>(items: Iterable<T>, fn?: SortKeyFunction<T>): Future<T | undefined> =>
  mapAll('maxBy', { items, fn }, (all, keys) => firstOf(all, keys, 'descending'));

/**
 * A future of the item with the least key, the first of equal ones; `undefined` without items. The source is asynq's
 * `amin`.
 *
 * @param items - An array or another iterable.
 * @param fn - A task, a batch function or another function that returns the key of an item.
 * @throws TypeError at once if `items` is not iterable, or `fn` is not a function.
 * @example
 * minBy(['pear', 'fig'], (word) => lengthOf(word)).subscribe(console.log); // fig
 */
export const minBy = <T>(items: Iterable<T>, fn?: SortKeyFunction<T>): Future<T | undefined> =>
  mapAll('minBy', { items, fn }, (all, keys) => firstOf(all, keys, 'ascending'));

function firstOf<T>(items: readonly T[], keys: readonly unknown[], direction: Direction): T | undefined {
  let first = 0;
  for (let index = 1; index < keys.length; index++) {
    if (compare(keys[index], keys[first], direction) < 0) first = index;
  }
  return items[first];
}
