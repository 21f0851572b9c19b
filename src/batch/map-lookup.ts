/**
 * A Map of results may carry a function by which a batch function finds the result of a key: under another form of the key,
 * or a default. The Map stays a plain Map for every other reader, with an entry for each result and no other.
 */

/**
 * Finds the result of a key; undefined if there is none.
 *
 * @param identity the result of the option `key` of the batch function, or else the key itself
 */
export type ResultLookup = (key: unknown, identity: unknown) => { readonly result: unknown } | undefined;

/** The symbol is registered, because another copy of the library may have made the Map. */
const lookupKey = Symbol.for('sluice.resultLookup');

export function giveLookup(results: ReadonlyMap<unknown, unknown>, lookup: ResultLookup): void {
  Object.defineProperty(results, lookupKey, { value: lookup });
}

export const lookupOf = (results: ReadonlyMap<unknown, unknown>): ResultLookup | undefined =>
  Reflect.get(results, lookupKey) as ResultLookup | undefined; // Cast: only `giveLookup` sets it.
