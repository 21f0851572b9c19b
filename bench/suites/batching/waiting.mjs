/**
 * The heap that a waiting load holds on to: everything a program has asked for and not yet had an answer to. Once in
 * the code people write, a function for each answer that waits for its load; once for loads that one `all` waits for; and
 * once for the bare load.
 */
import DataLoader from 'dataloader';
import { heldBytes } from '../../harness/heap.mjs';
import { row } from '../../harness/row.mjs';
import { all, batch } from '../../sluice.mjs';
import { loaders } from './names/dataloader.mjs';
import { questionsOf } from './names/questions.mjs';
import { asyncFunctions, tasks } from './names/sluice.mjs';
import { numbers, tableOf } from './table.mjs';

const size = 10_000;
const rounds = 9;
const ids = numbers(size);
const cached = { cache: true };
const uncached = { cache: false };

export async function* waitingLoads() {
  const title = 'waiting loads, a function each';
  yield* compared(title, inFunctions(tasks, uncached), 'DataLoader without cache', inFunctions(loaders, uncached));
  yield* compared(
    `${title}, cached`,
    inFunctions(tasks, cached),
    'DataLoader with cache',
    inFunctions(loaders, cached),
  );
  const ours = inFunctions(asyncFunctions, uncached);
  yield* compared(`${title}, async`, ours, 'DataLoader without cache', inFunctions(loaders, uncached));
}

export async function* waitingBareLoads() {
  const peerName = 'DataLoader without cache';
  const inOneAll = withBatch((load) => all(ids.map(load)));
  const inOnePromise = withLoader((loader) => Promise.all(ids.map((id) => loader.load(id))));
  yield* compared('waiting loads, in one all', inOneAll, peerName, inOnePromise);
  const subscribed = withBatch((load) => ids.forEach((id) => load(id).subscribe()));
  const asked = withLoader((loader) => ids.forEach((id) => void loader.load(id)));
  yield* compared('waiting loads, bare', subscribed, peerName, asked);
}

async function* compared(workload, ours, peerName, theirs) {
  const sluice = (await heldBytes(ours, rounds)) / size;
  const peer = (await heldBytes(theirs, rounds)) / size;
  yield row({ workload, size, metric: 'bytes per pending load', sluice, peer, peerName });
}

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
