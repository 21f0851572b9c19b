/**
 * A real Redis for one spec, with its own temporary folder, on a free port of the loopback.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from '../support/free-port';
import { patience } from '../support/patience';

export interface RedisServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** Returns the path of the first `redis-server` in the PATH; `null` if there is none. */
export function findRedis(): string | null {
  const folders = ['/usr/bin', ...(process.env['PATH'] ?? '').split(delimiter)];
  return folders.map((folder) => join(folder, 'redis-server')).find((path) => existsSync(path)) ?? null;
}

export async function startRedis(binary: string): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'redis-spec-'));
  const port = await freePort();
  const settings = { port: String(port), bind: '127.0.0.1', dir: folder, save: '', appendonly: 'no' };
  const flags = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const server = spawn(binary, flags, { cwd: folder, stdio: 'ignore' });
  const stop = async (): Promise<void> => {
    await stopServer(server);
    rmSync(folder, { recursive: true });
  };
  try {
    await untilReady(port, server);
  } catch (error) {
    await stop();
    throw error;
  }
  return { port, stop };
}

async function untilReady(port: number, server: ChildProcess): Promise<void> {
  const deadline = Date.now() + patience(30_000);
  for (;;) {
    const redis = new Redis({ host: '127.0.0.1', port, lazyConnect: true, retryStrategy: () => null });
    // A refused connection is an event too, beside the rejected promise.
    redis.on('error', () => undefined);
    try {
      await redis.connect();
      await redis.quit();
      return;
    } catch (error) {
      if (server.exitCode !== null) throw new Error(`Redis ended with code ${server.exitCode}.`, { cause: error });
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function stopServer(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exit = once(server, 'exit');
  server.kill('SIGTERM');
  await exit;
}
