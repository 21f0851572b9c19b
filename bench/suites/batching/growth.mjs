/**
 * What a task costs when a million of them wait for one flush, beside what it costs when ten thousand do: 1 is a cost
 * that does not grow. And a chain of a million tasks, each waiting for the next, which no native stack could hold.
 */
import DataLoader from 'dataloader';
import { medianTimes } from '../../harness/rounds.mjs';
import { row } from '../../harness/row.mjs';
import { all, batch, task } from '../../sluice.mjs';
import { numbers } from './table.mjs';

const few = 10_000;
const many = 1_000_000;

export async function* growth() {
  const whenFew = await medianTimes(doubling(few), { rounds: 31 });
  const whenMany = await medianTimes(doubling(many), { rounds: 5 });
  const growthOf = (name) => whenMany.get(name) / many / (whenFew.get(name) / few);
  const peerName = 'DataLoader without cache';
  const figures = { workload: 'a million tasks on one flush', size: many, peerName };
  yield row({ ...figures, metric: 'scaling', sluice: growthOf('sluice'), peer: growthOf(peerName) });
  yield row({ ...figures, metric: 'ms', sluice: whenMany.get('sluice'), peer: whenMany.get(peerName) });
}

export async function* chain() {
  const peerName = 'async functions';
  const times = await medianTimes(countingDown(many), { rounds: 3 });
  const figures = { workload: 'a million tasks in a chain', size: many, peerName };
  yield row({ ...figures, metric: 'ms', sluice: times.get('sluice'), peer: times.get(peerName) });
}

function doubling(size) {
  const ids = numbers(size);
  const read = async (keys) => keys.map((key) => key * 2);
  const sluice = async () => {
    const double = batch(read);
    const doubled = task(function* (id) {
      return yield* double(id);
    });
    return all(ids.map(doubled));
  };
  const dataLoader = () => {
    const doubles = new DataLoader(read, { cache: false });
    return Promise.all(ids.map(async (id) => await doubles.load(id)));
  };
  return [
    { name: 'sluice', work: sluice },
    { name: 'DataLoader without cache', work: dataLoader },
  ];
}

function countingDown(length) {
  const steps = task(function* (left) {
    return left === 0 ? 0 : 1 + (yield* steps(left - 1));
  });
  const asyncSteps = async (left) => {
    // Without a way off the stack it would overflow after some ten thousand calls.
    await null;
    return left === 0 ? 0 : 1 + (await asyncSteps(left - 1));
  };
  return [
    { name: 'sluice', work: async () => steps(length) },
    { name: 'async functions', work: () => asyncSteps(length) },
  ];
}
