/**
 * A query over `pg` ends in Postgres when its batch is aborted. `pg` ignores a signal, and releasing the client leaves the
 * query running, so another connection sends the cancel. That connection belongs to a small pool of its own: a full pool
 * would wait for what it wants to cancel.
 */
import type { Pool, PoolClient } from 'pg';
import { batch, type BatchFunction } from 'sluice';
import { byKey } from 'sluice/tools';
import type { Author } from './pg-one-row';

export async function cancellable<T>(
  { pool, cancels }: { readonly pool: Pool; readonly cancels: Pool },
  signal: AbortSignal,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  // Cast: missing in the types of `pg`.
  const { processID } = client as PoolClient & { readonly processID: number };
  let cancelling: Promise<PromiseSettledResult<unknown>[]> | undefined;
  const cancel = (): void => {
    cancelling = Promise.allSettled([cancels.query('select pg_cancel_backend($1)', [processID])]);
  };
  try {
    // The batch may have been aborted while it waited for a client.
    signal.throwIfAborted();
    signal.addEventListener('abort', cancel);
    return await work(client);
  } finally {
    signal.removeEventListener('abort', cancel);
    // The client is held until the cancel has answered too: a late cancel would end the next query of the connection.
    const [cancelled] = (await cancelling) ?? [];
    client.release(cancelled?.status === 'rejected');
  }
}

export const authorById = (pools: { readonly pool: Pool; readonly cancels: Pool }): BatchFunction<number, Author> =>
  batch(
    async (ids: readonly number[], { signal }) => {
      const sql = 'select id, name from author where id = any($1::int[])';
      const { rows } = await cancellable(pools, signal, (client) => client.query<Author>(sql, [ids]));
      return byKey(rows, ({ id }) => id);
    },
    { name: 'authorById' },
  );
