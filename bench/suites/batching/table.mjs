/** A table in memory with the interface of a database: a read takes many keys and returns a promise. Reads are counted. */
import { setTimeout } from 'node:timers/promises';

/**
 * @template K, V
 * @typedef {object} Table
 * @property {(keys: readonly K[]) => Promise<V[]>} read resolves with the values, in the order of the keys
 * @property {number} reads number of reads until now, which are the round trips
 */

/**
 * @template K, V
 * @param {Iterable<readonly [K, V]>} entries
 * @param {number} latency time of a read in ms
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

/** Returns the numbers from 0, which are the keys of most tables. */
export const numbers = (/** @type {number} */ count) => Array.from({ length: count }, (_, index) => index);
