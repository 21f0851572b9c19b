/** Round trips: how often each library asks the tables for the same program. Nothing is timed; it is counted once. */
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
 * @property {() => Tables} tables new ones, without reads
 * @property {Program} sluice
 * @property {Program} dataLoader
 * @property {Program} effect
 */

export async function* roundTrips() {
  for (const program of [friends, commentTree, diamond, microtaskDepths]) yield* counted(program);
}

async function* counted(/** @type {CountedProgram} */ { title, size, tables, sluice, dataLoader, effect }) {
  const ours = await countReads(sluice, tables());
  const figures = { workload: title, size, metric: 'round trips', sluice: ours.reads };
  for (const [peerName, program] of Object.entries({ DataLoader: dataLoader, Effect: effect })) {
    const theirs = await countReads(program, tables());
    deepStrictEqual(theirs.result, ours.result, `${title}: sluice and ${peerName} do not agree`);
    yield row({ ...figures, peer: theirs.reads, peerName });
  }
}

async function countReads(/** @type {Program} */ program, /** @type {Tables} */ tables) {
  const result = await program(tables);
  const reads = Object.values(tables).reduce((sum, table) => sum + table.reads, 0);
  return { result, reads };
}
