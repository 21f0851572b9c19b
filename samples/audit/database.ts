/**
 * A database is what the audit needs of Postgres: rows for a statement. By default it is PGlite, which is Postgres
 * inside this process; a connection string (`DATABASE_URL`) leads to a real one.
 */
import { AuditError, reasonOf } from './audit-error';

export interface Database {
  /** `Row` is the caller's word on the columns that the statement selects. */
  query<Row>(statement: string, parameters?: readonly unknown[]): Promise<readonly Row[]>;
}

export interface OpenDatabase extends Database {
  close(): Promise<void>;
}

export function openDatabase(url: string | undefined): Promise<OpenDatabase> {
  return url === undefined || url === '' ? openInProcess() : openPostgres(url);
}

/** Both drivers are loaded on demand: whoever uses one need not wait for the other. */
async function openInProcess(): Promise<OpenDatabase> {
  const { PGlite } = await import('@electric-sql/pglite');
  const database = await PGlite.create();
  return {
    query: async <Row>(statement: string, parameters: readonly unknown[] = []) =>
      (await database.query<Row>(statement, [...parameters])).rows,
    close: () => database.close(),
  };
}

/** One connection and no pool, since temporary tables are visible to their own connection only. */
async function openPostgres(url: string): Promise<OpenDatabase> {
  const { Client } = await import('pg');
  try {
    const client = new Client({ connectionString: url });
    await client.connect();
    return {
      query: async <Row>(statement: string, parameters: readonly unknown[] = []) =>
        (await client.query(statement, [...parameters])).rows as readonly Row[],
      close: () => client.end(),
    };
  } catch (error) {
    // The connection string stays out of the message: it may hold a password.
    throw new AuditError(`cannot reach the database that DATABASE_URL names: ${reasonOf(error)}`, { cause: error });
  }
}

/** Passes every query on and counts it: the one place where queries are counted. */
export class CountingDatabase implements Database {
  readonly #database: Database;
  #queries = 0;

  constructor(database: Database) {
    this.#database = database;
  }

  get queries(): number {
    return this.#queries;
  }

  query<Row>(statement: string, parameters?: readonly unknown[]): Promise<readonly Row[]> {
    this.#queries += 1;
    return this.#database.query<Row>(statement, parameters);
  }
}

/** Passes queries on until it is told to stop; the query after that rejects with a StoppedError. */
export class StoppingDatabase implements Database {
  readonly #database: Database;
  readonly #isOver: (made: number) => boolean;
  #made = 0;

  /** `isOver` is asked before each query, with the number of those that were made. */
  constructor(database: Database, isOver: (made: number) => boolean) {
    this.#database = database;
    this.#isOver = isOver;
  }

  async query<Row>(statement: string, parameters?: readonly unknown[]): Promise<readonly Row[]> {
    if (this.#isOver(this.#made)) throw new StoppedError(this.#made);
    this.#made += 1;
    return this.#database.query<Row>(statement, parameters);
  }
}

/** A run was stopped after so many queries. */
export class StoppedError extends Error {
  override readonly name = 'StoppedError';

  constructor(readonly queries: number) {
    super(`The run was stopped after ${queries} queries.`);
  }
}
