/**
 * A fleet limiter bounds how many calls of a key run at a time, and how many start in a time, over all processes that use the
 * limiter of that name. Its state is in Redis.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { from, Observable, type ObservableInput } from 'rxjs';
import { invalidOption } from '../../core/describe';
import { Named } from '../../core/named';
import { checkCount, checkMs } from '../../core/option-values';
import { checkOptions } from '../../core/options';
import { Future } from '../../future/future';
import { checkedFleetOptions, checkName, type FleetConfig } from '../redis/fleet-config';
import { acquirePermit, releasePermit, renewPermit } from '../redis/limiter-scripts';
import { RedisConnection } from '../redis/redis-connection';
import { FleetKeys } from '../wire/fleet-keys';

export interface FleetLimiterConfig extends Pick<FleetConfig, 'connection' | 'queue' | 'prefix'> {
  /** Name of the limiter: processes with one name share its bounds. Written like `queue`. */
  readonly name: string;
  /** The bounds of each key. */
  readonly perKey: {
    /**
     * Number of calls that run at a time.
     *
     * @defaultValue `Infinity`
     */
    readonly concurrency?: number;
    /**
     * Number of calls that start in a time of `per` ms.
     *
     * @defaultValue no bound
     */
    readonly rate?: { readonly count: number; readonly per: number };
    /**
     * Number of calls that may start at once after a pause.
     *
     * @defaultValue 1
     */
    readonly burst?: number;
  };
  /**
   * Time in ms after which a dead process loses its permits.
   *
   * @defaultValue 3000
   */
  readonly lease?: number;
}

interface PermitListener {
  readonly onGranted: () => void;
  readonly onFailed: (error: unknown) => void;
}

/** Leases are renewed several times before they end. */
const RENEWALS_PER_LEASE = 3;
/** The keys of waiters that sleep are woken by messages; this bounds the wait for one that is lost. */
const MAX_SLEEP_MS = 1_000;

/**
 * Limits of concurrency and rate for each key, across all processes of a fleet.
 *
 * @throws TypeError for an invalid or unknown option.
 * @example
 * const limiter = new FleetLimiter({ connection, queue: 'crawl', name: 'hosts', perKey: { concurrency: 2 } });
 * limiter.run('example.com', () => fetchPage(url)).subscribe(console.log);
 */
export class FleetLimiter extends Named implements AsyncDisposable {
  readonly name: string;
  readonly #keys: FleetKeys;
  readonly #connection: RedisConnection;
  readonly #client: Redis;
  readonly #bounds: readonly [concurrency: number, interval: number, burst: number];
  readonly #leaseMs: number;
  readonly #channel: string;
  /** Waiters that sleep, by key. */
  readonly #sleepers = new Map<string, Set<() => void>>();
  /** Commands that release permits, which `close` waits for. */
  readonly #releases = new Set<Promise<unknown>>();

  constructor(config: FleetLimiterConfig) {
    super();
    checkOptions('FleetLimiter', config, ['connection', 'queue', 'prefix', 'name', 'perKey', 'lease']);
    const { connection, queue, name, perKey, lease = 3_000 } = config;
    checkName('FleetLimiter: name', name);
    const { prefix } = checkedFleetOptions('FleetLimiter', config);
    checkOptions('FleetLimiter: perKey', perKey, ['concurrency', 'rate', 'burst']);
    const { concurrency = Infinity, rate, burst = 1 } = perKey;
    checkCount('FleetLimiter: perKey.concurrency', concurrency, { min: 1, orInfinity: true });
    checkCount('FleetLimiter: perKey.burst', burst, { min: 1 });
    if (rate) {
      checkCount('FleetLimiter: perKey.rate.count', rate.count, { min: 1 });
      checkMs('FleetLimiter: perKey.rate.per', rate.per);
    }
    checkCount('FleetLimiter: lease', lease, { min: 100, unit: 'ms' });
    this.name = name;
    this.#leaseMs = lease;
    this.#bounds = [concurrency === Infinity ? 0 : concurrency, rate ? rate.per / rate.count : 0, burst];
    this.#keys = new FleetKeys(prefix, queue, name);
    this.#channel = this.#keys.limiter(name, 'released');
    this.#connection = new RedisConnection('FleetLimiter', connection, false);
    this.#client = this.#connection.open();
    const subscriber = this.#connection.open();
    subscriber.subscribe(this.#channel).catch(() => undefined);
    subscriber.on('message', (_, key: string) => {
      for (const wake of this.#sleepers.get(key) ?? []) wake();
    });
  }

  /**
   * A future that waits for its turn and then runs the work. Each subscription is one call; unsubscribing gives its permit or
   * its place back.
   *
   * @param key the key, any text
   * @param work a future, or a function that returns a future, an Observable or a promise
   * @throws TypeError if `work` is neither. The future fails with the error of the work, or a `FleetRedisError`.
   */
  run<T>(key: string, work: Observable<T> | (() => ObservableInput<T>)): Future<T> {
    if (typeof work !== 'function' && !(work instanceof Observable))
      throw invalidOption('FleetLimiter.run: its work', 'a future or a function that returns one', work);
    const begin = (): ObservableInput<T> => (typeof work === 'function' ? work() : work);
    return Future.from(
      new Observable<T>((subscriber) => {
        const release = this.#acquire(createHash('sha256').update(key).digest('base64url'), {
          onGranted: () => subscriber.add(from(begin()).subscribe(subscriber)),
          onFailed: (error) => {
            subscriber.error(error);
          },
        });
        subscriber.add(release);
      }),
    );
  }

  /** Ends the connections. Permits that are still held end with their leases. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#releases);
    await this.#connection.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Returns the function that gives the permit back. */
  #acquire(key: string, { onGranted, onFailed }: PermitListener): () => void {
    const id = randomBytes(12).toString('base64url');
    const part = (name: string): string => this.#keys.limiter(this.name, `${key}:${name}`);
    const [permits, waiters, leases, rate] = [part('permits'), part('waiters'), part('leases'), part('rate')] as const;
    const state: { isOver: boolean; timer?: NodeJS.Timeout } = { isOver: false };
    const isOver = (): boolean => state.isOver;
    const ask = async (): Promise<void> => {
      try {
        for (;;) {
          // Registered before the question, so that no release in between is missed.
          const sleeper = this.#sleeper(key);
          const args = [id, this.#leaseMs, ...this.#bounds];
          const wait = await acquirePermit.run(this.#client, [permits, waiters, leases, rate], args);
          if (isOver()) {
            sleeper.cancel();
            release();
            return;
          }
          if (wait === 0) {
            sleeper.cancel();
            break;
          }
          await sleeper.sleep(Math.min(wait, MAX_SLEEP_MS, this.#leaseMs / RENEWALS_PER_LEASE));
          if (isOver()) return;
        }
        state.timer = setInterval(() => {
          renewPermit.run(this.#client, [permits], [id, this.#leaseMs]).catch(() => undefined);
        }, this.#leaseMs / RENEWALS_PER_LEASE);
        onGranted();
      } catch (error) {
        onFailed(this.#connection.toError(error));
      }
    };
    const release = (): void => {
      const done = releasePermit
        .run(this.#client, [permits, waiters, leases], [id, this.#channel, key])
        .catch(() => undefined);
      this.#releases.add(done);
      void done.then(() => this.#releases.delete(done));
    };
    void ask();
    return () => {
      if (state.isOver) return;
      state.isOver = true;
      clearInterval(state.timer);
      release();
    };
  }

  #sleeper(key: string): { sleep(ms: number): Promise<void>; cancel(): void } {
    const sleepers = this.#sleepers.get(key) ?? new Set();
    this.#sleepers.set(key, sleepers);
    let wake: () => void = () => undefined;
    const woken = new Promise<void>((resolve) => (wake = resolve));
    const cancel = (): void => {
      sleepers.delete(wake);
      if (sleepers.size === 0) this.#sleepers.delete(key);
    };
    sleepers.add(wake);
    return {
      sleep: async (ms) => {
        const timer = setTimeout(wake, ms);
        await woken;
        clearTimeout(timer);
        cancel();
      },
      cancel,
    };
  }
}
