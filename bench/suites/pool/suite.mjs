/** The pool suite: the overhead of tasks on threads, compared with other pools, and a soak. The order is that of the report. */
import { blockingCalls } from './blocking.mjs';
import { mixed } from './mixed.mjs';
import { digests, fibonacci } from './cpu-bound.mjs';
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
