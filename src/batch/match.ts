/** Matches the results of a resolver to the requested items: by index in an array, or by key in a Map. */
import { describe, describeKeys, hintOtherKeyType, hintObjectKeys } from '../core/describe';
import { BatchResultError, MissingResultError } from '../core/errors';
import { isMap } from '../core/rx';
import type { Item } from './item';

/** The items of a flight and what is needed to match results to them. */
export interface RequestedItems<K, V> {
  readonly batch: string;
  readonly items: readonly Item<K, V>[];
  /** The array of keys that the resolver got, and may have changed. */
  readonly passedKeys: readonly K[];
  readonly hasEarlyResults: boolean;
}

type Deliver<K, V> = (item: Item<K, V>, result: unknown) => void;

/** @throws BatchResultError for results that cannot be matched. */
export function match<K, V>(result: unknown, request: RequestedItems<K, V>, deliver: Deliver<K, V>): void {
  if (Array.isArray(result) && result.length === request.items.length) matchByIndex(result, request, deliver);
  else if (isMap(result)) matchByKey(result, request, deliver);
  else if (result === undefined && request.hasEarlyResults) matchByKey(new Map(), request, deliver);
  else throw wrongResult(request, Array.isArray(result) ? `an array of ${String(result.length)}` : describe(result));
}

function matchByIndex<K, V>(results: readonly unknown[], request: RequestedItems<K, V>, deliver: Deliver<K, V>): void {
  if (isRearranged(request)) throw wrongResult(request, 'an array, having put the keys themselves into another order');
  let index = 0;
  for (const item of request.items) deliver(item, results[index++]);
}

/** Whether the resolver has sorted its keys in place: results by index would then belong to other keys. */
function isRearranged<K, V>({ items, passedKeys }: RequestedItems<K, V>): boolean {
  // A resolver that removes its keys one by one takes them in order.
  if (passedKeys.length !== items.length) return false;
  let index = 0;
  for (const { key } of items) if (!Object.is(key, passedKeys[index++])) return true;
  return false;
}

function matchByKey<K, V>(
  results: ReadonlyMap<unknown, unknown>,
  { batch, items }: RequestedItems<K, V>,
  deliver: Deliver<K, V>,
): void {
  for (const item of items) {
    const { key, identity } = item;
    if (results.has(key)) deliver(item, results.get(key));
    else if (results.has(identity)) deliver(item, results.get(identity));
    else
      deliver(
        item,
        new MissingResultError(
          batch,
          key,
          describe(key) + (hintOtherKeyType(results, identity) || hintObjectKeys(results, key, identity)),
        ),
      );
  }
}

function wrongResult<K, V>({ batch, items }: RequestedItems<K, V>, got: string): BatchResultError {
  const keys = items.map(({ key }) => key);
  return new BatchResultError(batch, keys, { got, keysText: describeKeys(keys) });
}
