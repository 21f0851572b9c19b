/** The scopes suite: the cost of a scope, compared with work without one and with Effect. The order is that of the report. */
import { tasksInAScope } from './tasks.mjs';
import { scopesOnASignal } from './signal.mjs';

/** @type {readonly import('../../harness/workload.mjs').Workload[]} */
export const workloads = [
  { name: 'a task in a scope', run: tasksInAScope },
  { name: 'a scope on a signal', run: scopesOnASignal },
];
