/**
 * The first rows for each key, over `pg`: a lateral join runs the limited query once for each key, on the index of the
 * table. The limit belongs to the key, so callers with different limits share a batch.
 */
import type { Pool } from 'pg';
import { batch, type BatchFunction } from 'sluice';
import { groupByKey } from 'sluice/tools';
import type { Book } from './pg-many-rows';

export interface LatestKey {
  readonly author: number;
  /** Number of books. */
  readonly first: number;
}

const identity = ({ author, first }: LatestKey): string => `${author}/${first}`;

export const latestBooks = (pool: Pool): BatchFunction<LatestKey, Book[]> =>
  batch(
    async (keys: readonly LatestKey[]) => {
      const { rows } = await pool.query<Book & LatestKey>(
        `select k.author, k.first, b.id, b.title, b.year
         from unnest($1::int[], $2::int[]) as k (author, first)
         cross join lateral (
           select id, title, year from book where author = k.author order by year desc, id limit k.first
         ) b
         order by b.year desc, b.id`,
        [keys.map(({ author }) => author), keys.map(({ first }) => first)],
      );
      return groupByKey(rows, identity);
    },
    { name: 'latestBooks', key: identity },
  );
