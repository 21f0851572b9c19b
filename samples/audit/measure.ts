/**
 * Measuring runs the three ways on the same database and compares them. Every run starts with empty caches. The machine
 * is warm for all runs: Postgres has cached the tables and the JavaScript is compiled before the first measured run.
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
  /** Number of queries before the run was stopped; `ms` is extrapolated from their rate. Absent for a complete run. */
  readonly extrapolatedFrom?: number;
}

export interface Measured {
  readonly answers: readonly Answer[];
  readonly runs: { readonly naive: Run; readonly sluice: Run; readonly handwritten: Run };
  /** Number of runs of each fast way from which the median is taken. */
  readonly rounds: number;
  /** True if all ways that ran to completion gave the same answers. */
  readonly agree: boolean;
}

export interface MeasureConfig {
  /**
   * Time in ms after which the naive run is stopped.
   * @defaultValue 5000
   */
  readonly naiveLimit?: number;
  readonly progress?: ShowProgress;
}

/** Maximal number of measured rounds, each with one run of both fast ways. Warm-up rounds are not included. */
const MAX_ROUNDS = 15;

/** Time in ms after which no round starts once `MIN_ROUNDS` are done. Only a large lockfile reaches this limit. */
const ROUNDS_LIMIT_MS = 10_000;
const MIN_ROUNDS = 3;

/** Warm-up time in ms. A number of rounds would not do: with a small lockfile, compilation takes many rounds. */
const WARM_UP_MS = 1000;

export async function measure(database: Database, config: MeasureConfig = {}): Promise<Measured> {
  const { naiveLimit = 5_000, progress = () => undefined } = config;
  progress('warming up');
  for (const start = performance.now(); performance.now() - start < WARM_UP_MS;) await runFastWays(database);
  const bySluice: Run[] = [];
  const byHand: Run[] = [];
  const start = performance.now();
  while (
    bySluice.length < MIN_ROUNDS ||
    (bySluice.length < MAX_ROUNDS && performance.now() - start < ROUNDS_LIMIT_MS)
  ) {
    progress('with sluice and by hand', bySluice.length, MAX_ROUNDS);
    const [sluice, hand] = await runFastWays(database);
    bySluice.push(sluice.run);
    byHand.push(hand.run);
  }
  const [sluice, hand] = await runFastWays(database);
  const one = await timedNaive(database, countNaiveQueries(sluice.answers), naiveLimit, progress);
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

async function runFastWays(database: Database): Promise<readonly [sluice: Timed, hand: Timed]> {
  return [await timed(withSluice, database), await timed(handwritten, database)];
}

async function timed(way: (database: Database) => Promise<readonly Answer[]>, database: Database): Promise<Timed> {
  const counting = new CountingDatabase(database);
  const start = performance.now();
  const answers = await way(counting);
  return { answers, run: { queries: counting.queries, ms: rounded(performance.now() - start) } };
}

/** A single naive run, stopped after `limit` ms, because a complete one may take minutes. */
async function timedNaive(
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

/** Number of queries of a complete naive run: one for the root, and two for each folder of each direct dependency. */
function countNaiveQueries(answers: readonly Answer[]): number {
  return answers.reduce((sum, { path, bringsIn }) => sum + 2 * (bringsIn.length + (path === null ? 0 : 1)), 1);
}

function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}

/** Median run, which a single pause of the machine or of the garbage collector does not affect. */
function medianOf(runs: readonly Run[]): Run {
  const inOrder = [...runs].sort((one, other) => one.ms - other.ms);
  return inOrder[Math.floor(inOrder.length / 2)] ?? { queries: 0, ms: 0 };
}
