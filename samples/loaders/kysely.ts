/**
 * One row for each id, over Kysely. `in` would send one parameter for each id, with another text for each number of ids;
 * `= any` sends one array.
 */
import { sql, type Kysely } from 'kysely';
import { batch, type BatchFunction } from 'sluice';
import { byKey } from 'sluice/tools';
import type { Author } from './pg-one-row';

export interface Library {
  readonly author: Author;
}

export const authorById = (database: Kysely<Library>): BatchFunction<number, Author | null> =>
  batch(
    async (ids: readonly number[]) => {
      const rows = await database
        .selectFrom('author')
        .select(['id', 'name'])
        .where('id', '=', sql<number>`any(${[...ids]}::int[])`)
        .execute();
      return byKey(rows, ({ id }) => id, { missing: null });
    },
    { name: 'authorById', cache: true },
  );
