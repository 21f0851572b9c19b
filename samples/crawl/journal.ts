/**
 * The journal is the truth about a crawl: each page with its state, in a file of SQLite. A visit is stored together with
 * the links it found and with the length of the output, in one transaction. After a crash at any moment the crawl
 * continues from the file, and no count is kept outside of it.
 */
import { CrawlError } from './crawl-error';
import { inTransaction, type Database, type SqlRow, type Statement } from './database';
import { endJournalFile, openJournalFile } from './journal-file';
import { REFUSED_BY_ROBOTS, type FoundPage, type PageKind, type PageRecord, type QueuedPage, type Visit } from './page';

export interface JournalConfig {
  readonly path: string;
  /** Options that decide what is crawled. An unfinished crawl is resumed only with the same ones. */
  readonly scope: string;
  /** Forgets what the file says, and crawls anew. */
  readonly isRestarted?: boolean;
}

export type PageState = 'queued' | 'running' | 'done' | 'failed';

export interface JournalCounts {
  readonly queued: number;
  readonly running: number;
  readonly done: number;
  readonly failed: number;
  /** Bytes of all bodies. */
  readonly bytes: number;
}

export class Journal {
  readonly #database: Database;
  readonly #statements: Statements;
  /** Number of the crawl; an earlier one has left copies of its pages. */
  readonly run: number;
  /** True if the file has an unfinished crawl, which goes on. */
  readonly isResumed: boolean;

  constructor({ path, scope, isRestarted = false }: JournalConfig) {
    this.#database = openJournalFile(path);
    if (isRestarted) this.#database.exec('delete from pages; delete from meta;');
    this.#statements = statementsOf(this.#database);
    const last = Number(this.#meta('run') ?? 0);
    this.isResumed = last > 0 && this.#meta('finished') === null;
    if (this.isResumed && this.#meta('scope') !== scope) {
      this.close();
      throw new CrawlError(
        `${path} has an unfinished crawl with other options. Give the same options to resume it, or --restart.`,
      );
    }
    this.run = this.isResumed ? last : last + 1;
    this.transaction(() => {
      if (this.isResumed) {
        this.release();
        return;
      }
      this.#setMeta('run', String(this.run));
      this.#setMeta('scope', scope);
      this.#setMeta('output', '0');
      this.#setMeta('finished', null);
      this.#setMeta('cuts', null);
    });
  }

  /** Runs `work` in one transaction: after a crash, all that it stored is there, or nothing. */
  transaction<T>(work: () => T): T {
    return inTransaction(this.#database, work);
  }

  /** Queues a page; false if this run has it already. A page of an earlier run keeps its copy and its validators. */
  add({ key, url, host, kind, depth, hops, referrer }: FoundPage): boolean {
    return this.#statements.add.run(key, url, host, kind, this.run, depth, hops, referrer).changes > 0;
  }

  /** Lowers the depth of a page, and returns its state; `undefined` if the page is as near already. */
  lowerDepth(key: string, depth: number): PageState | undefined {
    if (this.#statements.lowerDepth.run(depth, key, this.run, depth).changes === 0) return undefined;
    return this.#statements.state.all(key)[0]?.['state'] as PageState;
  }

  /** Takes queued pages of a host, the nearest ones first. */
  take(host: string, max: number): readonly QueuedPage[] {
    const pages = this.#statements.queued.all(this.run, host, max).map(toPage);
    this.#statements.take.run(JSON.stringify(pages.map(({ id }) => id)));
    return pages;
  }

  /** Queues all pages again that were taken and not stored. */
  release(): void {
    this.#statements.release.run(this.run);
  }

  store({ page, state, reason, detail, status, ms, bytes, content, redirect }: Visit): void {
    const isHidden = Number(content?.isHidden ?? true);
    const outcome = [state, reason, detail ?? null, status ?? null, ms ?? null, bytes ?? null] as const;
    const location = redirect?.key ?? null;
    if (content === undefined || content.isStored) {
      this.#statements.store.run(...outcome, location, isHidden, page.id);
    } else {
      const { json, etag, modified } = content;
      this.#statements.storeContent.run(...outcome, location, isHidden, json, etag, modified, page.id);
    }
  }

  /** The record that a run has stored of a page. */
  recordOf(key: string): PageRecord | undefined {
    const json = this.#statements.record.all(key)[0]?.['record'];
    return typeof json === 'string' ? (JSON.parse(json) as PageRecord) : undefined;
  }

  /** Keys of the pages that redirect one to the next, from `key` on. */
  redirectsFrom(key: string): readonly string[] {
    const keys = new Set<string>();
    for (let next: unknown = key; typeof next === 'string' && !keys.has(next);) {
      keys.add(next);
      next = this.#statements.location.all(next, this.run)[0]?.['location'];
    }
    return [...keys];
  }

  /** Makes a failure of a page that is done. */
  fail(key: string, reason: string): void {
    this.#statements.fail.run(reason, key, this.run);
  }

  /** Numbers of queued pages by host. */
  queuedByHost(): readonly (readonly [host: string, queued: number])[] {
    return this.#rows("select host, count(*) as n from pages where run = ? and state = 'queued' group by host").map(
      (row) => [String(row['host']), Number(row['n'])],
    );
  }

  counts(): JournalCounts {
    const counts = { queued: 0, running: 0, done: 0, failed: 0, bytes: 0 };
    for (const { state, n, bytes } of this.#rows(
      'select state, count(*) as n, sum(bytes) as bytes from pages where run = ? group by state',
    )) {
      counts[state as PageState] = Number(n);
      counts.bytes += Number(bytes ?? 0);
    }
    return counts;
  }

  /** Number of pages that were requested; a page that robots.txt refuses is not. */
  visited(): number {
    const [row] = this.#rows(
      `select count(*) as n from pages
       where run = ? and kind = 'page' and state in ('done', 'failed') and reason <> '${REFUSED_BY_ROBOTS}'`,
    );
    return Number(row?.['n'] ?? 0);
  }

  /** Numbers of stored visits by kind, state and reason, each with the first page and its referrer. */
  outcomes(): readonly SqlRow[] {
    return this.#rows(
      `select kind, state, reason, hidden, count(*) as n, min(id) as id, url, referrer, detail from pages
       where run = ? and state in ('done', 'failed') group by kind, state, reason, hidden order by n desc, id`,
    );
  }

  /** Times of the requests, by host and in ascending order. */
  latencies(): readonly SqlRow[] {
    return this.#rows('select host, ms, bytes from pages where run = ? and ms is not null order by host, ms');
  }

  /** Keys of all pages of the run. */
  keys(): readonly string[] {
    return this.#rows('select key from pages where run = ?').map((row) => String(row['key']));
  }

  /** Length of the output, in bytes, at the last transaction. */
  get outputLength(): number {
    return Number(this.#meta('output') ?? 0);
  }

  set outputLength(length: number) {
    this.#setMeta('output', String(length));
  }

  /** Links that were not followed, as JSON. */
  get cuts(): string | null {
    return this.#meta('cuts');
  }

  set cuts(json: string | null) {
    this.#setMeta('cuts', json);
  }

  /** Ends the run: the next crawl with this file is a new one, which asks for changes only. */
  finish(): void {
    this.transaction(() => this.#setMeta('finished', new Date().toISOString()));
  }

  close(): void {
    endJournalFile(this.#database);
  }

  #rows(sql: string): readonly SqlRow[] {
    return this.#database.prepare(sql).all(this.run);
  }

  #meta(name: string): string | null {
    const value = this.#statements.meta.all(name)[0]?.['value'];
    return value === undefined || value === null ? null : String(value);
  }

  #setMeta(name: string, value: string | null): void {
    this.#statements.setMeta.run(name, value);
  }
}

type Statements = ReturnType<typeof statementsOf>;

function statementsOf(database: Database): Readonly<Record<keyof typeof STATEMENTS, Statement>> {
  const entries = Object.entries(STATEMENTS).map(([name, sql]) => [name, database.prepare(sql)] as const);
  return Object.fromEntries(entries) as Record<keyof typeof STATEMENTS, Statement>;
}

const STATEMENTS = {
  add: `insert into pages (key, url, host, kind, state, run, depth, hops, referrer)
    values (?, ?, ?, ?, 'queued', ?, ?, ?, ?)
    on conflict (key) do update set state = 'queued', run = excluded.run, depth = excluded.depth, hops = excluded.hops,
      referrer = excluded.referrer, reason = null, detail = null, status = null, ms = null, bytes = null,
      location = null, hidden = 1
    where run < excluded.run`,
  lowerDepth: 'update pages set depth = ? where key = ? and run = ? and depth > ?',
  state: 'select state from pages where key = ?',
  queued: `select id, key, url, host, kind, depth, hops, referrer, etag, modified from pages
    where run = ? and state = 'queued' and host = ? order by depth, id limit ?`,
  take: "update pages set state = 'running' where id in (select value from json_each(?))",
  release: "update pages set state = 'queued' where run = ? and state = 'running'",
  store: `update pages set state = ?, reason = ?, detail = ?, status = ?, ms = ?, bytes = ?, location = ?, hidden = ?
    where id = ?`,
  fail: "update pages set state = 'failed', reason = ? where key = ? and run = ?",
  storeContent: `update pages set state = ?, reason = ?, detail = ?, status = ?, ms = ?, bytes = ?, location = ?,
    hidden = ?, record = ?, etag = ?, modified = ? where id = ?`,
  record: 'select record from pages where key = ?',
  location: 'select location from pages where key = ? and run = ?',
  meta: 'select value from meta where name = ?',
  setMeta: 'insert into meta values (?, ?) on conflict (name) do update set value = excluded.value',
};

function toPage(row: SqlRow): QueuedPage {
  return {
    id: Number(row['id']),
    key: String(row['key']),
    url: String(row['url']),
    host: String(row['host']),
    kind: row['kind'] as PageKind,
    depth: Number(row['depth']),
    hops: Number(row['hops']),
    referrer: textOrNull(row['referrer']),
    etag: textOrNull(row['etag']),
    modified: textOrNull(row['modified']),
  };
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
