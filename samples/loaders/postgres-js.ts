/**
 * One row for each id, over postgres.js. The array is one parameter of the tagged template. A `bigint` column arrives as
 * text, so the option `key` makes the number that callers ask for and the text of the row equal.
 */
import type { Sql } from 'postgres';
import { batch, type BatchFunction } from 'sluice';
import { byKey } from 'sluice/tools';

export interface Visit {
  /** A `bigint` in the database. */
  readonly id: string;
  readonly path: string;
}

export const visitById = (sql: Sql): BatchFunction<number, Visit | null> =>
  batch(
    async (ids: readonly number[]) => {
      const rows = await sql<Visit[]>`select id, path from visit where id = any(${[...ids]}::bigint[])`;
      return byKey(rows, ({ id }) => id, { key: String, missing: null });
    },
    { name: 'visitById', cache: true },
  );
