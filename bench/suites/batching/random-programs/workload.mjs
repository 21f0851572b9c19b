/** Random programs by flush policy: the round trips and the rounds that each policy takes, beside DataLoader. */
import { deepStrictEqual } from 'node:assert';
import { chance } from '../../../harness/chance.mjs';
import { row } from '../../../harness/row.mjs';
import * as sluice from '../../../sluice.mjs';
import { randomProgram } from './program.mjs';
import { runWithDataLoader, runWithSluice } from './run.mjs';
import { Trips } from './trips.mjs';

/** @typedef {import('./program.mjs').RandomProgram} RandomProgram */
/** @typedef {{ trips: number, rounds: number, results: readonly unknown[] }} Count */

const size = 300;
const seed = 20;

/** A policy that the built package does not export is left out. */
const policies = ['flushAll', 'largestFirst', 'feedersFirst'].filter((name) => name in sluice);

export async function* randomPrograms() {
  const upTo = chance(seed);
  const programs = Array.from({ length: size }, () => randomProgram(upTo));
  const peerName = 'DataLoader without cache';
  const theirs = await count(programs, runWithDataLoader);
  for (const policy of policies) {
    const ours = await count(programs, (program, read) => runWithSluice(program, read, sluice[policy]));
    deepStrictEqual(ours.results, theirs.results, `${policy}: sluice and ${peerName} do not agree`);
    const labels = { workload: `random programs: ${policy}`, size, peerName };
    yield row({ ...labels, metric: 'round trips', sluice: ours.trips, peer: theirs.trips });
    yield row({ ...labels, metric: 'rounds', sluice: ours.rounds, peer: theirs.rounds });
  }
}

/**
 * @param {readonly RandomProgram[]} programs
 * @param {(program: RandomProgram, read: Trips['read']) => PromiseLike<unknown>} run
 * @returns {Promise<Count>}
 */
async function count(programs, run) {
  const sum = { trips: 0, rounds: 0, results: [] };
  for (const program of programs) {
    const counted = new Trips();
    sum.results.push(await run(program, counted.read));
    sum.trips += counted.trips;
    sum.rounds += counted.rounds;
  }
  return sum;
}
