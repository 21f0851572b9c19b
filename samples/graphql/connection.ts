/**
 * A connection runs one statement at a time. The default is PGlite, a Postgres inside this process; a connection string
 * (`DATABASE_URL`) selects a server. Temporary tables are visible only to their own connection, so all statements share
 * one; a Postgres server has a second connection for cancellations.
 */
import { GraphError } from './graph-error';

export interface Connection {
  /**
   * Rows of one statement. `Row` is not checked: the caller asserts that it matches the selected columns.
   *
   * @param signal drops a statement that has not begun, and cancels one that runs in a Postgres server
   */
  query<Row>(statement: string, parameters?: readonly unknown[], signal?: AbortSignal): Promise<readonly Row[]>;
  close(): Promise<void>;
}

/** @throws GraphError if the server cannot be reached */
export async function openConnection(url: string | undefined): Promise<Connection> {
  const connection = await (url === undefined || url === '' ? openInProcess() : openPostgres(url));
  let last: Promise<unknown> = Promise.resolve();
  return {
    query: (statement, parameters, signal) => {
      const rows = last.then(() => {
        signal?.throwIfAborted();
        return connection.query<never>(statement, parameters, signal);
      });
      last = rows.catch(() => undefined);
      return rows;
    },
    close: () => connection.close(),
  };
}

/** Both drivers are imported on demand, because only one of them is used in a run. */
async function openInProcess(): Promise<Connection> {
  const { PGlite } = await import('@electric-sql/pglite');
  const database = await PGlite.create();
  return {
    query: async <Row>(statement: string, parameters: readonly unknown[] = []) =>
      (await database.query<Row>(statement, [...parameters])).rows,
    close: () => database.close(),
  };
}

async function openPostgres(url: string): Promise<Connection> {
  const { Client } = await import('pg');
  // A cancellation has a connection of its own, because the other one is busy with what is to be cancelled.
  const clients = [new Client({ connectionString: url }), new Client({ connectionString: url })] as const;
  const [client, canceller] = clients;
  // A lost connection fails its queries; without a listener, the error would end the process.
  for (const each of clients) each.on('error', () => undefined);
  try {
    for (const each of clients) await each.connect();
  } catch (error) {
    await Promise.allSettled(clients.map((each) => each.end()));
    // The message omits the connection string, which may contain a password.
    const reason = error instanceof Error ? error.message : String(error);
    throw new GraphError(`cannot reach the database that DATABASE_URL names: ${reason}`, { cause: error });
  }
  const [backend] = (await client.query('select pg_backend_pid() as pid')).rows as [{ readonly pid: number }];
  return {
    query: async <Row>(statement: string, parameters: readonly unknown[] = [], signal?: AbortSignal) => {
      let cancelling: Promise<unknown> | undefined;
      const cancel = (): void => {
        cancelling = Promise.allSettled([canceller.query('select pg_cancel_backend($1)', [backend.pid])]);
      };
      signal?.addEventListener('abort', cancel, { once: true });
      try {
        return (await client.query(statement, [...parameters])).rows as readonly Row[];
      } finally {
        signal?.removeEventListener('abort', cancel);
        // A late cancellation would hit the next statement.
        await cancelling;
      }
    },
    close: async () => {
      for (const each of clients) await each.end();
    },
  };
}
