/** Loads one after the other: nothing to batch, so what is left is the cost of a flush. */
import DataLoader from 'dataloader';
import { medianTimes } from '../../harness/rounds.mjs';
import { row } from '../../harness/row.mjs';
import { batch, task } from '../../sluice.mjs';
import { numbers } from './table.mjs';

const size = 1_000;
const ids = numbers(size);
const read = async (/** @type {readonly number[]} */ keys) => keys.map((key) => key * 2);

export async function* loadsOneByOne() {
  const times = await medianTimes(
    [
      { name: 'task', work: inATask },
      { name: 'async function', work: inAnAsyncFunction },
      { name: 'DataLoader without cache', work: withDataLoader },
    ],
    { rounds: 31 },
  );
  const loadsPerSecond = (name) => (size * 1000) / times.get(name);
  const peerName = 'DataLoader without cache';
  for (const name of ['task', 'async function']) {
    yield row({
      workload: `loads one by one: ${name}`,
      size,
      metric: 'loads per second',
      sluice: loadsPerSecond(name),
      peer: loadsPerSecond(peerName),
      peerName,
    });
  }
}

const inATask = async () => {
  const double = batch(read);
  const sum = task(function* () {
    let total = 0;
    for (const id of ids) total += yield* double(id);
    return total;
  });
  return sum();
};

const inAnAsyncFunction = async () => {
  const double = batch(read);
  let total = 0;
  for (const id of ids) total += await double(id);
  return total;
};

const withDataLoader = async () => {
  const doubles = new DataLoader(read, { cache: false });
  let total = 0;
  for (const id of ids) total += await doubles.load(id);
  return total;
};
