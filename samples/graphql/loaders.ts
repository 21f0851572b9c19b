/**
 * The batch functions of the graph. Each sends one statement for all keys that are asked for together. All but
 * `notedPageOf` keep their rows for the request.
 */
import { batch, BatchScheduler, type BatchFunction } from 'sluice';
import { byKey } from 'sluice/tools';
import type { Connection } from './connection';
import { counted, currentCounts } from './query-counts';
import type { HostRow, LinkRow, PageRow } from './tables';

/** A part of the list of pages: those after an id, of one host or of all hosts. */
export interface PageRange {
  readonly host: string | null;
  readonly after: number;
  readonly first: number;
}

/** The first links of a page, or the first ones that lead to it. */
export interface LinkRange {
  readonly page: number;
  readonly first: number;
}

export interface Loaders {
  readonly pageOf: BatchFunction<number, PageRow | null>;
  readonly pageAt: BatchFunction<string, PageRow | null>;
  readonly pagesIn: BatchFunction<PageRange, readonly PageRow[]>;
  readonly linksOf: BatchFunction<LinkRange, readonly LinkRow[]>;
  readonly linksTo: BatchFunction<LinkRange, readonly LinkRow[]>;
  readonly hostOf: BatchFunction<string, HostRow | null>;
  /** A page that an event names, loaded once for all subscribers. */
  readonly notedPageOf: BatchFunction<number, PageRow | null>;
  readonly hosts: () => Promise<readonly HostRow[]>;
  readonly setNote: (id: number, note: string | null) => Promise<PageRow | null>;
  readonly remove: (id: number) => Promise<boolean>;
}

const PAGE = 'id, host, url, title, status, depth, bytes::float8 as bytes, note';
const HOST = 'select host as name, count(*)::int as "pageCount" from page';

export function loadersOn(connection: Connection): Loaders {
  const query = <Row>(sql: string, parameters?: readonly unknown[], signal?: AbortSignal): Promise<readonly Row[]> => {
    currentCounts().made += 1;
    return connection.query<Row>(sql, parameters, signal);
  };
  /** A statement outside of batches counts once in `made` and in `naive`. */
  const single = <Row>(sql: string, parameters?: readonly unknown[]): Promise<readonly Row[]> => {
    currentCounts().naive += 1;
    return query<Row>(sql, parameters);
  };

  const pagesWith = `select ${PAGE} from page where id = any($1)`;
  const pageAt = batch(
    async (urls: readonly string[], { signal }) => {
      const rows = await query<PageRow>(`select ${PAGE} from page where url = any($1)`, [urls], signal);
      return byKey(rows, ({ url }) => url, { missing: null });
    },
    { name: 'pageAt', cache: true },
  );
  const pagesIn = batch(
    async (ranges: readonly PageRange[], { signal }) => {
      const rows = await query<PageRow & Position>(
        `select at::int, ${PAGE}
         from unnest($1::text[], $2::int[], $3::int[]) with ordinality range(only_host, last_id, size, at)
         cross join lateral (
           select * from page where (only_host is null or host = only_host) and id > last_id order by id limit size
         ) page
         order by at, id`,
        [ranges.map(({ host }) => host), ranges.map(({ after }) => after), ranges.map(({ first }) => first)],
        signal,
      );
      return listsOf(ranges, rows);
    },
    { name: 'pagesIn', cache: true, key: (range) => JSON.stringify(range) },
  );
  const linksBy = (name: string, end: 'source' | 'target') =>
    batch(
      async (ranges: readonly LinkRange[], { signal }) => {
        const rows = await query<LinkRow & Position>(
          `select at::int, link.*
           from unnest($1::int[], $2::int[]) with ordinality range(page, size, at)
           cross join lateral (
             select * from link where link.${end} = range.page order by source, position limit size
           ) link
           order by at, source, position`,
          [ranges.map(({ page }) => page), ranges.map(({ first }) => first)],
          signal,
        );
        return listsOf(ranges, rows);
      },
      { name, cache: true, key: ({ page, first }) => `${page} ${first}` },
    );
  const hostOf = batch(
    async (names: readonly string[], { signal }) => {
      const rows = await query<HostRow>(`${HOST} where host = any($1) group by host`, [names], signal);
      return byKey(rows, ({ name }) => name, { missing: null });
    },
    { name: 'hostOf', cache: true },
  );
  const [linksOf, linksTo] = [linksBy('linksOf', 'source'), linksBy('linksTo', 'target')];
  const pageOf = batch(
    async (ids: readonly number[], { signal }) =>
      byKey(await query<PageRow>(pagesWith, [ids], signal), idOf, { missing: null }),
    // Links and hosts wait for pages, because resolvers ask for them once pages are loaded.
    { name: 'pageOf', cache: true, feeds: [hostOf, linksOf, linksTo] },
  );
  // The query belongs to no request: it runs on a scheduler that all requests share, and does not count in `made`.
  const shared = new BatchScheduler({ name: 'events' });
  const notedPageOf = batch(
    async (ids: readonly number[]) => byKey(await connection.query<PageRow>(pagesWith, [ids]), idOf, { missing: null }),
    { name: 'notedPageOf', scheduler: shared },
  );
  return {
    pageOf: counted(pageOf),
    pageAt: counted(pageAt),
    pagesIn: counted(pagesIn),
    linksOf: counted(linksOf),
    linksTo: counted(linksTo),
    hostOf: counted(hostOf),
    notedPageOf: counted(notedPageOf),
    hosts: () => single<HostRow>(`${HOST} group by host order by host`),
    setNote: async (id, note) => {
      const rows = await single<PageRow>(`update page set note = $2 where id = $1 returning ${PAGE}`, [id, note]);
      return rows[0] ?? null;
    },
    remove: async (id) => (await single('delete from page where id = $1 returning id', [id])).length > 0,
  };
}

const idOf = ({ id }: PageRow): number => id;

/** The position of the range that a row belongs to, from 1 on. */
interface Position {
  readonly at: number;
}

/** The rows of each range; none for a range without rows. */
function listsOf<Row>(ranges: readonly unknown[], rows: readonly (Row & Position)[]): readonly Row[][] {
  const lists: Row[][] = ranges.map(() => []);
  for (const row of rows) lists[row.at - 1]?.push(row);
  return lists;
}
