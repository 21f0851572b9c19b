/** The pool suite: what a thread costs, beside the pools people use today, and whether it lasts. In the order of the report. */
import { blockingCalls } from './blocking.mjs';
import { mixed } from './mixed.mjs';
import { digests, fibonacci } from './processor.mjs';
import { soak } from './soak.mjs';
import { tinyInABurst, tinyInAWindow, tinyOneByOne } from './tiny.mjs';

/** @type {readonly import('../../harness/workload.mjs').Workload[]} */
export const workloads = [
  { name: 'tiny tasks, each awaited', run: tinyOneByOne },
  { name: 'tiny tasks, 64 in flight', run: tinyInAWindow },
  { name: 'tiny tasks, in one burst', run: tinyInABurst },
  { name: 'fib(27), in one burst', run: fibonacci },
  { name: 'sha256 of 1 MiB', run: digests },
  { name: 'tiny and long tasks', run: mixed },
  { name: 'blocking calls', run: blockingCalls },
  { name: 'a soak', run: soak, once: true },
];
