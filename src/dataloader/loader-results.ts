/**
 * The results of a batch function, checked as `dataloader` checks them, with its texts: programs test them. A `Map` of
 * results by key is accepted as well.
 */
import { UNNAMED_BATCH } from '../core/describe';
import { isThenable } from '../core/is-thenable';
import { isMap } from '../core/rx';
import { resultOfKey } from '../batch/match-results';
import type { LoaderFields } from './loader-fields';

const MUST_BE =
  'DataLoader must be constructed with a function which accepts Array<key> and returns Promise<Array<value>>, but ';

/** The error of a constructor without a batch function. A symbol throws the error of the platform, as in `dataloader`. */
export const notAFunction = (got: unknown): TypeError => new TypeError(`${MUST_BE}got: ${got as string}.`);

/** Calls the batch function. The keys are a copy, so that a function may change them. */
export function callBatchFunction<K, V, C>(
  loader: LoaderFields<K, V, C>,
  ...passed: Parameters<LoaderFields<K, V, C>['_batchLoadFn']>
): PromiseLike<unknown> {
  let promise: unknown;
  try {
    promise = loader._batchLoadFn(...passed);
  } catch (error) {
    // eslint-disable-next-line preserve-caught-error -- the error of `dataloader`, which has no cause
    throw new TypeError(`${MUST_BE}the function errored synchronously: ${textOf(error)}.`);
  }
  if (isThenable(promise)) return promise;
  throw new TypeError(`${MUST_BE}the function did not return a Promise: ${textOf(promise)}.`);
}

/**
 * The results in the order of the keys.
 *
 * @param passed the array that the batch function got, and may have changed
 * @throws TypeError for results that do not match the keys
 */
export function checkedResults<K, V, C>(
  loader: LoaderFields<K, V, C>,
  results: unknown,
  { keys, passed }: { readonly keys: readonly K[]; readonly passed: readonly K[] },
): ArrayLike<unknown> {
  if (!isArrayLike(results)) {
    if (isMap(results)) return resultsByKey(loader, results, keys);
    throw new TypeError(`${MUST_BE}the function did not return a Promise of an Array: ${String(results)}.`);
  }
  // A function that adds to its keys may return them, as with `dataloader`.
  const hasSurplus = passed.length > keys.length && results.length === passed.length;
  if (results.length !== keys.length && !hasSurplus) {
    throw new TypeError(
      `${MUST_BE}the function did not return a Promise of an Array of the same length as the Array of keys.` +
        // eslint-disable-next-line @typescript-eslint/no-base-to-string -- the text of `dataloader`
        `\n\nKeys:\n${String(keys)}\n\nValues:\n${String(results)}`,
    );
  }
  return results;
}

export const isArrayLike = (value: unknown): value is ArrayLike<unknown> =>
  typeof value === 'object' &&
  value !== null &&
  'length' in value &&
  typeof value.length === 'number' &&
  (value.length === 0 || (value.length > 0 && Object.prototype.hasOwnProperty.call(value, value.length - 1)));

/** By the key itself, or by its key in the cache; a missing one has a `MissingResultError`. */
function resultsByKey<K, V, C>(
  loader: LoaderFields<K, V, C>,
  results: ReadonlyMap<unknown, unknown>,
  keys: readonly K[],
): unknown[] {
  const batch = titleOf(loader);
  return keys.map((key) => resultOfKey(results, batch, { key, identity: loader._cacheKeyFn(key) }));
}

/** The name of a loader in errors and traces: the option `name`, or the name of the batch function. */
export const titleOf = <K, V, C>({ name, _batchLoadFn }: LoaderFields<K, V, C>): string =>
  (typeof name === 'string' && name) || _batchLoadFn.name || UNNAMED_BATCH;

/** The text of a value, also of an object without text, for which `dataloader` ends the process. */
function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}
