/**
 * Measuring runs the three ways over the same database and compares them. Every run starts cold: whatever a way
 * remembers, it remembers for that run only. The machine is warm for all of them: Postgres knows the tables, and the
 * JavaScript has been compiled, before anything counts.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Answer } from './answer';
import { CountingDatabase, type Database } from './database';
import { handwritten } from './handwritten';
import { naive } from './naive';
import { withSluice } from './with-sluice';

export interface Run {
  readonly queries: number;
  readonly ms: number;
}

export interface Measured {
  readonly answers: readonly Answer[];
  readonly runs: { readonly naive: Run; readonly sluice: Run; readonly handwritten: Run };
  /** All three ways gave the same answers. */
  readonly agree: boolean;
}

/** How often the two quick ways are run in turn, not counting those that warm the machine up. */
export const ROUNDS = 15;

/** In ms. Time and not rounds, since it takes a small lockfile many rounds until all the code has been compiled. */
const WARM_UP = 1000;

export async function measure(database: Database): Promise<Measured> {
  for (const start = performance.now(); performance.now() - start < WARM_UP;) await inTurn(database);
  const bySluice: Run[] = [];
  const byHand: Run[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const [sluice, hand] = await inTurn(database);
    bySluice.push(sluice.run);
    byHand.push(hand.run);
  }
  // On a large lockfile this takes minutes, so once has to do.
  const { answers, run } = await timed(naive, database);
  const others = await inTurn(database);
  return {
    answers,
    runs: { naive: run, sluice: medianOf(bySluice), handwritten: medianOf(byHand) },
    agree: others.every((other) => isDeepStrictEqual(other.answers, answers)),
  };
}

interface Timed {
  readonly answers: readonly Answer[];
  readonly run: Run;
}

async function inTurn(database: Database): Promise<readonly [sluice: Timed, hand: Timed]> {
  return [await timed(withSluice, database), await timed(handwritten, database)];
}

async function timed(way: (database: Database) => Promise<readonly Answer[]>, database: Database): Promise<Timed> {
  const counting = new CountingDatabase(database);
  const start = performance.now();
  const answers = await way(counting);
  const ms = Math.round((performance.now() - start) * 100) / 100;
  return { answers, run: { queries: counting.queries, ms } };
}

/** The run of middle length: one pause of the machine, or of its garbage collector, does not count. */
function medianOf(runs: readonly Run[]): Run {
  const inOrder = [...runs].sort((one, other) => one.ms - other.ms);
  return inOrder[Math.floor(inOrder.length / 2)] ?? { queries: 0, ms: 0 };
}
