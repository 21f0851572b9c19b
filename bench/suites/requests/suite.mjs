/**
 * The requests suite: the cost of a scheduler that follows async code. Each contender serves one request: sluice on a separate
 * scheduler, DataLoader with separate loaders, both inside a store of `AsyncLocalStorage`, as in a service with tracing. The
 * suite is separate because Node runs all promises of a process more slowly once such a store is in use.
 */
import { importOwn } from '../../harness/own-instance.mjs';
import { timeRounds } from '../../harness/rounds.mjs';
import { timedRow } from '../../harness/row.mjs';
import { numbers } from '../batching/table.mjs';

const loadsPerAnswer = 2;
const peerName = 'DataLoader with cache';
/** The exported program of each contender. */
const programs = { tasks: 'tasks', 'async functions': 'asyncFunctions', [peerName]: 'loaders' };

async function* requests() {
  for (const size of [10, 1_000]) {
    const contenders = await Promise.all(
      Object.entries(programs).map(async ([name, program]) => {
        const instance = await importOwn(new URL('./programs.mjs', import.meta.url));
        return { name, work: instance[program](numbers(size)) };
      }),
    );
    const times = await timeRounds(contenders, { rounds: 51, repeat: size === 10 ? 200 : 4 });
    for (const name of ['tasks', 'async functions']) {
      yield timedRow({
        workload: `a request with its own scheduler: ${name}`,
        size,
        metric: 'loads per second',
        operations: size * loadsPerAnswer,
        sluice: times.get(name),
        peer: times.get(peerName),
        peerName,
      });
    }
  }
}

/** @type {readonly import('../../harness/workload.mjs').Workload[]} */
export const workloads = [{ name: 'a request with its own scheduler', run: requests }];
