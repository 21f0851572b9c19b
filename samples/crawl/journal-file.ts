/**
 * The file of a journal: a database of SQLite that one process at a time can open.
 */
import { existsSync } from 'node:fs';
import { CrawlError } from './crawl-error';
import { openDatabase, type Database } from './database';

/**
 * @param owned the file that is in use when another crawl has this one open
 * @throws CrawlError if the file is in use, or cannot be opened or written to
 */
export function openJournalFile(path: string, owned = path): Database {
  let database: Database | undefined;
  try {
    database = openDatabase(path);
    database.exec(PRAGMAS);
    database.exec(SCHEMA);
    return database;
  } catch (error) {
    database?.close();
    if (error instanceof CrawlError) throw error;
    // The text of SQLite: the drivers have different codes.
    if (String(error).includes('database is locked')) {
      throw new CrawlError(`${owned} is in use by another crawl. Wait for its end, or give another --output.`);
    }
    throw new CrawlError(`cannot open the journal ${path}: ${String(error)}`, { cause: error });
  }
}

/** @throws CrawlError if the disk has no room to move the changes from the log of SQLite into the file */
export function closeJournalFile(database: Database): void {
  try {
    database.exec(RELEASE);
  } finally {
    database.close();
  }
}

/** Closes the file at the end of a crawl. On a full disk, all that was stored stays in the log of SQLite for the next one. */
export function endJournalFile(database: Database): void {
  try {
    closeJournalFile(database);
  } catch (error) {
    if (!(error instanceof CrawlError)) throw error;
  }
}

/** The scope of the latest crawl in a journal; `undefined` if there is none. */
export function scopeIn(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  const database = openJournalFile(path);
  const scope = metaIn(database, 'scope');
  closeJournalFile(database);
  return scope;
}

/** A value that the latest crawl has stored under a name. */
export function metaIn(database: Database, name: string): string | undefined {
  const value = database.prepare('select value from meta where name = ?').all(name)[0]?.['value'];
  return typeof value === 'string' ? value : undefined;
}

const SCHEMA = `
create table if not exists meta (name text primary key, value text) without rowid;
create table if not exists pages (
  id integer primary key,
  key text not null unique,
  url text not null,
  host text not null,
  kind text not null,
  state text not null,
  run integer not null,
  depth integer not null,
  hops integer not null,
  referrer text,
  reason text,
  detail text,
  status integer,
  ms real,
  bytes integer,
  location text,
  hidden integer not null default 1,
  etag text,
  modified text,
  record text
);
create index if not exists queued_pages on pages (run, host, depth, id) where state = 'queued';
`;

/**
 * NORMAL keeps each commit when the process ends, however it ends; a power cut may lose the last ones, but no order. The
 * lock is exclusive until the process ends: two crawls would visit the same pages and write over the results of each other.
 */
const PRAGMAS = 'pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = normal;';

/** The lock is released first: libsql closes a file only when the statements of its connection are collected. */
const RELEASE = 'pragma journal_mode = delete; pragma locking_mode = normal; select count(*) from meta;';
