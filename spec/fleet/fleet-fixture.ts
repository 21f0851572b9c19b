/** A Redis, workers and pools for the specs of the fleet, all of which end with the spec that has made them. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Redis } from 'ioredis';
import {
  FleetPool,
  runFleetWorker,
  type FleetPoolConfig,
  type FleetWorker,
  type FleetWorkerConfig,
} from 'sluice/fleet';
import type { PoolModule } from 'sluice/pool';
import { findRedis, startRedis, type RedisServer } from '../services/redis-server';
import { declareMissingService } from '../support/missing-service';
import { patience } from '../support/patience';
import { sleep } from '../support/sleep';

export const modules = join(__dirname, 'fixtures');
export const workUrl = pathToFileURL(join(modules, 'work.mjs'));

/** The functions of `fixtures/work.mjs`, as their specs use them. */
export interface Work {
  add(a: number, b: number): number;
  echo<T>(value: T): T;
  later<T>(ms: number, value: T): Promise<T>;
  fail(url: string): never;
  abortError(): never;
  throwText(): never;
  returnsErrors(): unknown;
  returnsFunction(): unknown;
  bytes(length: number): Uint8Array;
  spin(ms: number, file?: string): string;
  note(file: string, text: string): string;
  noteLater(file: string, text: string, ms: number): Promise<string>;
  failUntil(file: string, count: number): Promise<number>;
  untilAborted(file: string): Promise<never>;
  reasonOfAbort(file: string): Promise<never>;
  forever(file: string): never;
  killProcess(file: string): never;
  count(to: number): Generator<number>;
  countNoted(file: string): Generator<number>;
  ticks(ms: number, to: number): AsyncGenerator<number>;
  thenKill(ms: number, to: number): AsyncGenerator<number>;
  thenFail(to: number): AsyncGenerator<number>;
}

/** Times that make specs quick. */
const quick = { heartbeat: 200, lockDuration: 1_500, stalledInterval: 500 };

export interface FleetPair {
  readonly pool: FleetPool;
  readonly worker: FleetWorker;
  readonly work: ReturnType<typeof workOf>;
}

export class Fleet {
  queue = '';
  readonly #ends: (() => unknown)[] = [];
  #pair: FleetPair | undefined;
  #endOfPair: (() => Promise<void>) | undefined;

  constructor(
    readonly server: RedisServer,
    private readonly binary: string,
  ) {}

  get connection(): string {
    return `redis://127.0.0.1:${String(this.server.port)}`;
  }

  pool(config: Partial<FleetPoolConfig> = {}): FleetPool {
    const { connection, queue } = this;
    const pool = new FleetPool({ connection, queue, modules, heartbeat: quick.heartbeat, ...config });
    this.#ends.push(() => pool.close({ force: true }));
    return pool;
  }

  worker(config: Partial<FleetWorkerConfig> = {}): FleetWorker {
    const { connection, queue } = this;
    const worker = runFleetWorker({ connection, queue, modules, size: 2, pool: { grace: 100 }, ...quick, ...config });
    this.#ends.push(() => worker.close({ force: true }));
    return worker;
  }

  /** A pool with one worker, which all specs of a file share: they start in the first one, and end after the last. */
  pair(): FleetPair {
    if (this.#pair) return this.#pair;
    const own = new Fleet(this.server, this.binary);
    own.queue = 'shared';
    this.#endOfPair = () => own.end();
    const worker = own.worker();
    const pool = own.pool();
    return (this.#pair = { pool, worker, work: workOf(pool) });
  }

  /** A client of the spec's own. */
  client(): Redis {
    const client = new Redis(this.server.port);
    this.#ends.push(() => {
      client.disconnect();
    });
    return client;
  }

  /** A further Redis, for specs that stop it. */
  async startServer(): Promise<RedisServer> {
    const server = await startRedis(this.binary);
    let isStopped = false;
    const stop = async (): Promise<void> => {
      if (!isStopped) await server.stop();
      isStopped = true;
    };
    this.#ends.push(stop);
    return { port: server.port, stop };
  }

  /** A path for a file that functions write to. */
  file(): string {
    const folder = mkdtempSync(join(tmpdir(), 'fleet-spec-'));
    this.#ends.push(() => {
      rmSync(folder, { recursive: true });
    });
    return join(folder, 'file');
  }

  onEnd(end: () => unknown): void {
    this.#ends.push(end);
  }

  async endOfFile(): Promise<void> {
    await this.#endOfPair?.();
    await this.server.stop();
  }

  async end(): Promise<void> {
    for (const end of this.#ends.splice(0).reverse()) await end();
  }
}

export const workOf = (pool: FleetPool): PoolModule<Work> => pool.module<Work>(workUrl);

/** Declares specs that share one Redis. Each has a queue of its own. */
export function describeFleet(title: string, declare: (fleet: Fleet) => void): void {
  const binary = findRedis();
  describe(title, () => {
    if (binary === null) {
      declareMissingService('a redis-server', title, 'apt-get install redis-server.');
      return;
    }
    let count = 0;
    const fleet = new Fleet({ port: 0, stop: () => Promise.resolve() }, binary);
    beforeAll(async () => {
      Object.assign(fleet, { server: await startRedis(binary) });
    });
    beforeEach(() => {
      fleet.queue = `q${String(++count)}`;
    });
    afterEach(() => fleet.end());
    afterAll(() => fleet.endOfFile());
    declare(fleet);
  });
}

/** Waits until a condition holds. */
export async function until(condition: () => unknown, what = 'the condition', ms = patience(30_000)): Promise<void> {
  const deadline = Date.now() + ms;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Waited in vain for ${what}.`);
    await sleep(10);
  }
}

export function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').trim().split('\n');
  } catch {
    return [];
  }
}
