/**
 * Many keys of Redis in one `MGET`, over ioredis. Redis answers in the order of the keys, with `null` for a missing key, so
 * the array is the result as it is; a value that cannot be parsed fails its key alone. One `MGET` blocks Redis while it
 * runs, so `maxSize` bounds it. In a cluster the keys of one `MGET` must share a slot: the option `partition` separates them.
 */
import type { Redis } from 'ioredis';
import { batch, type BatchFunction } from 'sluice';

export interface Session {
  readonly user: number;
}

const parsed = (text: string | null): Session | null | Error => {
  try {
    return text === null ? null : (JSON.parse(text) as Session);
  } catch (cause) {
    return new Error('A session in Redis is not JSON.', { cause });
  }
};

export const sessionOf = (redis: Redis): BatchFunction<string, Session | null> =>
  batch<string, Session | null>(async (ids) => (await redis.mget(ids.map((id) => `session:${id}`))).map(parsed), {
    name: 'sessionOf',
    maxSize: 1_000,
  });
