/**
 * The recipes of query builders on PGlite, on a separate thread, because PGlite uses dynamic imports, which the sandbox of
 * Jest refuses. The thread posts one message: what each recipe has loaded, and the parameters of each query.
 */
import { parentPort } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import { Kysely } from 'kysely';
import * as drizzleRecipe from '../../samples/loaders/drizzle';
import * as kyselyRecipe from '../../samples/loaders/kysely';
import { pgliteDialect } from '../../samples/loaders/kysely-pglite';

export interface QueryBuilderReport {
  readonly kysely: Loaded & { readonly updated: bigint };
  readonly drizzle: Loaded;
}

interface Loaded {
  readonly authors: readonly unknown[];
  /** The parameters of each query. */
  readonly sent: readonly (readonly unknown[])[];
}

const keys = [2, 99, 1, 2];

async function withKysely(pglite: PGlite): Promise<QueryBuilderReport['kysely']> {
  const sent: (readonly unknown[])[] = [];
  const log = ({ query }: { readonly query: { readonly parameters: readonly unknown[] } }): void => {
    sent.push(query.parameters);
  };
  const database = new Kysely<kyselyRecipe.Library>({ dialect: pgliteDialect(pglite), log });
  const authors = await kyselyRecipe.authorById(database).many(keys);
  const loaded = { authors, sent: [...sent] };
  const changed = await database.updateTable('author').set({ name: 'x' }).where('id', '>', 7).executeTakeFirst();
  return { ...loaded, updated: changed.numUpdatedRows };
}

async function withDrizzle(pglite: PGlite): Promise<Loaded> {
  const sent: unknown[][] = [];
  const database = drizzle(pglite, { logger: { logQuery: (_, parameters) => void sent.push(parameters) } });
  return { authors: await drizzleRecipe.authorById(database).many(keys), sent };
}

async function report(): Promise<QueryBuilderReport> {
  const pglite = await PGlite.create();
  await pglite.exec(`
    create table author (id int primary key, name text not null);
    insert into author select n, 'author ' || n from generate_series(9, 1, -1) n;
  `);
  const loaded = { kysely: await withKysely(pglite), drizzle: await withDrizzle(pglite) };
  await pglite.close();
  return loaded;
}

void report().then((message) => parentPort?.postMessage(message));
