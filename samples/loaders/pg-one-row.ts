/**
 * One row for each id, over `pg`. The whole array is one parameter, so the text of the query never changes and no limit of
 * parameters applies. The database returns rows in any order, and none for an id that it does not have.
 */
import type { Pool } from 'pg';
import { batch, type BatchFunction } from 'sluice';
import { byKey } from 'sluice/tools';

export interface Author {
  readonly id: number;
  readonly name: string;
}

export const authorById = (pool: Pool): BatchFunction<number, Author | null> =>
  batch(
    async (ids: readonly number[]) => {
      const { rows } = await pool.query<Author>('select id, name from author where id = any($1::int[])', [ids]);
      return byKey(rows, ({ id }) => id, { missing: null });
    },
    { name: 'authorById', cache: true },
  );
