/** A chain of a million tasks, each waiting for the next: deeper than any native stack. */
import { timeRounds } from '../../harness/rounds.mjs';
import { timedRow } from '../../harness/row.mjs';
import { task } from '../../sluice.mjs';

const size = 1_000_000;

const steps = task(function* (/** @type {number} */ left) {
  return left === 0 ? 0 : 1 + (yield* steps(left - 1));
});

async function asyncSteps(/** @type {number} */ left) {
  // Without an await, the stack would overflow after about ten thousand calls.
  await null;
  return left === 0 ? 0 : 1 + (await asyncSteps(left - 1));
}

export async function* chain() {
  const peerName = 'async functions';
  const contenders = [
    { name: 'tasks', work: async () => steps(size) },
    { name: peerName, work: () => asyncSteps(size) },
  ];
  const times = await timeRounds(contenders, { rounds: 3 });
  const labels = { workload: 'a million tasks in a chain', size, peerName };
  yield timedRow({ ...labels, metric: 'ms', sluice: times.get('tasks'), peer: times.get(peerName) });
}
