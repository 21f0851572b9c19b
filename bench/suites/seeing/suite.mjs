/** The seeing suite: the cost of instrumentation, unobserved and observed. */
import { observed } from './observed.mjs';
import { unobserved } from './unobserved.mjs';

/** @type {readonly import('../../harness/workload.mjs').Workload[]} */
export const workloads = [
  { name: 'unobserved', run: unobserved },
  { name: 'observed by metrics or debug', run: observed },
];
