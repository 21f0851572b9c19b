/** The seeing suite: what it costs that sluice can be looked at, while nobody looks and while somebody does. */
import { lookedAt } from './looked-at.mjs';
import { whileNobodyLooks } from './nobody-looks.mjs';

/** @type {readonly import('../../harness/row.mjs').Workload[]} */
export const workloads = [whileNobodyLooks, lookedAt];
