/** Items in the order of their keys, which are asked for together, and once each. */
import { invalidOption } from '../../core/describe';
import { checkOptions } from '../../core/options';
import type { Awaitable } from '../../core/shape';
import type { Future } from '../../future/future';
import { mapAll, type ItemFunction } from './map-all';
import { compare, type Comparable, type Direction } from './comparable';

/** A function that gives what an item is put in order by. */
type KeyFunction<T> = ItemFunction<T, Comparable | Awaitable<Comparable> | Generator<unknown, Comparable, never>>;

export interface SortConfig {
  /** The greatest first (false). Items with equal keys keep their order all the same. */
  readonly descending?: boolean;
}

/**
 * A future of the items in the order of their keys; those with equal keys keep their order. Without `fn` an item is its
 * own key. Lists are compared place by place; what is missing (`null`, `undefined`, `NaN`) comes last. Fails as `all`
 * does. asynq's `asorted`.
 *
 * @throws TypeError at once for items that cannot be iterated over, for what is no function, and for a wrong option.
 * @example
 * sortBy([3, 1, 2], (id) => nameOf(id)).subscribe(console.log); // one flush, of 3, 1 and 2
 */
export function sortBy<T>(items: Iterable<T>, fn?: KeyFunction<T>, config: SortConfig = {}): Future<T[]> {
  checkOptions('sortBy', config, ['descending']);
  const { descending = false } = config;
  if (typeof descending !== 'boolean') throw invalidOption('sortBy: descending', 'true or false', descending);
  const direction = descending ? 'descending' : 'ascending';
  return mapAll('sortBy', { items, fn }, (all, keys) =>
    all
      .map((item, index) => ({ item, key: keys[index] }))
      .sort((one, other) => compare(one.key, other.key, direction))
      .map(({ item }) => item),
  );
}

/**
 * A future of the item with the greatest key, the first of equals; undefined if there are no items. asynq's `amax`.
 *
 * @throws TypeError at once for items that cannot be iterated over, and for what is no function.
 * @example
 * maxBy(['pear', 'fig'], (word) => lengthOf(word)).subscribe(console.log); // pear
 */
export const maxBy = <T>(items: Iterable<T>, fn?: KeyFunction<T>): Future<T | undefined> =>
  mapAll('maxBy', { items, fn }, (all, keys) => firstOf(all, keys, 'descending'));

/**
 * A future of the item with the least key, the first of equals; undefined if there are no items. asynq's `amin`.
 *
 * @throws TypeError at once for items that cannot be iterated over, and for what is no function.
 * @example
 * minBy(['pear', 'fig'], (word) => lengthOf(word)).subscribe(console.log); // fig
 */
export const minBy = <T>(items: Iterable<T>, fn?: KeyFunction<T>): Future<T | undefined> =>
  mapAll('minBy', { items, fn }, (all, keys) => firstOf(all, keys, 'ascending'));

function firstOf<T>(items: readonly T[], keys: readonly unknown[], direction: Direction): T | undefined {
  let first = 0;
  for (let index = 1; index < keys.length; index++) {
    if (compare(keys[index], keys[first], direction) < 0) first = index;
  }
  return items[first];
}
