/** The seeing suite: what it costs that sluice can be looked at, while nobody looks and while somebody does. */
import { lookedAt } from './looked-at.mjs';
import { whileNobodyLooks } from './nobody-looks.mjs';

/** @type {readonly import('../../harness/workload.mjs').Workload[]} */
export const workloads = [
  { name: 'nobody looks', run: whileNobodyLooks },
  { name: 'looked at', run: lookedAt },
];
