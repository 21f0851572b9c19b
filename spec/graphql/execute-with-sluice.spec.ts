/** Plain graphql-js with a scheduler for each request. */
import { execute, parse, subscribe } from 'graphql';
import { executeWithSluice } from 'sluice/graphql';
import { flushes, librarySchema } from './library';

const schema = librarySchema();
const run = (source: string) => executeWithSluice({ schema, document: parse(source) }, { execute });

it('N+1 resolvers of every form make one flush for each level', async () => {
  const result = await run('{ authors(ids: [1, 2, 3]) { name books { title pages author { name } } } }');
  expect(result.errors).toBeUndefined();
  expect(flushes.map(({ batch, keys }) => [batch, keys.length])).toEqual([
    ['authorOf', 3],
    ['bookOf', 6],
    ['pagesOf', 6],
  ]);
});

it('Observables', async () => {
  const result = await run('{ author(id: 1) { tick ticks lateTick slowBooks { id } taskBooks { id } } }');
  expect(JSON.stringify(result)).toBe(1);
});
