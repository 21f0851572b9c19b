/** The recipe of a loader over a real Redis, beside the automatic pipelines of ioredis. */
import { Redis } from 'ioredis';
import { allSettled } from 'sluice';
import { sessionOf } from '../../samples/loaders/ioredis-mget';
import { declareMissingService } from '../support/missing-service';
import { findRedis, startRedis, type RedisServer } from './redis-server';

const binary = findRedis();

if (binary === null) {
  declareMissingService(
    'a Redis',
    'loaders over Redis',
    'install the Debian package `redis-server`, or put redis-server into the PATH.',
  );
} else {
  describe('loaders over Redis', () => {
    let server: RedisServer;
    let redis: Redis;
    beforeAll(async () => {
      server = await startRedis(binary);
      redis = new Redis({ host: '127.0.0.1', port: server.port });
    });
    beforeEach(async () => {
      await redis.flushall();
      await redis.mset({ 'session:ada': '{"user":1}', 'session:grace': '{"user":2}', 'session:broken': '{' });
      await redis.sadd('session:set', 'a');
      await redis.config('RESETSTAT');
    });
    afterAll(async () => {
      await redis.quit();
      await server.stop();
    });

    /** The number of calls of each command that Redis has counted. */
    const calls = async (command: string): Promise<number> => {
      const text = await redis.info('commandstats');
      return Number(new RegExp(`^cmdstat_${command}:calls=(\\d+)`, 'm').exec(text)?.[1] ?? 0);
    };

    it('gives each key its value, and null to a missing key, in one MGET', async () => {
      expect(await sessionOf(redis).many(['grace', 'missing', 'ada', 'grace'])).toEqual([
        { user: 2 },
        null,
        { user: 1 },
        { user: 2 },
      ]);
      expect(await calls('mget')).toBe(1);
    });

    it('fails a key alone whose value cannot be parsed', async () => {
      const session = sessionOf(redis);
      expect(await allSettled([session('broken'), session('ada')])).toEqual([
        { status: 'rejected', reason: new Error('A session in Redis is not JSON.') },
        { status: 'fulfilled', value: { user: 1 } },
      ]);
    });

    it('gives null to a key of another type, where a GET fails', async () => {
      expect(await sessionOf(redis)('set')).toBeNull();
      await expect(redis.get('session:set')).rejects.toThrow('WRONGTYPE');
    });

    it('sends at most 1 000 keys in one command', async () => {
      await sessionOf(redis).many(Array.from({ length: 2_500 }, (_, index) => String(index)));
      expect(await calls('mget')).toBe(3);
    });

    it('sends one command where automatic pipelines send one for each key', async () => {
      const automatic = new Redis({ host: '127.0.0.1', port: server.port, enableAutoPipelining: true });
      const keys = Array.from({ length: 100 }, (_, index) => String(index));
      await Promise.all(keys.map((key) => automatic.get(key)));
      await sessionOf(redis).many(keys);
      expect([await calls('get'), await calls('mget')]).toEqual([100, 1]);
      await automatic.quit();
    });
  });
}
