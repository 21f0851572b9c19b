/**
 * The suite of requests: what it costs that a scheduler is carried through async code. Each contender serves one request:
 * sluice on a scheduler of its own, DataLoader with loaders of its own; both inside a store of `AsyncLocalStorage`, as in
 * a service with tracing. A suite of its own, since Node runs all promises of a process more slowly once such a store is
 * in use.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import DataLoader from 'dataloader';
import { medianTimes } from '../../harness/rounds.mjs';
import { row } from '../../harness/row.mjs';
import { all, batch, BatchScheduler, task } from '../../sluice.mjs';
import { numbers } from '../batching/table.mjs';

const loadsPerAnswer = 2;
const store = new AsyncLocalStorage();
const authors = async (/** @type {readonly number[]} */ answers) => answers.map((answer) => answer + 1);
const names = async (/** @type {readonly number[]} */ ids) => ids.map((id) => `author ${id}`);

const authorOf = batch(authors, { cache: true });
const nameOf = batch(names, { cache: true });
const authorName = task(function* (/** @type {number} */ answer) {
  return yield* nameOf(yield* authorOf(answer));
});

const inStore = (/** @type {() => Promise<unknown>} */ work) => () => store.run({}, work);
const inRequest = (/** @type {() => Promise<unknown>} */ work) => inStore(() => new BatchScheduler().run(work));

/** @param {readonly number[]} ids */
const contendersFor = (ids) => [
  { name: 'tasks', work: inRequest(async () => all(ids.map(authorName))) },
  { name: 'async functions', work: inRequest(() => Promise.all(ids.map(async (id) => nameOf(await authorOf(id))))) },
  {
    name: 'DataLoader with cache',
    work: inStore(() => {
      const [toAuthor, toName] = [new DataLoader(authors), new DataLoader(names)];
      return Promise.all(ids.map(async (id) => toName.load(await toAuthor.load(id))));
    }),
  },
];

async function* requests() {
  for (const size of [10, 1_000]) {
    const rounds = { rounds: 51, repeat: size === 10 ? 200 : 4 };
    const times = await medianTimes(contendersFor(numbers(size)), rounds);
    const loadsPerSecond = (/** @type {string} */ name) => (size * loadsPerAnswer * 1000) / (times.get(name) ?? NaN);
    const peerName = 'DataLoader with cache';
    for (const name of ['tasks', 'async functions']) {
      yield row({
        workload: `a request with its own scheduler: ${name}`,
        size,
        metric: 'loads per second',
        sluice: loadsPerSecond(name),
        peer: loadsPerSecond(peerName),
        peerName,
      });
    }
  }
}

/** @type {readonly import('../../harness/row.mjs').Workload[]} */
export const workloads = [requests];
