/**
 * What a resolver gave, matched to the items it was asked for: by their place in an array, or by their key in a Map.
 */
import { describe, describeKeys, thoughAlike, thoughEqual } from '../core/describe';
import { BatchResultError, MissingResultError } from '../core/errors';
import { isMap } from '../core/rx';
import type { Item } from './item';

export interface Asked<K, V> {
  readonly batch: string;
  readonly items: readonly Item<K, V>[];
  /** The keys as the resolver has left them. */
  readonly handed: readonly K[];
  readonly hasEarlyResults: boolean;
}

type Give<K, V> = (item: Item<K, V>, result: unknown) => void;

/** @throws BatchResultError for what cannot be matched. */
export function match<K, V>(result: unknown, asked: Asked<K, V>, give: Give<K, V>): void {
  if (Array.isArray(result) && result.length === asked.items.length) matchByPlace(result, asked, give);
  else if (isMap(result)) matchByKey(result, asked, give);
  else if (result === undefined && asked.hasEarlyResults) matchByKey(new Map(), asked, give);
  else throw wrongResult(asked, Array.isArray(result) ? `an array of ${String(result.length)}` : describe(result));
}

function matchByPlace<K, V>(results: readonly unknown[], asked: Asked<K, V>, give: Give<K, V>): void {
  if (isRearranged(asked)) throw wrongResult(asked, 'an array, having put the keys themselves into another order');
  let place = 0;
  for (const item of asked.items) give(item, results[place++]);
}

/** A resolver that sorts its keys in place would answer one with what is another's. */
function isRearranged<K, V>({ items, handed }: Asked<K, V>): boolean {
  // What was taken out one after the other was taken in order.
  if (handed.length !== items.length) return false;
  let place = 0;
  for (const { key } of items) if (!Object.is(key, handed[place++])) return true;
  return false;
}

function matchByKey<K, V>(
  results: ReadonlyMap<unknown, unknown>,
  { batch, items }: Asked<K, V>,
  give: Give<K, V>,
): void {
  for (const item of items) {
    const { key, identity } = item;
    if (results.has(key)) give(item, results.get(key));
    else if (results.has(identity)) give(item, results.get(identity));
    else
      give(
        item,
        new MissingResultError(
          batch,
          key,
          describe(key) + (thoughAlike(results, identity) || thoughEqual(results, key, identity)),
        ),
      );
  }
}

function wrongResult<K, V>({ batch, items }: Asked<K, V>, got: string): BatchResultError {
  const keys = items.map(({ key }) => key);
  return new BatchResultError(batch, keys, { got, keysText: describeKeys(keys) });
}
