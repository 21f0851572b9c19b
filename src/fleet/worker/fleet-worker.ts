/**
 * A fleet worker takes jobs from a queue and runs them in a pool of threads of its own. The thread of the worker itself never
 * computes, so it renews the locks of its jobs in time, and a cancelled function can be ended with its thread.
 */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { Named } from '../../core/named';
import { checkedCloseOptions, type CloseConfig } from '../../pool/api/close-config';
import type { PoolStats } from '../../pool/host/pool-events';
import { WorkerPool } from '../../pool/node/worker-pool';
import { INLINE_BYTES } from '../redis/fleet-config';
import { Membership } from '../redis/membership';
import { RedisConnection } from '../redis/redis-connection';
import { RedisPayloadStore } from '../redis/redis-payload-store';
import { removeIdleQueue } from '../redis/remove-idle-queue';
import type { ControlMessage } from '../wire/call-record';
import { FleetKeys } from '../wire/fleet-keys';
import { Payloads } from '../wire/payloads';
import { fleetWorkerOptions, type FleetWorkerConfig, type FleetWorkerOptions } from './fleet-worker-config';
import { JobRunner } from './job-runner';
import { ModuleAllowList } from './module-allow-list';
import { OutcomeWriter } from './outcome-writer';

/** Seconds of the blocking command of the engine, which must be shorter than the time-out of its socket. */
const DRAIN_DELAY_S = 2;
/** ms between two pings of a connection that only listens, so that a half-open socket is noticed. */
const PING_MS = 2_000;
/** ms that the last commands may take, also while Redis is away. */
const CLOSE_MS = 2_000;

/**
 * Starts a worker in this process.
 *
 * @param config the options; times are in ms
 * @throws TypeError for an invalid option, or a folder that does not exist.
 * @example
 * const worker = runFleetWorker({ connection: 'redis://localhost', queue: 'images', modules: new URL('./tasks/', import.meta.url) });
 * process.once('SIGTERM', () => void worker.close());
 */
export function runFleetWorker(config: FleetWorkerConfig): FleetWorker {
  return new FleetWorker(fleetWorkerOptions(config));
}

export class FleetWorker extends Named implements AsyncDisposable {
  readonly name: string;
  /** Resolves when the worker has closed. */
  readonly closed: Promise<void>;
  readonly #options: FleetWorkerOptions;
  readonly #connection: RedisConnection;
  readonly #client: Redis;
  readonly #subscriber: Redis;
  readonly #keys: FleetKeys;
  readonly #pool: WorkerPool;
  readonly #queue: Queue;
  readonly #engine: Worker;
  readonly #runner: JobRunner;
  readonly #writer: OutcomeWriter;
  readonly #membership: Membership;
  readonly #pings: NodeJS.Timeout;
  #resolveClosed: () => void = () => undefined;
  #closing: Promise<void> | undefined;

  /** @internal */
  constructor(options: FleetWorkerOptions) {
    super();
    const { prefix, queue, build, size, outcomeTtl, maxPayload, heartbeat, store, pool } = options;
    this.#options = options;
    this.closed = new Promise((resolve) => (this.#resolveClosed = resolve));
    this.name = `${hostname()}-${String(process.pid)}-${randomBytes(6).toString('base64url')}`;
    const allowList = new ModuleAllowList(options.folders, options.packages);
    this.#keys = new FleetKeys(prefix, queue, build);
    this.#connection = new RedisConnection('runFleetWorker', options.connection, true);
    this.#client = this.#connection.open();
    this.#subscriber = this.#connection.open();
    this.#pool = new WorkerPool({ ...pool, name: queue, size });
    const payloadStore = store ?? new RedisPayloadStore(this.#client, this.#keys);
    const payloads = new Payloads(payloadStore, { inline: INLINE_BYTES, max: maxPayload, ttl: outcomeTtl });
    this.#writer = new OutcomeWriter(this.#client, this.#keys, outcomeTtl);
    const bull = { connection: this.#client, prefix: this.#keys.prefix };
    this.#queue = new Queue(build, bull);
    const member = { role: 'worker', build, id: this.name, slots: size } as const;
    this.#membership = new Membership(this.#client, this.#keys.members, member, heartbeat);
    this.#runner = new JobRunner(
      {
        client: this.#client,
        keys: this.#keys,
        queue: this.#queue,
        pool: this.#pool,
        payloads,
        writer: this.#writer,
        allowList,
      },
      { worker: this.name, leaseMs: this.#membership.leaseMs, queue, telemetry: options.telemetry },
    );
    this.#engine = new Worker(build, (job, token) => this.#runner.process(job, token), {
      ...bull,
      name: this.name,
      // A waiting job of a full pool would count as active and be delayed if this worker died.
      concurrency: size,
      lockDuration: options.lockDuration,
      stalledInterval: options.stalledInterval,
      maxStalledCount: options.maxStalls,
      drainDelay: DRAIN_DELAY_S,
      runRetryDelay: 500,
    });
    this.#listen();
    this.#pings = setInterval(() => void this.#subscriber.ping().catch(() => undefined), PING_MS).unref();
    this.#membership.start(() => undefined);
  }

  /** The numbers of threads and calls. */
  get stats(): PoolStats {
    return this.#pool.stats;
  }

  /** Resolves when the worker takes jobs: Redis is connected. */
  async ready(): Promise<void> {
    await this.#engine.waitUntilReady();
    await this.#subscriber.subscribe(this.#keys.control);
  }

  /**
   * Takes no more jobs, and waits for the running ones. After `timeout`, and at once with `force`, they are stopped and put back
   * into the queue.
   *
   * @param config the `timeout` is `closeTimeout` of the worker by default
   * @throws TypeError for an invalid option.
   */
  close(config: CloseConfig = {}): Promise<void> {
    const { force, timeout } = checkedCloseOptions('FleetWorker.close', {
      timeout: this.#options.closeTimeout,
      ...config,
    });
    if (force) this.#runner.putBack();
    this.#closing ??= this.#close(timeout);
    return this.#closing;
  }

  /** Closes the worker at the end of an `await using` block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #listen(): void {
    const { onError } = this.#options;
    const report = (error: unknown): void => {
      onError(this.#connection.toError(error));
    };
    const control = (_: string, text: string): void => {
      const message = JSON.parse(text) as ControlMessage;
      if (message.type === 'cancel') this.#runner.cancel(message.id, message.reason);
      else this.#runner.grant(message.id, message.total);
    };
    this.#subscriber.on('message', control);
    this.#subscriber.subscribe(this.#keys.control).catch(() => undefined);
    this.#queue.on('error', () => undefined);
    this.#engine.on('error', report);
    this.#engine.on('lockRenewalFailed', (jobIds: readonly string[]) => {
      for (const jobId of jobIds) this.#runner.abandon(jobId);
    });
    this.#engine.on('failed', (job, error) => {
      if (job) this.#runner.onJobFailed(job, error).catch(report);
    });
  }

  async #close(timeout: number): Promise<void> {
    const timer = setTimeout(
      () => {
        this.#runner.putBack();
      },
      Math.min(timeout, 2 ** 31 - 1),
    );
    const ended = this.#engine.close().catch(() => undefined);
    // The engine waits for a Redis that is away, which concerns no call if none runs.
    const concernsNoCall = this.#connection.downMs > 0 && this.#runner.running === 0;
    const patience = concernsNoCall ? 0 : timeout + this.#graceMs;
    await (patience === Infinity ? ended : Promise.race([ended, wait(patience + CLOSE_MS)]));
    clearTimeout(timer);
    clearInterval(this.#pings);
    this.#writer.stop();
    if (this.#connection.downMs === 0) await Promise.race([this.#leave().catch(() => undefined), wait(CLOSE_MS)]);
    this.#membership.stop();
    await Promise.race([this.#queue.close().catch(() => undefined), wait(CLOSE_MS)]);
    await this.#connection.close();
    await this.#pool.close({ force: true });
    this.#resolveClosed();
  }

  get #graceMs(): number {
    return this.#options.pool.grace ?? 1_000;
  }

  async #leave(): Promise<void> {
    const left = await this.#membership.leave();
    if (!left.some(({ build }) => build === this.#options.build)) await removeIdleQueue(this.#client, this.#keys);
  }
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref());
