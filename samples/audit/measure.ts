/**
 * Measuring runs the three ways over the same database and compares them. Every run starts cold: whatever a way
 * remembers, it remembers for that run only. The machine is warm for all of them: Postgres knows the tables, and the
 * JavaScript has been compiled, before anything counts.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Answer } from './answer';
import { CountingDatabase, StoppedError, StoppingDatabase, type Database } from './database';
import { handwritten } from './handwritten';
import { naive } from './naive';
import type { ShowProgress } from './progress';
import { withSluice } from './with-sluice';

export interface Run {
  readonly queries: number;
  readonly ms: number;
  /** The queries that were made until the run was stopped, whose rate gives `ms`; absent for a whole run. */
  readonly extrapolatedFrom?: number;
}

export interface Measured {
  readonly answers: readonly Answer[];
  readonly runs: { readonly naive: Run; readonly sluice: Run; readonly handwritten: Run };
  /** How many runs of the two quick ways the median is of. */
  readonly rounds: number;
  /** All ways that came to their end gave the same answers. */
  readonly agree: boolean;
}

export interface MeasureConfig {
  /** The time in ms after which the run of one query at a time is stopped (5 000). */
  readonly naiveLimit?: number;
  readonly progress?: ShowProgress;
}

/** How often the two quick ways are run in turn, not counting those that warm the machine up. */
const ROUNDS = 15;

/** In ms: after it, and after `FEWEST_ROUNDS`, no round is begun. Only a large lockfile takes as long. */
const ROUNDS_LIMIT = 10_000;
const FEWEST_ROUNDS = 3;

/** In ms. Time and not rounds, since it takes a small lockfile many rounds until all the code has been compiled. */
const WARM_UP = 1000;

export async function measure(database: Database, config: MeasureConfig = {}): Promise<Measured> {
  const { naiveLimit = 5_000, progress = () => undefined } = config;
  progress('warming up');
  for (const start = performance.now(); performance.now() - start < WARM_UP;) await inTurn(database);
  const bySluice: Run[] = [];
  const byHand: Run[] = [];
  const start = performance.now();
  while (bySluice.length < FEWEST_ROUNDS || (bySluice.length < ROUNDS && performance.now() - start < ROUNDS_LIMIT)) {
    progress('with sluice and by hand', bySluice.length, ROUNDS);
    const [sluice, hand] = await inTurn(database);
    bySluice.push(sluice.run);
    byHand.push(hand.run);
  }
  const [sluice, hand] = await inTurn(database);
  const one = await oneAtATime(database, queriesOneAtATime(sluice.answers), naiveLimit, progress);
  const answers = one.answers ?? sluice.answers;
  return {
    answers,
    runs: { naive: one.run, sluice: medianOf(bySluice), handwritten: medianOf(byHand) },
    rounds: bySluice.length,
    agree: [sluice, hand].every((other) => isDeepStrictEqual(other.answers, answers)),
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
  return { answers, run: { queries: counting.queries, ms: rounded(performance.now() - start) } };
}

/** One run, as it may take minutes, which is stopped at the limit. */
async function oneAtATime(
  database: Database,
  queries: number,
  limit: number,
  progress: ShowProgress,
): Promise<{ readonly run: Run; readonly answers?: readonly Answer[] }> {
  const start = performance.now();
  const stopping = new StoppingDatabase(database, (made) => {
    progress('one query at a time', made, queries);
    return performance.now() - start >= limit && made > 0;
  });
  try {
    return await timed(naive, stopping);
  } catch (error) {
    if (!(error instanceof StoppedError)) throw error;
    const perQuery = (performance.now() - start) / error.queries;
    return { run: { queries, ms: rounded(perQuery * queries), extrapolatedFrom: error.queries } };
  }
}

/** One for the root; for each direct dependency, two for every folder that it reaches. */
function queriesOneAtATime(answers: readonly Answer[]): number {
  return answers.reduce((sum, { path, bringsIn }) => sum + 2 * (bringsIn.length + (path === null ? 0 : 1)), 1);
}

function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}

/** The run of middle length: one pause of the machine, or of its garbage collector, does not count. */
function medianOf(runs: readonly Run[]): Run {
  const inOrder = [...runs].sort((one, other) => one.ms - other.ms);
  return inOrder[Math.floor(inOrder.length / 2)] ?? { queries: 0, ms: 0 };
}
