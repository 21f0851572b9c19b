/** Random programs: the round trips and rounds of each flush policy, compared with DataLoader. */
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

/** Flush policies; those that the built package does not export are skipped. */
const policies = ['flushAll', 'largestFirst', 'feedersFirst'].filter((name) => name in sluice);

export async function* randomPrograms() {
  const upTo = chance(seed);
  const programs = Array.from({ length: size }, () => randomProgram(upTo));
  const peerName = 'DataLoader without cache';
  const peerCount = await count(programs, runWithDataLoader);
  for (const policy of policies) {
    const sluiceCount = await count(programs, (program, read) => runWithSluice(program, read, sluice[policy]));
    deepStrictEqual(sluiceCount.results, peerCount.results, `${policy}: the results of sluice and ${peerName} differ`);
    const labels = { workload: `random programs: ${policy}`, size, peerName };
    yield row({ ...labels, metric: 'round trips', sluice: sluiceCount.trips, peer: peerCount.trips });
    yield row({ ...labels, metric: 'rounds', sluice: sluiceCount.rounds, peer: peerCount.rounds });
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
