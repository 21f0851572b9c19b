/** The tables of the suite in a Postgres inside the process: 100 pages with 10 links each, and what they lead to. */
import { PGlite } from '@electric-sql/pglite';

export const PAGES = 100;
export const LINKS = 10;

/**
 * @typedef {{ id: number, url: string, title: string }} Page
 * @typedef {{ id: number, page: number, target: number, text: string }} Link
 */
export async function openDatabase() {
  const database = await PGlite.create();
  await database.exec(`
    create table page (id int primary key, url text not null, title text not null);
    create table link (id int primary key, page int not null, target int not null, text text not null);
    create index on link (page);
    insert into page select n, 'https://example.com/' || n, 'page ' || n from generate_series(1, ${PAGES}) n;
    insert into link select n, (n - 1) / ${LINKS} + 1, (n * 37) % ${PAGES} + 1, 'link ' || n
      from generate_series(1, ${PAGES * LINKS}) n;
  `);
  let queries = 0;
  /** @template Row @returns {Promise<Row[]>} */
  async function query(/** @type {string} */ sql, /** @type {readonly unknown[]} */ ...parameters) {
    queries += 1;
    // Cast: the caller knows the columns that it selects.
    return /** @type {Row[]} */ ((await database.query(sql, [...parameters])).rows);
  }
  return {
    /** Number of queries until now. */
    get queries() {
      return queries;
    },
    close: () => database.close(),
    /** @returns {Promise<Page[]>} */
    pages: () => query('select id, url, title from page order by id'),
    /** The pages with these ids. */
    async pagesWith(/** @type {readonly number[]} */ ids) {
      /** @type {Page[]} */
      const rows = await query('select id, url, title from page where id = any($1)', ids);
      return new Map(rows.map((row) => [row.id, row]));
    },
    /** The links of each of these pages. */
    async linksOf(/** @type {readonly number[]} */ ids) {
      /** @type {Link[]} */
      const rows = await query('select id, page, target, text from link where page = any($1) order by id', ids);
      /** @type {Map<number, Link[]>} */
      const links = new Map(ids.map((id) => [id, []]));
      for (const row of rows) links.get(row.page)?.push(row);
      return links;
    },
  };
}

/** @typedef {Awaited<ReturnType<typeof openDatabase>>} Database */
