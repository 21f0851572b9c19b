/** The pool suite: what a thread costs, beside the pools people use today, and whether it lasts. In the order of the report. */
import { blockingCalls } from './blocking.mjs';
import { mixed } from './mixed.mjs';
import { digests, fibonacci } from './processor.mjs';
import { soak } from './soak.mjs';
import { tinyInABurst, tinyInAWindow, tinyOneByOne } from './tiny.mjs';

/** @type {readonly import('../../harness/row.mjs').Workload[]} */
export const workloads = [tinyOneByOne, tinyInAWindow, tinyInABurst, fibonacci, digests, mixed, blockingCalls, soak];
