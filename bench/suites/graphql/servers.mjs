/**
 * One server over the same database for each contender. Resolvers differ only in how they load a row. The server of
 * DataLoader has new loaders for each request, and runs it in a store of AsyncLocalStorage, as a server that traces its
 * requests does; the server of sluice needs such a store by itself.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createSchema, createYoga } from 'graphql-yoga';
import { useSluice } from '../../../dist/graphql.mjs';
import { DataLoader } from '../../dataloader.mjs';
import { batch, task } from '../../sluice.mjs';

/** @typedef {import('./database.mjs').Database} Database */

const typeDefs = /* GraphQL */ `
  type Query {
    pages: [Page!]!
    page(id: Int!): Page
  }
  type Page {
    id: Int!
    url: String!
    title: String!
    links: [Link!]!
    "The page once more; every other page asks for it one turn of the event loop later."
    late: Page!
  }
  type Link {
    id: Int!
    text: String!
    target: Page!
  }
`;

/** @typedef {(query: string) => Promise<string>} Server answers a query with JSON */

/** @returns {Server} */
function yogaOf(/** @type {object} */ resolvers, /** @type {object} */ options) {
  const yoga = createYoga({ schema: createSchema({ typeDefs, resolvers }), logging: false, ...options });
  const headers = { 'content-type': 'application/json' };
  return async (/** @type {string} */ query) => {
    const body = JSON.stringify({ query });
    return (await yoga.fetch('http://localhost/graphql', { method: 'POST', headers, body })).text();
  };
}

/** @returns {Server} */
export function sluiceServer(/** @type {Database} */ database) {
  const pageOf = batch(database.pagesWith, { name: 'pageOf', cache: true });
  const heldPageOf = batch(database.pagesWith, { name: 'heldPageOf', hold: 1_000 });
  const linksOf = batch(database.linksOf, { name: 'linksOf', cache: true });
  return yogaOf(
    {
      Query: { pages: database.pages, page: (_, { id }) => pageOf(id) },
      Page: {
        links: ({ id }) => linksOf(id),
        late: task(function* late({ id }) {
          if (id % 2 === 1) yield nextTurn();
          return yield* heldPageOf(id);
        }),
      },
      Link: { target: ({ target }) => pageOf(target) },
    },
    { plugins: [useSluice()] },
  );
}

/** @returns {Server} */
export function dataLoaderServer(/** @type {Database} */ database) {
  const storage = new AsyncLocalStorage();
  const loadersOf = () => ({
    pages: new DataLoader(async (ids) => valuesOf(await database.pagesWith(ids), ids)),
    links: new DataLoader(async (ids) => valuesOf(await database.linksOf(ids), ids)),
  });
  const run = yogaOf(
    {
      Query: { pages: database.pages, page: (_, { id }, { pages }) => pages.load(id) },
      Page: {
        links: ({ id }, _, { links }) => links.load(id),
        late: async ({ id }, _, { pages }) => {
          if (id % 2 === 1) await nextTurn();
          return pages.load(id);
        },
      },
      Link: { target: ({ target }, _, { pages }) => pages.load(target) },
    },
    { context: loadersOf },
  );
  return (query) => storage.run({}, () => run(query));
}

const valuesOf = (/** @type {ReadonlyMap<number, unknown>} */ values, /** @type {readonly number[]} */ ids) =>
  ids.map((id) => values.get(id));
