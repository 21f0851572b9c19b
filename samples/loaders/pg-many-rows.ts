/**
 * One to many, over `pg`: the books of each author. The order within an author is that of the query; an author without
 * books has an empty array.
 */
import type { Pool } from 'pg';
import { batch, type BatchFunction } from 'sluice';
import { groupByKey } from 'sluice/tools';

export interface Book {
  readonly id: number;
  readonly author: number;
  readonly title: string;
  readonly year: number;
}

export const booksOfAuthor = (pool: Pool): BatchFunction<number, Book[]> =>
  batch(
    async (authors: readonly number[]) => {
      const { rows } = await pool.query<Book>(
        'select id, author, title, year from book where author = any($1::int[]) order by year, id',
        [authors],
      );
      return groupByKey(rows, ({ author }) => author);
    },
    { name: 'booksOfAuthor', cache: true },
  );
