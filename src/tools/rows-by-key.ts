/**
 * Rows of a query become the results of a batch function: a database returns them in any order, and none for a key that
 * it does not have. The idea is lodash's `keyBy` and `groupBy`.
 */
import { invalidOption } from '../core/describe';
import { DuplicateKeyError } from '../core/errors';
import { checkFunction, checkOneOf, hasMethod } from '../core/option-values';
import { checkOptions } from '../core/options';
import { isPromiseOrObservable } from '../core/rx';
import { isError } from '../core/sluice-error';
import { giveLookup } from '../batch/map-lookup';

/** The options of `groupByKey`. */
export interface GroupByKeyConfig<K, I = K> {
  /**
   * Returns the identity of a key. It applies to the key of each row and to each key that a batch function asks for, so
   * that both are equal where they differ in form: `String` for 1 and `'1'`, the lower case of a uuid. Needed only if the two differ in form and
   * the batch function has no option `key` that makes them equal.
   *
   * @defaultValue the key itself
   */
  readonly key?: (key: K) => I;
}

/** The options of `byKey`. */
export interface ByKeyConfig<K, I = K, M = never> extends GroupByKeyConfig<K, I> {
  /**
   * Result of a key without a row, in a batch function that returns the Map, or a function from the key to it. `undefined` is
   * a value too, and an `Error` fails the key, as does an `Error` that the function throws.
   *
   * @defaultValue none: the key fails with a `MissingResultError`
   */
  readonly missing?: M | ((key: K) => M);
  /**
   * Which row is the result of a key with several rows. `'error'` throws a `DuplicateKeyError`.
   *
   * @defaultValue `'error'`
   */
  readonly duplicates?: 'error' | 'first' | 'last';
}

/**
 * A Map from the key of each row to the row, for a resolver to return: one row for each key. A key without a row fails
 * alone, with a `MissingResultError`, or has the value of `missing`. The Map itself has entries for the rows only.
 *
 * @param rows - An array or another iterable of rows, in any order.
 * @param keyOf - Returns the key of a row.
 * @param config - The options; see `ByKeyConfig`.
 * @throws DuplicateKeyError if two rows have one key, unless `duplicates` chooses one.
 * @throws TypeError if `rows` is not iterable, an option is invalid, or the key of a row is `undefined`, `null` or a
 * promise.
 * @example
 * const userById = batch(async (ids: readonly number[]) => {
 *   const { rows } = await pool.query('select * from users where id = any($1)', [ids]);
 *   return byKey(rows, (row) => row.id, { missing: null });
 * });
 */
export function byKey<Row, K, I = NonNullable<K>, M = never>(
  rows: Iterable<Row>,
  keyOf: (row: Row) => K,
  config: ByKeyConfig<NonNullable<K>, I, M> = {},
): Map<I, Row | M> {
  checkOptions('byKey', config, ['key', 'missing', 'duplicates']);
  const { duplicates = 'error', missing } = config;
  checkOneOf('byKey: duplicates', duplicates, ['error', 'first', 'last'] satisfies ByKeyConfig<K>['duplicates'][]);
  const map = new Map<I, Row | M>();
  eachKey('byKey', { rows, keyOf, config }, (key, row) => {
    if (duplicates !== 'last' && map.has(key)) {
      if (duplicates === 'error') throw new DuplicateKeyError('byKey', key);
      return;
    }
    map.set(key, row);
  });
  return findable(map, config, 'missing' in config ? (key) => ({ result: missingResult(missing, key) }) : undefined);
}

/**
 * A Map from each key to the rows with that key, in the order of the rows, for a resolver to return: one to many. A key
 * without rows has an empty array. The Map itself has entries for keys with rows only.
 *
 * @param rows - An array or another iterable of rows, in any order.
 * @param keyOf - Returns the key of a row.
 * @param config - The options; see `GroupByKeyConfig`.
 * @throws TypeError if `rows` is not iterable, an option is invalid, or the key of a row is `undefined`, `null` or a
 * promise.
 * @example
 * const booksOf = batch(async (authors: readonly number[]) => {
 *   const { rows } = await pool.query('select * from book where author = any($1) order by title', [authors]);
 *   return groupByKey(rows, (row) => row.author);
 * });
 */
export function groupByKey<Row, K, I = NonNullable<K>>(
  rows: Iterable<Row>,
  keyOf: (row: Row) => K,
  config: GroupByKeyConfig<NonNullable<K>, I> = {},
): Map<I, Row[]> {
  checkOptions('groupByKey', config, ['key']);
  const map = new Map<I, Row[]>();
  eachKey('groupByKey', { rows, keyOf, config }, (key, row) => {
    const group = map.get(key);
    if (group) group.push(row);
    else map.set(key, [row]);
  });
  return findable(map, config, () => ({ result: [] }));
}

interface KeyedRows<Row, K, I> {
  readonly rows: Iterable<Row>;
  readonly keyOf: (row: Row) => K;
  readonly config: GroupByKeyConfig<NonNullable<K>, I>;
}

function eachKey<Row, K, I>(
  tool: string,
  { rows, keyOf, config: { key: identityOf } }: KeyedRows<Row, K, I>,
  visit: (key: I, row: Row) => void,
): void {
  if (!isRows(rows)) {
    const mustBe = 'an array or another iterable, the rows and not the result of a query';
    throw invalidOption(`${tool}: its rows`, mustBe, rows);
  }
  checkFunction(`${tool}: keyOf`, keyOf, 'a function from a row to its key');
  if (identityOf !== undefined)
    checkFunction(`${tool}: key`, identityOf, 'a function that returns the identity of a key');
  let index = 0;
  for (const row of rows) {
    const key = keyOf(row);
    if (isNoKey(key)) {
      throw invalidOption(`${tool}: the result of \`keyOf\` for row ${String(index)}`, 'a key', key);
    }
    // Cast: checked on the line before.
    const identity = identityOf ? identityOf(key as NonNullable<K>) : key;
    if (isNoKey(identity)) throw invalidOption(`${tool}: the result of \`key\``, 'the identity of a key', identity);
    // Cast: without the option `key`, `I` is the type of the key.
    visit(identity as I, row);
    index++;
  }
}

const missingResult = <K, M>(missing: M | ((key: K) => M) | undefined, key: K): M | undefined =>
  // Cast: a function in the place of `missing` is called, so it is no result itself.
  typeof missing === 'function' ? (missing as (key: K) => M)(key) : missing;

/** A future is iterable for `yield*`, but is not a list of rows. */
const isRows = (rows: unknown): boolean =>
  typeof rows === 'object' && hasMethod(rows, Symbol.iterator) && !isPromiseOrObservable(rows);

/** A batch function refuses such keys, so no caller could ask for the row. */
const isNoKey = (key: unknown): boolean => key === undefined || key === null || isPromiseOrObservable(key);

/**
 * Lets a batch function find the results of keys in another form, and of keys without a row. An Error
 * that `key` throws fails only the key that is asked for; another thrown value fails the batch.
 */
function findable<K, I, V>(
  map: Map<I, V>,
  { key: identityOf }: GroupByKeyConfig<K, I>,
  missing: ((key: K) => { readonly result: unknown }) | undefined,
): Map<I, V> {
  if (!identityOf && !missing) return map;
  // Casts: a batch function asks for keys of its own type, and a Map has no other keys than its own.
  const has = (key: unknown): boolean => map.has(key as I);
  const formOf = (key: unknown, identity: unknown): unknown => {
    if (!identityOf) return has(key) ? key : identity;
    // An identity other than the key is the result of the option `key` of the batch function.
    return identity !== key && has(identity) ? identity : identityOf(key as K);
  };
  giveLookup(map, (key, identity) => {
    try {
      const form = formOf(key, identity);
      return has(form) ? { result: map.get(form as I) } : missing?.(key as K);
    } catch (error) {
      if (isError(error)) return { result: error };
      throw error;
    }
  });
  return map;
}
