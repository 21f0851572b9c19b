/** The batching suite: what sluice is for, beside the libraries people batch with today. In the order of the report. */
import { chain, growth } from './growth.mjs';
import { mainJob } from './main-job.mjs';
import { names, namesOfFewAuthors } from './names/workload.mjs';
import { loadsOneByOne } from './one-by-one.mjs';
import { roundTrips } from './round-trips/workload.mjs';
import { waitingBareLoads, waitingLoads } from './waiting.mjs';

/** @type {readonly import('../../harness/row.mjs').Workload[]} */
export const workloads = [
  names,
  namesOfFewAuthors,
  loadsOneByOne,
  roundTrips,
  waitingLoads,
  waitingBareLoads,
  growth,
  chain,
  mainJob,
];
