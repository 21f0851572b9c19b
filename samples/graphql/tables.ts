/**
 * The tables of the graph: hosts, pages and the links between them. They are temporary: they hide permanent ones of the
 * same name without changing them, and are dropped when the connection closes.
 */
import { hostOf } from '../crawl/normalise';
import type { Connection } from './connection';
import type { CrawledPage } from './crawled-pages';

export interface HostRow {
  readonly name: string;
  readonly pageCount: number;
}

export interface PageRow {
  readonly id: number;
  readonly host: string;
  readonly url: string;
  readonly title: string;
  readonly status: number;
  readonly depth: number;
  readonly bytes: number;
  readonly note: string | null;
}

export interface LinkRow {
  readonly source: number;
  readonly position: number;
  readonly url: string;
  /** The page that the link leads to; null if it was not crawled. */
  readonly target: number | null;
}

export async function fillTables(connection: Connection, pages: readonly CrawledPage[]): Promise<void> {
  for (const statement of TABLES) await connection.query(statement);
  // A page that was crawled twice has the id of its first record.
  const unique = [...new Map(pages.map((page) => [page.url, page])).values()];
  const ids = new Map(unique.map(({ url }, index) => [url, index + 1]));
  const rows = unique.map(({ url, title, status, depth, bytes }, index): PageRow => {
    return { id: index + 1, host: hostOf(url), url, title, status, depth, bytes, note: null };
  });
  const links = unique.flatMap((page, index) =>
    [...new Set(page.links)].map((url, position): LinkRow => {
      return { source: index + 1, position, url, target: ids.get(url) ?? null };
    }),
  );
  await fill(connection, 'page', rows);
  await fill(connection, 'link', links);
  for (const statement of INDEXES) await connection.query(statement);
}

const TABLES = [
  'drop table if exists pg_temp.page, pg_temp.link',
  `create temporary table page (
    id int primary key, host text not null, url text not null unique, title text not null, status int, depth int,
    bytes bigint, note text
  )`,
  `create temporary table link (
    source int not null references page on delete cascade, position int not null, url text not null,
    target int references page on delete set null, primary key (source, position)
  )`,
];

const INDEXES = ['create index on page (host, id)', 'create index on link (target)', 'analyze page, link'];

/** Rows in one statement, which keeps its parameter small. */
const CHUNK = 5_000;

async function fill(connection: Connection, table: string, rows: readonly object[]): Promise<void> {
  const statement = `insert into ${table} select * from json_populate_recordset(null::pg_temp.${table}, $1)`;
  for (let start = 0; start < rows.length; start += CHUNK) {
    await connection.query(statement, [JSON.stringify(rows.slice(start, start + CHUNK), storable)]);
  }
}

/** Postgres stores neither NUL nor lone surrogates, and pages of a hostile site have both. */
const storable = (_: string, value: unknown): unknown =>
  typeof value === 'string' ? Buffer.from(value.replaceAll('\0', '')).toString() : value;
