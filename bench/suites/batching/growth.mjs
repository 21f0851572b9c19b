/** The cost of a task when a million tasks wait for one flush, relative to ten thousand: 1 is a constant cost. */
import { timeRounds } from '../../harness/rounds.mjs';
import { row, timedRow } from '../../harness/row.mjs';
import { doublesContenders } from './doubles/contenders.mjs';
import { numbers } from './table.mjs';

const few = 10_000;
const many = 1_000_000;

/** @type {readonly import('./doubles/contenders.mjs').DoublesProgram[]} */
const programs = [
  { name: 'tasks', library: 'sluice', program: 'tasksAtOnce' },
  { name: 'DataLoader without cache', library: 'dataloader', program: 'asyncFunctionsAtOnce' },
  { name: 'the floor', library: 'floor', program: 'tasksAtOnce' },
];

export async function* growth() {
  const timesOf = async (/** @type {number} */ size, /** @type {number} */ rounds) =>
    timeRounds(await doublesContenders(programs, numbers(size)), { rounds });
  const whenFew = await timesOf(few, 15);
  const whenMany = await timesOf(many, 3);
  const growthOf = (/** @type {string} */ name) => whenMany.get(name).wallMs / many / (whenFew.get(name).wallMs / few);
  for (const peerName of ['DataLoader without cache', 'the floor']) {
    const labels = { workload: 'a million tasks on one flush', size: many, peerName };
    const [sluice, peer] = [whenMany.get('tasks'), whenMany.get(peerName)];
    yield timedRow({ ...labels, metric: 'ms', sluice, peer });
    yield row({ ...labels, metric: 'scaling', sluice: growthOf('tasks'), peer: growthOf(peerName) });
  }
}
