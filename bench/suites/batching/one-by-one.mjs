/** Sequential loads: nothing can be batched, so the measured time is the cost of a flush. */
import { timeRounds } from '../../harness/rounds.mjs';
import { timedRow } from '../../harness/row.mjs';
import { doublesContenders } from './doubles/contenders.mjs';
import { numbers } from './table.mjs';

const size = 1_000;

/** @type {readonly import('./doubles/contenders.mjs').DoublesProgram[]} */
const programs = [
  { name: 'task', library: 'sluice', program: 'oneByOneInATask' },
  { name: 'async function', library: 'sluice', program: 'oneByOneInAnAsyncFunction' },
  { name: 'DataLoader without cache', library: 'dataloader', program: 'oneByOneInAnAsyncFunction' },
  { name: 'the floor', library: 'floor', program: 'oneByOneInATask' },
];

const pairings = [
  { sluice: 'task', peerName: 'DataLoader without cache' },
  { sluice: 'task', peerName: 'the floor' },
  { sluice: 'async function', peerName: 'DataLoader without cache' },
];

export async function* loadsOneByOne() {
  const times = await timeRounds(await doublesContenders(programs, numbers(size)), { rounds: 31 });
  for (const { sluice, peerName } of pairings) {
    yield timedRow({
      workload: `loads one by one: ${sluice}`,
      size,
      metric: 'loads per second',
      sluice: times.get(sluice),
      peer: times.get(peerName),
      peerName,
    });
  }
}
