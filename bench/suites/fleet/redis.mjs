/** A Redis of the benchmark's own, in a temporary folder and on a free port of the loopback. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';

/**
 * Redis while it is used: its address, the number of commands that it has run, and its CPU time in ms.
 *
 * @typedef {object} RedisUnderTest
 * @property {string} url
 * @property {() => Promise<number>} commands
 * @property {() => Promise<number>} cpuMs
 */

/** @template T @param {(redis: RedisUnderTest) => Promise<T>} use */
export async function withRedis(use) {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-redis-'));
  const port = await freePort();
  const settings = ['--port', port, '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'];
  const server = spawn('redis-server', settings.map(String), { stdio: 'ignore' });
  const failed = once(server, 'error').then(([error]) => {
    throw new Error('The fleet suite needs a redis-server. Install one: apt-get install redis-server.', {
      cause: error,
    });
  });
  const client = new Redis(port, '127.0.0.1', { retryStrategy: () => 50 });
  client.on('error', () => undefined);
  const figure = async (/** @type {string} */ section, /** @type {RegExp} */ pattern) =>
    Number(pattern.exec(await client.info(section))?.[1]);
  try {
    await Promise.race([client.ping(), failed]);
    return await use({
      url: `redis://127.0.0.1:${port}`,
      // Commands inside scripts count too.
      commands: async () => sumOfCalls(await client.info('commandstats')),
      cpuMs: async () =>
        1_000 * ((await figure('cpu', /^used_cpu_sys:(.*)$/m)) + (await figure('cpu', /^used_cpu_user:(.*)$/m))),
    });
  } finally {
    client.disconnect();
    if (server.exitCode === null && server.pid !== undefined) {
      server.kill('SIGTERM');
      await once(server, 'exit');
    }
    rmSync(folder, { recursive: true });
  }
}

const sumOfCalls = (/** @type {string} */ stats) =>
  Array.from(stats.matchAll(/:calls=(\d+)/g), ([, calls]) => Number(calls)).reduce((sum, calls) => sum + calls, 0);

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  server.close();
  await once(server, 'close');
  return port;
}
