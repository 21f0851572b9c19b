/**
 * A query over postgres.js ends in Postgres when its batch is aborted. The driver's own `query.cancel()` gives nothing to
 * wait for, and may end the next query of the connection; so the connection is reserved, and a second small pool sends the
 * cancel. The query for the backend's id is pipelined: it costs no round trip.
 */
import type { ReservedSql, Sql } from 'postgres';
import { batch, type BatchFunction } from 'sluice';
import { byKey } from 'sluice/tools';
import type { Author } from './pg-one-row';

export async function cancellable<T>(
  { sql, cancels }: { readonly sql: Sql; readonly cancels: Sql },
  signal: AbortSignal,
  work: (connection: ReservedSql) => Promise<T>,
): Promise<T> {
  const connection = await sql.reserve();
  let backend: PromiseLike<readonly { readonly pid: number }[]> | undefined;
  let cancelling: Promise<unknown> | undefined;
  const cancel = (): void => {
    const cancelled = backend?.then(([row]) => cancels`select pg_cancel_backend(${row?.pid ?? null}::int)`);
    cancelling = Promise.allSettled([cancelled]);
  };
  try {
    // The batch may have been aborted while it waited for a connection.
    signal.throwIfAborted();
    signal.addEventListener('abort', cancel);
    backend = connection<{ pid: number }[]>`select pg_backend_pid() as pid`.execute();
    const [, result] = await Promise.all([backend, work(connection)]);
    return result;
  } finally {
    signal.removeEventListener('abort', cancel);
    // The connection is held until the cancel has answered too: a late cancel would end its next query.
    await cancelling;
    connection.release();
  }
}

export const authorById = (pools: { readonly sql: Sql; readonly cancels: Sql }): BatchFunction<number, Author> =>
  batch(
    async (ids: readonly number[], { signal }) => {
      const rows = await cancellable(
        pools,
        signal,
        (connection) => connection<Author[]>`select id, name from author where id = any(${[...ids]}::int[])`,
      );
      return byKey(rows, ({ id }) => id);
    },
    { name: 'authorById' },
  );
