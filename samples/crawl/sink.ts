/**
 * A sink writes the results of a crawl. Text is appended to a file whose length the journal knows: after a crash the file
 * is cut to that length, so that no record is torn, and none is written twice.
 */
import { closeSync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { extname } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { CrawlError } from './crawl-error';
import { inTransaction, openDatabase, type Database } from './database';
import { codeOf } from './error-code';
import type { Content, PageRecord } from './page';
import { writeError } from './write-error';

export interface Sink {
  /** Writes some results, and resolves to the length of the output in bytes. The caller waits for one call at a time. */
  readonly write: (results: readonly Content[]) => number | Promise<number>;
  readonly close: () => void;
}

/** Formats of the output; the end of the file name tells which. */
export type Format = 'jsonl' | 'csv' | 'sqlite';

/** @throws CrawlError for a file name that tells no format. */
export function formatOf(path: string): Format {
  const format = path === '-' ? 'jsonl' : FORMATS.get(extname(path).toLowerCase());
  if (format !== undefined) return format;
  const extensions = [...FORMATS.keys()].join(', ');
  throw new CrawlError(`--output: expected a file name that ends in one of ${extensions}; got ${path}.`);
}

const FORMATS: ReadonlyMap<string, Format> = new Map([
  ['.jsonl', 'jsonl'],
  ['.ndjson', 'jsonl'],
  ['.json', 'jsonl'],
  ['.csv', 'csv'],
  ['.sqlite', 'sqlite'],
  ['.sqlite3', 'sqlite'],
  ['.db', 'sqlite'],
]);

/**
 * @param path of the output; `-` is stdout
 * @param length of the output that the journal knows; `0` begins a new output
 */
export function openSink(path: string, length: number): Sink {
  const format = formatOf(path);
  if (path === '-') return standardOutput();
  if (format === 'sqlite') return sqliteSink(path, length);
  const file = { path, descriptor: openAt(path, length) };
  return format === 'csv' ? csvSink(file, length) : jsonLinesSink(file, length);
}

/** Opens a file and cuts it to a length. Returns its descriptor. */
function openAt(path: string, length: number): number {
  let file: number | undefined;
  try {
    file = openSync(path, length === 0 ? 'w' : 'r+');
    const { size } = fstatSync(file);
    if (size < length) {
      throw new CrawlError(
        `${path} has ${size} bytes, and ${length} were written to it. Restore the file, or crawl anew with --restart.`,
      );
    }
    // A device has no length to cut.
    if (size > length) ftruncateSync(file, length);
    return file;
  } catch (error) {
    if (file !== undefined) closeSync(file);
    if (error instanceof CrawlError) throw error;
    throw writeError(path, error);
  }
}

interface OpenFile {
  readonly path: string;
  readonly descriptor: number;
}

function jsonLinesSink(file: OpenFile, length: number): Sink {
  return textSink(file, length, (results) => results.map(({ json }) => `${json}\n`).join(''));
}

function csvSink(file: OpenFile, length: number): Sink {
  let isEmpty = length === 0;
  return textSink(file, length, (results) => {
    const rows = results.map(({ record }) => COLUMNS.map((column) => cellOf(record, column)));
    const header = isEmpty ? [[...COLUMNS]] : [];
    isEmpty = false;
    // A cell that begins with `=` would be run as a formula by a spreadsheet.
    return stringify([...header, ...rows], { escape_formulas: true });
  });
}

/**
 * Appends the text of each call. It is written at once, as the transaction after it is: handing a few pages over to a
 * thread takes more time than copying them to the cache of the system.
 */
function textSink(
  { path, descriptor }: OpenFile,
  start: number,
  textOf: (results: readonly Content[]) => string,
): Sink {
  let length = start;
  return {
    write: (results) => {
      const bytes = Buffer.from(textOf(results));
      try {
        for (let written = 0; written < bytes.length;)
          written += writeSync(descriptor, bytes, written, bytes.length - written, length + written);
      } catch (error) {
        throw writeError(path, error);
      }
      length += bytes.length;
      return length;
    },
    close: () => closeSync(descriptor),
  };
}

/** Stdout has no length that can be cut: a crawl that is resumed writes the rest. */
function standardOutput(): Sink {
  return {
    write: (results) =>
      new Promise((resolve, reject) => {
        const text = results.map(({ json }) => `${json}\n`).join('');
        // The callback comes when the reader has taken the text. For a reader that has left, the error handler of the
        // output ends the command.
        process.stdout.write(text, (error) => {
          if (error && codeOf(error) !== 'EPIPE') reject(writeError('stdout', error));
          else resolve(0);
        });
      }),
    close: () => undefined,
  };
}

/** Rows are replaced by URL, so that a result written twice is there once. */
function sqliteSink(path: string, length: number): Sink {
  const database = openTable(path);
  if (length === 0) database.exec('delete from pages');
  const insert = database.prepare(`insert or replace into pages values (${COLUMNS.map(() => '?').join(', ')})`);
  return {
    write: (results) => {
      inTransaction(database, () => {
        for (const { record } of results) insert.run(...COLUMNS.map((column) => cellOf(record, column)));
      });
      // Any length but 0 says that the output has begun.
      return 1;
    },
    close: () => database.close(),
  };
}

function openTable(path: string): Database {
  let database: Database | undefined;
  try {
    database = openDatabase(path);
    database.exec('pragma journal_mode = wal; pragma synchronous = normal;');
    database.exec(
      `create table if not exists pages (${COLUMNS.map((column) => TYPES.get(column) ?? column).join(', ')})`,
    );
    return database;
  } catch (error) {
    database?.close();
    throw error instanceof CrawlError ? error : writeError(path, error);
  }
}

const COLUMNS = [
  'url',
  'status',
  'depth',
  'referrer',
  'fetchedAt',
  'contentType',
  'encoding',
  'bytes',
  'title',
  'description',
  'language',
  'canonical',
  'text',
  'links',
  'fields',
] as const satisfies readonly (keyof PageRecord)[];

const TYPES: ReadonlyMap<string, string> = new Map([
  ['url', 'url text primary key'],
  ['status', 'status integer'],
  ['depth', 'depth integer'],
  ['bytes', 'bytes integer'],
]);

/** Lists are written as JSON. */
function cellOf(record: PageRecord, column: (typeof COLUMNS)[number]): string | number | null {
  const value = record[column];
  if (value === undefined || value === null) return null;
  return typeof value === 'object' ? JSON.stringify(value) : value;
}
