/**
 * Reads of a transaction, over `pg`: they run on its connection, and see its writes. A scoped value holds the connection of
 * the caller, and is the partition of the batch: keys of two transactions never share a query, a batch or a cache.
 */
import type { Pool, PoolClient } from 'pg';
import { batch, Future, ScopedValue, task, within, type BatchFunction, type TaskResult } from 'sluice';
import { byKey } from 'sluice/tools';
import type { Author } from './pg-one-row';

export interface Transactions {
  readonly authorById: BatchFunction<number, Author | null>;
  /** Runs the body in a transaction, which a failure rolls back. */
  readonly inTransaction: <T>(body: (client: PoolClient) => Future<T>) => Future<TaskResult<T>>;
}

export function transactionsOf(pool: Pool): Transactions {
  const connection = new ScopedValue<Pool | PoolClient>(pool);
  const authorById = batch(
    async (ids: readonly number[], { partition }) => {
      const { rows } = await partition.query<Author>('select id, name from author where id = any($1::int[])', [ids]);
      return byKey(rows, ({ id }) => id, { missing: null });
    },
    { name: 'authorById', partition: () => connection.get() },
  );
  const inTransaction = task(function* inTransaction<T>(body: (client: PoolClient) => Future<T>) {
    const client = yield* Future.from(pool.connect());
    let ending: 'commit' | 'rollback' = 'rollback';
    let isUsable = false;
    try {
      yield client.query('begin');
      const result = yield* within(connection.override(client), body(client));
      ending = 'commit';
      return result;
    } finally {
      try {
        yield client.query(ending);
        isUsable = true;
      } finally {
        client.release(!isUsable);
      }
    }
  });
  return { authorById, inTransaction };
}
