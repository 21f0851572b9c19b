/**
 * One server over the same database for each contender. Resolvers differ only in how they load a row. The server of
 * DataLoader has new loaders for each request, and runs it in a store of AsyncLocalStorage, as a server that traces its
 * requests does; the server of sluice needs such a store by itself.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { createSchema, createYoga } from 'graphql-yoga';
import { DataLoader } from '../../dataloader.mjs';
import { useSluice } from '../../../dist/graphql.mjs';
import { batch } from '../../sluice.mjs';

/** @typedef {import('./database.mjs').Database} Database */

const typeDefs = /* GraphQL */ `
  type Query {
    pages: [Page!]!
  }
  type Page {
    id: Int!
    url: String!
    title: String!
    links: [Link!]!
  }
  type Link {
    id: Int!
    text: String!
    target: Page!
  }
`;

export const QUERY = '{ pages { url title links { text target { url title } } } }';

function yogaOf(/** @type {object} */ resolvers, /** @type {object} */ options) {
  const yoga = createYoga({ schema: createSchema({ typeDefs, resolvers }), logging: false, ...options });
  const headers = { 'content-type': 'application/json' };
  return async (/** @type {string} */ query) => {
    const body = JSON.stringify({ query });
    return (await yoga.fetch('http://localhost/graphql', { method: 'POST', headers, body })).text();
  };
}

export function sluiceServer(/** @type {Database} */ database) {
  const pageOf = batch(database.pagesWith, { name: 'pageOf', cache: true });
  const linksOf = batch(database.linksOf, { name: 'linksOf', cache: true });
  return yogaOf(
    {
      Query: { pages: database.pages },
      Page: { links: ({ id }) => linksOf(id) },
      Link: { target: ({ target }) => pageOf(target) },
    },
    { plugins: [useSluice()] },
  );
}

export function dataLoaderServer(/** @type {Database} */ database) {
  const storage = new AsyncLocalStorage();
  const loadersOf = () => ({
    pages: new DataLoader(async (ids) => valuesOf(await database.pagesWith(ids), ids)),
    links: new DataLoader(async (ids) => valuesOf(await database.linksOf(ids), ids)),
  });
  const run = yogaOf(
    {
      Query: { pages: database.pages },
      Page: { links: ({ id }, _, { links }) => links.load(id) },
      Link: { target: ({ target }, _, { pages }) => pages.load(target) },
    },
    { context: loadersOf },
  );
  return (/** @type {string} */ query) => storage.run({}, () => run(query));
}

const valuesOf = (/** @type {ReadonlyMap<number, unknown>} */ values, /** @type {readonly number[]} */ ids) =>
  ids.map((id) => values.get(id));
