/**
 * The heap that a waiting load retains, in three forms: one waiting function for each load, as in most code; many loads in
 * one `all`; and the load alone.
 */
import { DataLoader } from '../../dataloader.mjs';
import { retainedBytes } from '../../harness/heap.mjs';
import { row } from '../../harness/row.mjs';
import { all, batch } from '../../sluice.mjs';
import { loaders } from './names/dataloader.mjs';
import * as floor from './names/floor.mjs';
import { questionsOf } from './names/questions.mjs';
import { asyncFunctions, tasks } from './names/sluice.mjs';
import { numbers, tableOf } from './table.mjs';

const size = 10_000;
const rounds = 5;
const labels = { size, metric: /** @type {const} */ ('bytes per pending load') };
const ids = numbers(size);
const cached = { cache: true };
const uncached = { cache: false };

export async function* waitingLoads() {
  const title = 'waiting loads, one function each';
  const tasksWaiting = await bytesEach(inFunctions(tasks, uncached));
  const loadersWaiting = await bytesEach(inFunctions(loaders, uncached));
  const withoutCache = { peer: loadersWaiting, peerName: 'DataLoader without cache' };
  yield row({ ...labels, workload: title, sluice: tasksWaiting, ...withoutCache });
  yield row({
    ...labels,
    workload: title,
    sluice: tasksWaiting,
    peer: await bytesEach(inFunctions(floor.tasks, uncached)),
    peerName: 'the floor',
  });
  yield row({
    ...labels,
    workload: `${title}, cached`,
    sluice: await bytesEach(inFunctions(tasks, cached)),
    peer: await bytesEach(inFunctions(loaders, cached)),
    peerName: 'DataLoader with cache',
  });
  const asyncFunctionsWaiting = await bytesEach(inFunctions(asyncFunctions, uncached));
  yield row({ ...labels, workload: `${title}, async`, sluice: asyncFunctionsWaiting, ...withoutCache });
}

export async function* waitingBareLoads() {
  const peerName = 'DataLoader without cache';
  yield row({
    ...labels,
    workload: 'waiting loads, in one all',
    sluice: await bytesEach(withBatch((load) => all(ids.map(load)))),
    peer: await bytesEach(withLoader((loader) => Promise.all(ids.map((id) => loader.load(id))))),
    peerName,
  });
  yield row({
    ...labels,
    workload: 'waiting loads, alone',
    sluice: await bytesEach(withBatch((load) => ids.forEach((id) => load(id).subscribe()))),
    peer: await bytesEach(withLoader((loader) => ids.forEach((id) => void loader.load(id)))),
    peerName,
  });
}

/** @param {() => import('../../harness/heap.mjs').PendingWork} prepare */
const bytesEach = async (prepare) => (await retainedBytes(prepare, rounds)) / size;

const inFunctions = (program, config) => () => {
  const questions = questionsOf(size);
  const namesOf = program(questions, config);
  return { start: () => namesOf(ids), flushes: () => questions.answers.reads };
};

const withBatch = (start) => () => {
  const table = tableOf(ids.map((id) => [id, id]));
  const load = batch(table.read);
  return { start: async () => start(load), flushes: () => table.reads };
};

const withLoader = (start) => () => {
  const table = tableOf(ids.map((id) => [id, id]));
  const loader = new DataLoader(table.read, uncached);
  return { start: async () => start(loader), flushes: () => table.reads };
};
