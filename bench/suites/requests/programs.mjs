/** One request inside a store of `AsyncLocalStorage`: by tasks, by async functions, and by DataLoader. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { DataLoader } from '../../dataloader.mjs';
import { all, batch, BatchScheduler, task } from '../../sluice.mjs';

/** @typedef {readonly number[]} Ids */

const store = new AsyncLocalStorage();
const authors = async (/** @type {Ids} */ answers) => answers.map((answer) => answer + 1);
const names = async (/** @type {Ids} */ ids) => ids.map((id) => `author ${id}`);

const authorOf = batch(authors, { cache: true });
const nameOf = batch(names, { cache: true });
const authorName = task(function* (/** @type {number} */ answer) {
  return yield* nameOf(yield* authorOf(answer));
});

const inStore = (/** @type {() => Promise<unknown>} */ work) => () => store.run({}, work);
const inRequest = (/** @type {() => Promise<unknown>} */ work) => inStore(() => new BatchScheduler().run(work));

export const tasks = (/** @type {Ids} */ ids) => inRequest(async () => all(ids.map(authorName)));

export const asyncFunctions = (/** @type {Ids} */ ids) =>
  inRequest(() => Promise.all(ids.map(async (id) => nameOf(await authorOf(id)))));

export const loaders = (/** @type {Ids} */ ids) =>
  inStore(() => {
    const [toAuthor, toName] = [new DataLoader(authors), new DataLoader(names)];
    return Promise.all(ids.map(async (id) => toName.load(await toAuthor.load(id))));
  });
