/**
 * One row for each id, over Drizzle. `inArray` sends one parameter for each id, and Postgres takes at most 65 535 of them,
 * so `maxSize` bounds a batch.
 */
import { inArray } from 'drizzle-orm';
import { integer, pgTable, text, type PgDatabase, type PgQueryResultHKT } from 'drizzle-orm/pg-core';
import { batch, type BatchFunction } from 'sluice';
import { byKey } from 'sluice/tools';
import type { Author } from './pg-one-row';

const author = pgTable('author', { id: integer().primaryKey(), name: text().notNull() });

export const authorById = (database: PgDatabase<PgQueryResultHKT>): BatchFunction<number, Author | null> =>
  batch(
    async (ids: readonly number[]) => {
      const rows = await database
        .select()
        .from(author)
        .where(inArray(author.id, [...ids]));
      return byKey(rows, ({ id }) => id, { missing: null });
    },
    { name: 'authorById', cache: true, maxSize: 10_000 },
  );
