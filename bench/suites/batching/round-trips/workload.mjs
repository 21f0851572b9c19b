/** Round trips: the number of reads that each library makes for the same program. Nothing is timed. */
import { deepStrictEqual } from 'node:assert';
import { row } from '../../../harness/row.mjs';
import { commentTree } from './comments.mjs';
import { microtaskDepths } from './depths.mjs';
import { diamond } from './diamond.mjs';
import { friends } from './friends.mjs';

/**
 * @typedef {Record<string, import('../table.mjs').Table<unknown, unknown>>} Tables
 * @typedef {(tables: any) => PromiseLike<unknown>} Program
 * @typedef {object} CountedProgram
 * @property {string} title
 * @property {number} size
 * @property {() => Tables} tables creates tables whose count of reads is 0
 * @property {Program} sluice
 * @property {Program} dataLoader
 * @property {Program} effect
 */

export async function* roundTrips() {
  for (const program of [friends, commentTree, diamond, microtaskDepths]) yield* countRoundTrips(program);
}

async function* countRoundTrips(/** @type {CountedProgram} */ { title, size, tables, sluice, dataLoader, effect }) {
  const sluiceRun = await countReads(sluice, tables());
  const figures = { workload: title, size, metric: 'round trips', sluice: sluiceRun.reads };
  for (const [peerName, program] of Object.entries({ DataLoader: dataLoader, Effect: effect })) {
    const peerRun = await countReads(program, tables());
    deepStrictEqual(peerRun.result, sluiceRun.result, `${title}: the results of sluice and ${peerName} differ`);
    yield row({ ...figures, peer: peerRun.reads, peerName });
  }
}

async function countReads(/** @type {Program} */ program, /** @type {Tables} */ tables) {
  const result = await program(tables);
  const reads = Object.values(tables).reduce((sum, table) => sum + table.reads, 0);
  return { result, reads };
}
