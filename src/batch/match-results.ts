/** Matches the results of a resolver to the keys of its flight: by index in an array, or by key in a Map. */
import { describe, describeKeys, hintOtherKeyType, hintObjectKeys } from '../core/describe';
import { BatchResultError, MissingResultError } from '../core/errors';
import { isMap } from '../core/rx';
import { lookupOf } from './map-lookup';
import type { PendingKey } from './pending-key';

/** The receiver of the results: a flight. */
export interface ResultReceiver<K, V> {
  /** The name of the batch function. */
  readonly name: string;
  readonly pendingKeys: readonly PendingKey<K, V>[];
  /** The array of keys that the resolver got, and may have changed. */
  readonly passedKeys: readonly K[];
  readonly hasEarlyResults: boolean;
  receive(key: PendingKey<K, V>, result: unknown): void;
}

/** @throws BatchResultError for results that cannot be matched. */
export function matchResults<K, V>(result: unknown, receiver: ResultReceiver<K, V>): void {
  if (Array.isArray(result) && result.length === receiver.pendingKeys.length) matchByIndex(result, receiver);
  else if (isMap(result)) matchByKey(result, receiver);
  else if (result === undefined && receiver.hasEarlyResults) matchByKey(new Map(), receiver);
  else throw wrongResult(receiver, Array.isArray(result) ? `an array of ${String(result.length)}` : describe(result));
}

function matchByIndex<K, V>(results: readonly unknown[], receiver: ResultReceiver<K, V>): void {
  const { pendingKeys } = receiver;
  if (isRearranged(receiver))
    throw wrongResult(receiver, 'an array, having put the keys themselves into another order');
  let index = 0;
  for (const pending of pendingKeys) receiver.receive(pending, results[index++]);
}

/** Whether the resolver has sorted its keys in place: results by index would then belong to other keys. */
function isRearranged<K, V>({ pendingKeys, passedKeys }: ResultReceiver<K, V>): boolean {
  // A resolver that removes its keys one by one takes them in order.
  if (passedKeys.length !== pendingKeys.length) return false;
  let index = 0;
  for (const { key } of pendingKeys) {
    const passed = passedKeys[index++];
    if (key !== passed && !Object.is(key, passed)) return true;
  }
  return false;
}

function matchByKey<K, V>(results: ReadonlyMap<unknown, unknown>, receiver: ResultReceiver<K, V>): void {
  for (const pending of receiver.pendingKeys) receiver.receive(pending, resultOfKey(results, receiver.name, pending));
}

/**
 * The result of a key in a Map: by the lookup of the Map, or else by the key itself or its identity; or the error that it
 * is missing.
 */
export function resultOfKey(
  results: ReadonlyMap<unknown, unknown>,
  batch: string,
  { key, identity }: { readonly key: unknown; readonly identity: unknown },
): unknown {
  const found = lookupOf(results)?.(key, identity);
  if (found) return found.result;
  if (results.has(key)) return results.get(key);
  if (results.has(identity)) return results.get(identity);
  const hint = hintOtherKeyType(results, identity) || hintObjectKeys(results, key, identity);
  return new MissingResultError(batch, key, describe(key) + hint);
}

function wrongResult<K, V>({ name, pendingKeys }: ResultReceiver<K, V>, got: string): BatchResultError {
  const keys = pendingKeys.map(({ key }) => key);
  return new BatchResultError(name, keys, { got, keysText: describeKeys(keys) });
}
