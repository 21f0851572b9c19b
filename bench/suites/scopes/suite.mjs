/** The scopes suite: what a lifetime costs, beside work that has none, and beside Effect's. In the order of the report. */
import { tasksInAScope } from './tasks.mjs';
import { scopesOnASignal } from './signal.mjs';

/** @type {readonly import('../../harness/workload.mjs').Workload[]} */
export const workloads = [
  { name: 'a task in a scope', run: tasksInAScope },
  { name: 'a scope on a signal', run: scopesOnASignal },
];
