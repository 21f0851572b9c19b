/**
 * Processes of workers are killed each second, one is stopped, the network of one stalls, and Redis is restarted twice, also
 * without its data: each call gets its result. `CHAOS_CALLS=20000` runs the long form.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { lastValueFrom, from, map, mergeMap, tap, toArray } from 'rxjs';
import { FleetPool, type FleetWorkerConfig } from 'sluice/fleet';
import { findRedis } from '../services/redis-server';
import { builtFiles } from '../support/built-package';
import { failureOf as caught } from '../support/failure-of';
import { freePort } from '../support/free-port';
import { declareMissingService } from '../support/missing-service';
import { patience } from '../support/patience';
import { sleep } from '../support/sleep';
import { linesOf, modules, until, workOf } from './fleet-fixture';

const failureOf = caught<Error & Record<string, unknown>>;
const binary = findRedis();
const calls = Number(process.env['CHAOS_CALLS'] ?? 600);

/** A Redis that can be killed and started again, with or without its data. */
class UnsteadyRedis {
  readonly folder = mkdtempSync(join(tmpdir(), 'chaos-redis-'));
  port = 0;
  #server: ChildProcess | undefined;

  constructor(private readonly isPersistent: boolean) {}

  async start(): Promise<void> {
    this.port ||= await freePort();
    const settings = {
      port: String(this.port),
      bind: '127.0.0.1',
      dir: this.folder,
      save: '',
      appendonly: this.isPersistent ? 'yes' : 'no',
    };
    const flags = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
    this.#server = spawn(String(binary), flags, { stdio: 'ignore' });
    const client = new Redis(this.port, { retryStrategy: () => 50 });
    client.on('error', () => undefined);
    await client.ping();
    client.disconnect();
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server || server.exitCode !== null) return;
    const exit = once(server, 'exit');
    server.kill(signal);
    await exit;
  }

  async end(): Promise<void> {
    await this.kill('SIGTERM');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A way to a Redis that can stall: nothing passes, and no connection ends. */
class StallingProxy {
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  constructor(target: number) {
    this.#server = createServer((near) => {
      const far = connect(target, '127.0.0.1');
      for (const socket of [near, far]) {
        this.#sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => {
          this.#sockets.delete(socket);
          near.destroy();
          far.destroy();
        });
      }
      near.pipe(far);
      far.pipe(near);
    });
  }

  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port; // Cast: it listens on a port.
  }

  /** Returns the number of connections that have stalled. */
  async stall(ms: number): Promise<number> {
    const stalled = [...this.#sockets];
    for (const socket of stalled) socket.pause();
    await sleep(ms);
    for (const socket of stalled) socket.resume();
    return stalled.length;
  }

  end(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

/** Processes of workers, of which each that ends by itself is replaced. */
class Workers {
  readonly processes: ChildProcess[] = [];
  #isOver = false;

  constructor(private readonly config: FleetWorkerConfig) {}

  /** @param port of another way to Redis, which the process that replaces this one does not take */
  spawn(port?: number): ChildProcess {
    const connection = port === undefined ? {} : { connection: `redis://127.0.0.1:${String(port)}` };
    const env = { ...process.env, SLUICE_FLEET: join(builtFiles(), 'fleet.cjs') };
    const program = join(modules, 'worker-process.cjs');
    const child = spawn(process.execPath, [program, JSON.stringify({ ...this.config, ...connection })], {
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    this.processes.push(child);
    child.once('exit', () => {
      this.processes.splice(this.processes.indexOf(child), 1);
      if (!this.#isOver) this.spawn();
    });
    return child;
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(
      [...this.processes].map(async (child) => {
        const exit = once(child, 'exit');
        child.kill('SIGCONT');
        child.kill('SIGKILL');
        await exit;
      }),
    );
  }
}

describe('a fleet in trouble', () => {
  if (binary === null) {
    declareMissingService('a redis-server', 'a fleet in trouble', 'apt-get install redis-server.');
    return;
  }
  const redis = { persistent: new UnsteadyRedis(true), forgetful: new UnsteadyRedis(false) };
  const ends: (() => unknown)[] = [];
  const quick = { heartbeat: 300, lockDuration: 1_500, stalledInterval: 500 };
  const file = join(redis.persistent.folder, 'runs');

  beforeAll(() => Promise.all([redis.persistent.start(), redis.forgetful.start()]));
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });
  afterAll(() => Promise.all([redis.persistent.end(), redis.forgetful.end()]));

  const start = (port: number, queue: string, config: Partial<FleetWorkerConfig> = {}) => {
    const connection = `redis://127.0.0.1:${String(port)}`;
    const workers = new Workers({
      connection,
      queue,
      modules,
      size: 2,
      pool: { grace: 100 },
      maxStalls: 10,
      ...quick,
      ...config,
    });
    const pool = new FleetPool({ connection, queue, modules, heartbeat: 300 });
    ends.push(
      () => pool.close({ force: true }),
      () => workers.end(),
    );
    return { workers, pool, work: workOf(pool) };
  };

  it.each(['persistent', 'forgetful'] as const)(
    'gives each call its result, on a %s Redis that is restarted, while workers are killed and stopped',
    async (kind) => {
      const server = redis[kind];
      const { workers, work } = start(server.port, `chaos-${kind}`);
      const proxy = new StallingProxy(server.port);
      ends.push(() => {
        proxy.end();
      });
      workers.spawn();
      const stopped = workers.spawn();
      const stalled = workers.spawn(await proxy.listen());
      let settled = 0;
      let killed = 0;
      const share = (part: number) => until(() => settled >= calls * part, 'the calls', patience(400_000));
      const all = lastValueFrom(
        from(Array.from({ length: calls }, (_, n) => n)).pipe(
          mergeMap((n) => work.later(10 + (n % 20), n).pipe(map((result) => ({ n, result }))), 100),
          tap(() => settled++),
          toArray(),
        ),
      );
      const restart = async (part: number, signal: NodeJS.Signals): Promise<void> => {
        await share(part);
        await server.kill(signal);
        await sleep(300);
        await server.start();
      };
      const stop = async (): Promise<boolean> => {
        await share(0.1);
        const isStopped = stopped.kill('SIGSTOP');
        await sleep(2_500);
        return stopped.kill('SIGCONT') && isStopped;
      };
      const stall = () => share(0.2).then(() => proxy.stall(2_500));
      const kills = setInterval(() => {
        const killable = workers.processes.filter((each) => each !== stopped && each !== stalled);
        if (killable[settled % killable.length]?.kill('SIGKILL')) killed++;
      }, 1_000);
      ends.push(() => {
        clearInterval(kills);
      });
      const restarts = Promise.all([restart(0.3, 'SIGTERM'), restart(0.6, 'SIGKILL')]);
      const [wasStopped, stalledSockets] = await Promise.all([stop(), stall(), restarts]);
      const results = await all;
      expect(results).toHaveLength(calls);
      expect(results.filter(({ n, result }) => n !== result)).toEqual([]);
      expect(wasStopped).toBe(true);
      expect(stalledSockets).toBeGreaterThan(0);
      expect(killed).toBeGreaterThan(1);
    },
    patience(400_000),
  );

  it('runs a call that computes longer than lockDuration once', async () => {
    const { workers, work } = start(redis.persistent.port, 'long', { lockDuration: 500 });
    workers.spawn();
    workers.spawn();
    expect(await work.spin(2_000, file)).toBe('spun');
    expect(linesOf(file)).toEqual(['run']);
  });

  it('fails a call that kills each of its workers, after maxStalls more runs, and no other call', async () => {
    const { workers, work } = start(redis.persistent.port, 'poison', { maxStalls: 1 });
    workers.spawn();
    const poison = join(redis.persistent.folder, 'poison');
    const failure = failureOf(work.killProcess(poison));
    await until(() => linesOf(poison).length === 1);
    const innocent = Promise.resolve(work.add(1, 2));
    expect(await failure).toMatchObject({ code: 'SLUICE_STALLED_CALL', runs: 2 });
    expect(await innocent).toBe(3);
    expect(linesOf(poison)).toHaveLength(2);
  });

  it('fails a stream whose worker dies after its first items, and does not repeat them', async () => {
    const { workers, work } = start(redis.persistent.port, 'stream');
    workers.spawn();
    const items: number[] = [];
    const failure = await failureOf(lastValueFrom(work.thenKill(20, 5).pipe(tap((item) => items.push(item)))));
    // The process may die before it has sent its last item.
    expect(items).toEqual([1, 2, 3, 4, 5].slice(0, Math.max(4, items.length)));
    expect(failure).toMatchObject({ code: 'SLUICE_STREAM_INTERRUPTED', items: items.length });
  });

  it('puts running calls back on SIGTERM, after closeTimeout, without counting a stall', async () => {
    const { workers, work } = start(redis.persistent.port, 'deploy', { maxStalls: 0, closeTimeout: 100 });
    const first = workers.spawn();
    const runs = join(redis.persistent.folder, 'deploy');
    const value = Promise.resolve(work.noteLater(runs, 'x', 1_500));
    await until(() => linesOf(runs).length === 1);
    const exit = once(first, 'exit');
    first.kill('SIGTERM');
    expect((await exit)[0]).toBe(0);
    expect(await value).toBe('x');
    expect(linesOf(runs)).toEqual(['x', 'x']);
  });

  it('fails calls after redisTimeout while Redis is away, and closes all the same', async () => {
    const pool = new FleetPool({ connection: { host: '127.0.0.1', port: 1 }, queue: 'away', redisTimeout: 200 });
    expect(await failureOf(workOf(pool).add(1, 2))).toMatchObject({
      code: 'SLUICE_FLEET_UNAVAILABLE',
      cause: { reason: 'ECONNREFUSED' },
    });
    await pool.close();
  });
});
