/** A table in memory, read as a database is: many keys at a time, for a promise. It counts how often it was asked. */
import { setTimeout } from 'node:timers/promises';

/**
 * @template K, V
 * @typedef {object} Table
 * @property {(keys: readonly K[]) => Promise<V[]>} read the values, in the order of the keys
 * @property {number} reads so far: the round trips
 */

/**
 * @template K, V
 * @param {Iterable<readonly [K, V]>} entries
 * @param {number} latency ms that an answer takes
 * @returns {Table<K, V>}
 */
export function tableOf(entries, latency = 0) {
  const rows = new Map(entries);
  const table = { read, reads: 0 };
  return table;

  async function read(/** @type {readonly K[]} */ keys) {
    table.reads++;
    if (latency > 0) await setTimeout(latency);
    return keys.map((key) => rows.get(key));
  }
}

/** The numbers from 0, which are the keys of most tables here. */
export const numbers = (/** @type {number} */ count) => Array.from({ length: count }, (_, index) => index);
