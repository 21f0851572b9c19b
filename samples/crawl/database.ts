/**
 * A database is a file of SQLite, opened with `node:sqlite` where Node has it (22 and later) and with libsql on older versions.
 * Both have traps in what they bind: libsql ends the process for a boolean, and takes a lone object for named parameters;
 * `node:sqlite` stores a date as NULL. So values are of four types here, and always bound as a list.
 */
import type LibsqlDatabase from 'libsql';
import { isDiskError, writeError } from './write-error';

export type SqlValue = string | number | bigint | null;
export type SqlRow = Readonly<Record<string, SqlValue>>;

export interface Statement {
  readonly run: (...values: readonly SqlValue[]) => { readonly changes: number };
  readonly all: (...values: readonly SqlValue[]) => readonly SqlRow[];
}

export interface Database {
  /** Name of the driver. */
  readonly driver: 'node:sqlite' | 'libsql';
  readonly exec: (sql: string) => void;
  readonly prepare: (sql: string) => Statement;
  readonly close: () => void;
}

export function openDatabase(path: string): Database {
  const sqlite = builtInSqlite();
  return sqlite === undefined ? openLibsql(path) : openBuiltIn(sqlite, path);
}

/** Runs `work` in one transaction; an error rolls it back. */
export function inTransaction<T>(database: Database, work: () => T): T {
  database.exec('begin immediate');
  try {
    const result = work();
    database.exec('commit');
    return result;
  } catch (error) {
    try {
      database.exec('rollback');
    } catch {
      // SQLite has undone the transaction already, as it does when the disk is full. The first error says why.
    }
    throw error;
  }
}

export function openLibsql(path: string): Database {
  // Loaded only where it is needed: the package has binaries for some platforms only.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const Libsql = require('libsql') as typeof LibsqlDatabase;
  const database = new Libsql(path);
  return withDiskErrors(path, {
    driver: 'libsql',
    exec: (sql) => void database.exec(sql),
    prepare: (sql) => {
      const statement = database.prepare(sql);
      return {
        run: (...values) => ({ changes: statement.run(values.map(checked)).changes }),
        all: (...values) => statement.all(values.map(checked)) as SqlRow[],
      };
    },
    close: () => void database.close(),
  });
}

/** The part of `node:sqlite` that is used here. The types of the oldest Node that runs the crawler have no such module. */
interface BuiltInSqlite {
  readonly DatabaseSync: new (path: string) => BuiltInDatabase;
}

interface BuiltInDatabase {
  exec(sql: string): void;
  prepare(sql: string): BuiltInStatement;
  close(): void;
}

interface BuiltInStatement {
  run(...values: readonly SqlValue[]): { readonly changes: number | bigint };
  all(...values: readonly SqlValue[]): unknown[];
}

function openBuiltIn({ DatabaseSync }: BuiltInSqlite, path: string): Database {
  const database = new DatabaseSync(path);
  return withDiskErrors(path, {
    driver: 'node:sqlite',
    exec: (sql) => database.exec(sql),
    prepare: (sql) => {
      const statement = database.prepare(sql);
      return {
        run: (...values) => ({ changes: Number(statement.run(...values.map(checked)).changes) }),
        all: (...values) => statement.all(...values.map(checked)) as SqlRow[],
      };
    },
    close: () => database.close(),
  });
}

/** Makes errors of the user's disk ones that tell which file is concerned and what to do. */
function withDiskErrors(path: string, { driver, exec, prepare, close }: Database): Database {
  const attempt = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw isDiskError(error) ? writeError(path, error) : error;
    }
  };
  return {
    driver,
    exec: (sql) => attempt(() => exec(sql)),
    prepare: (sql) => {
      const { run, all } = attempt(() => prepare(sql));
      return { run: (...values) => attempt(() => run(...values)), all: (...values) => attempt(() => all(...values)) };
    },
    close: () => attempt(close),
  };
}

/** `node:sqlite`, or `undefined`. Its warning that it is experimental says nothing about a crawl. */
function builtInSqlite(): BuiltInSqlite | undefined {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- It is put back as it was.
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    return process.getBuiltinModule('node:sqlite') as BuiltInSqlite | undefined;
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** Types are checked at run time too, because a value of another type ends the process in one of the drivers. */
function checked(value: unknown): SqlValue {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' || value === null)
    return value;
  throw new TypeError(`a database stores strings, numbers and null; got ${typeof value}`);
}
