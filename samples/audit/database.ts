/**
 * A database is the part of Postgres that the audit uses: a query that returns rows. The default is PGlite, a Postgres
 * inside this process; a connection string (`DATABASE_URL`) selects a server.
 */
import { AuditError, reasonOf } from './audit-error';

export interface Database {
  /** Rows of one statement. `Row` is not checked: the caller asserts that it matches the selected columns. */
  query<Row>(statement: string, parameters?: readonly unknown[]): Promise<readonly Row[]>;
}

export interface OpenDatabase extends Database {
  close(): Promise<void>;
}

export function openDatabase(url: string | undefined): Promise<OpenDatabase> {
  return url === undefined || url === '' ? openInProcess() : openPostgres(url);
}

/** Both drivers are imported on demand, because only one of them is used in a run. */
async function openInProcess(): Promise<OpenDatabase> {
  const { PGlite } = await import('@electric-sql/pglite');
  const database = await PGlite.create();
  return {
    query: async <Row>(statement: string, parameters: readonly unknown[] = []) =>
      (await database.query<Row>(statement, [...parameters])).rows,
    close: () => database.close(),
  };
}

/** A single connection instead of a pool, because temporary tables are visible only to their own connection. */
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
    // The message omits the connection string, which may contain a password.
    throw new AuditError(`cannot reach the database that DATABASE_URL names: ${reasonOf(error)}`, { cause: error });
  }
}

/** Database that counts the queries it forwards. Every query count of the audit comes from here. */
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

/** Database that forwards queries until `isOver` returns true; from then on, queries reject with a StoppedError. */
export class StoppingDatabase implements Database {
  readonly #database: Database;
  readonly #isOver: (made: number) => boolean;
  #made = 0;

  /** @param isOver - Called before each query with the number of queries made; true stops the run. */
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

/** A StoppedError ends a run that reached its limit; `queries` is the number of queries made before. */
export class StoppedError extends Error {
  override readonly name = 'StoppedError';

  constructor(readonly queries: number) {
    super(`The run was stopped after ${queries} queries.`);
  }
}
