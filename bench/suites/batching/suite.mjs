/** The batching suite: sluice compared with DataLoader, Effect and the floor. The order is that of the report. */
import { chain } from './chain.mjs';
import { gathering } from './gathering.mjs';
import { growth } from './growth.mjs';
import { mainJob } from './main-job.mjs';
import { namesBesideEffect, namesOfFewAuthors, namesOfTenThousand, namesOfThousand } from './names/workload.mjs';
import { loadsOneByOne } from './one-by-one.mjs';
import { randomPrograms } from './random-programs/workload.mjs';
import { waitingBareLoads, waitingLoads } from './waiting.mjs';

/** @type {readonly import('../../harness/workload.mjs').Workload[]} */
export const workloads = [
  { name: 'answers → authors → names, 1 000', run: namesOfThousand },
  { name: 'answers → authors → names, 10 000', run: namesOfTenThousand },
  { name: 'answers → authors → names, with Effect', run: namesBesideEffect },
  { name: 'ten answers for each author', run: namesOfFewAuthors },
  { name: 'loads one by one', run: loadsOneByOne },
  { name: 'a million tasks on one flush', run: growth },
  { name: 'a million tasks in a chain', run: chain },
  { name: 'keys gathered for a flush', run: gathering },
  { name: 'waiting loads, one function each', run: waitingLoads },
  { name: 'waiting loads, in one all and alone', run: waitingBareLoads },
  { name: 'round trips', run: roundTrips, once: true },
  { name: 'random programs by policy', run: randomPrograms, once: true },
  { name: 'the audit', run: mainJob, once: true },
];

/** Imports Effect only for this workload, because its code slows down every full garbage collection. */
async function* roundTrips() {
  const workload = await import('./round-trips/workload.mjs');
  yield* workload.roundTrips();
}
