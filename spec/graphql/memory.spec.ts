/** Memory of requests: a request that has ended is collected, and thousands of requests leave the heap as it was. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { execute, parse } from 'graphql';
import { createYoga } from 'graphql-yoga';
import { executeWithSluice, requestScope, useSluice } from 'sluice/graphql';
import { librarySchema, flushes } from './library';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const document = parse('{ authors(ids: [1, 2, 3]) { name books { title author { name } } } }');

async function heapAfter(requests: number, run: () => Promise<unknown>): Promise<number> {
  for (let at = 0; at < requests; at += 50) await Promise.all(Array.from({ length: 50 }, run));
  flushes.splice(0);
  // Finalizers of one collection release what the next one collects.
  for (let turn = 0; turn < 3; turn++) {
    await new Promise(setImmediate);
    collectGarbage();
  }
  return process.memoryUsage().heapUsed;
}

const schema = librarySchema();
const yoga = createYoga({ schema, logging: false, plugins: [useSluice()] });
const { signal } = new AbortController();

it.each<[string, () => Promise<unknown>]>([
  ['executeWithSluice with one signal', async () => executeWithSluice({ schema, document }, { execute, signal })],
  [
    'graphql-yoga',
    async () => {
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify({ query: '{ author(id: 1) { name books { title } } }' });
      return (await yoga.fetch('http://localhost/graphql', { method: 'POST', headers, body })).text();
    },
  ],
])('the heap is flat over a thousand requests of %s', async (_, run) => {
  const before = await heapAfter(500, run);
  const after = await heapAfter(1_000, run);
  // A request that is kept has more than ten times as many bytes.
  expect((after - before) / 1_000).toBeLessThan(1_000);
});

it('a request that has ended is collected, though its result is kept', async () => {
  let scope: WeakRef<object> | undefined;
  const rootValue = {
    author: () => {
      scope = new WeakRef(requestScope());
      return { id: 1 };
    },
  };
  const args = { schema, document: parse('{ author(id: 1) { taskBooks { title } } }'), rootValue };
  delete schema.getQueryType()?.getFields()['author']?.resolve;
  const result = await executeWithSluice(args, { execute });
  for (let turn = 0; turn < 20 && scope?.deref(); turn++) {
    await new Promise(setImmediate);
    collectGarbage();
  }
  expect(result.errors).toBeUndefined();
  expect(scope).toBeDefined();
  expect(scope?.deref()).toBeUndefined();
});
