/** The scopes suite: what a lifetime costs, beside work that has none, and beside Effect's. In the order of the report. */
import { tasksInAScope } from './tasks.mjs';
import { scopesOnASignal } from './signal.mjs';

/** @type {readonly import('../../harness/row.mjs').Workload[]} */
export const workloads = [tasksInAScope, scopesOnASignal];
