/**
 * Keys that only Postgres can judge, over `pg`: a batch that one key fails is loaded again in halves, until that key fails
 * alone. One bad key of 1 000 costs about twenty queries more. A transaction has ended with the first failure, so this is
 * for queries outside of one.
 */
import { DatabaseError, type Pool } from 'pg';
import { batch, type BatchFunction } from 'sluice';
import { byKey } from 'sluice/tools';

export interface ZonedTime {
  readonly zone: string;
  readonly noon: string;
}

/** Class 22 of SQLSTATE has the errors of data: an unknown time zone, a number out of range, a division by zero. */
const isDataError = (error: unknown): boolean =>
  error instanceof DatabaseError && error.code !== undefined && error.code.startsWith('22');

async function bisect<K, Row>(
  keys: readonly K[],
  load: (keys: readonly K[]) => Promise<readonly Row[]>,
  fail: (key: K, error: unknown) => void,
): Promise<readonly Row[]> {
  try {
    return await load(keys);
  } catch (error) {
    if (!isDataError(error)) throw error;
    const middle = keys.length >> 1;
    if (middle > 0) {
      const halves = [keys.slice(0, middle), keys.slice(middle)].map((half) => bisect(half, load, fail));
      return (await Promise.all(halves)).flat();
    }
    for (const key of keys) fail(key, error);
    return [];
  }
}

/** The local time in a time zone at noon UTC of the first day of 2026. An unknown zone fails the whole statement. */
export const noonIn = (pool: Pool): BatchFunction<string, ZonedTime> =>
  batch<string, ZonedTime>(
    async (zones, flush) => {
      const sql = `select zone, to_char(timestamptz '2026-01-01T12:00Z' at time zone zone, 'HH24:MI') as noon
        from unnest($1::text[]) as k (zone)`;
      const load = async (keys: readonly string[]) => (await pool.query<ZonedTime>(sql, [keys])).rows;
      const rows = await bisect(zones, load, (zone, error) => flush.fail(zone, error));
      return byKey(rows, ({ zone }) => zone);
    },
    { name: 'noonIn' },
  );
