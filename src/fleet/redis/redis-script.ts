/** A script in Lua, which Redis runs as one step. It is sent by its hash, and in full to a server that does not know it. */
import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';

export class RedisScript<R> {
  readonly #sha: string;

  constructor(private readonly lua: string) {
    this.#sha = createHash('sha1').update(lua).digest('hex');
  }

  async run(client: Redis, keys: readonly string[], args: readonly (string | number)[]): Promise<R> {
    try {
      return (await client.evalsha(this.#sha, keys.length, ...keys, ...args)) as R;
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return (await client.eval(this.lua, keys.length, ...keys, ...args)) as R;
    }
  }
}
