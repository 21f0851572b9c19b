/**
 * Keys are validated before the query, over `pg`: one text that is not a uuid fails the whole statement with the code
 * 22P02, and so all keys of the batch. An invalid key fails alone here, and is not sent. Postgres returns a uuid in lower
 * case; with the option `key`, two spellings of one uuid are one key.
 */
import type { Pool } from 'pg';
import { batch, type BatchFunction } from 'sluice';
import { byKey } from 'sluice/tools';

export interface Order {
  readonly id: string;
  readonly total: number;
}

const isUuid = (id: string): boolean => /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(id);

export const orderById = (pool: Pool): BatchFunction<string, Order | null> =>
  batch<string, Order | null>(
    async (ids, flush) => {
      const [valid, invalid] = [ids.filter(isUuid), ids.filter((id) => !isUuid(id))];
      for (const id of invalid) flush.fail(id, new TypeError(`The id of an order is a uuid; got "${id}".`));
      const { rows } = await pool.query<Order>('select id, total from orders where id = any($1::uuid[])', [valid]);
      return byKey(rows, ({ id }) => id, { missing: null });
    },
    { name: 'orderById', key: (id) => id.toLowerCase() },
  );
