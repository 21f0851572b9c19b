/**
 * The watch looks at what waits for a worker or for Redis, and fails what waits in vain. What is awaited keeps the process
 * alive; the connections alone do not.
 */
import type { AsyncValue } from '../../future/async-value';
import { PoolClosedValue } from '../../pool/api/pool-closed-value';
import { PoolClosedError } from '../../pool/wire/pool-errors';
import type { Membership } from '../redis/membership';
import type { RedisConnection } from '../redis/redis-connection';
import { FleetUnavailableError, NoFleetWorkerError } from '../wire/fleet-errors';
import type { CallRegistry } from './call-registry';
import type { FleetPoolOptions } from './fleet-pool-config';

/** ms between two looks at what waits. */
const WATCH_MS = 500;
/** Replies that no trial with the same password would change. */
const FINAL_REASONS: ReadonlySet<string> = new Set(['WRONGPASS', 'NOAUTH', 'NOPERM']);

/** What the watch needs of its pool. */
export interface WatchedPool {
  readonly name: string;
  readonly isClosed: boolean;
  /** Number of runs without an outcome. */
  readonly pending: number;
  describe(): string;
  advance(): boolean;
}

export interface FleetWatchParts {
  readonly connection: RedisConnection;
  readonly membership: Membership;
  readonly registry: CallRegistry;
  readonly options: FleetPoolOptions;
  /** Called at each look, while something waits. */
  readonly onCheck: () => void;
}

export class FleetWatch {
  /** The checks of the values of `ready` that are not set. */
  readonly #readyChecks = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;
  #withoutWorkersSince: number | undefined;

  constructor(
    private readonly pool: WatchedPool,
    private readonly parts: FleetWatchParts,
  ) {}

  /** Starts or ends the looks, as something waits or not. */
  keep(): void {
    if (this.pool.pending > 0 || this.#readyChecks.size > 0) {
      this.#timer ??= setInterval(() => {
        this.#failInVain();
        this.parts.onCheck();
      }, WATCH_MS);
      return;
    }
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Called when the members of the queue are known anew. */
  onBeat(): void {
    this.#withoutWorkersSince = this.#hasWorkers ? undefined : (this.#withoutWorkersSince ?? Date.now());
    this.#failInVain();
  }

  /** A value that is set when a worker of the build is alive. */
  whenReady(): AsyncValue<void> {
    const ready = new PoolClosedValue(this.pool);
    const since = Date.now();
    const check = (): void => {
      const obstacle = this.#hasWorkers ? undefined : this.#obstacleTo('ready', since);
      if (ready.isSet || this.#settle(ready, obstacle)) {
        this.#readyChecks.delete(check);
        this.keep();
      }
    };
    this.#readyChecks.add(check);
    this.keep();
    check();
    return ready;
  }

  get #hasWorkers(): boolean {
    return this.parts.membership.workers.length > 0;
  }

  /** Returns whether the value is set now. */
  #settle(ready: PoolClosedValue, obstacle: Error | undefined): boolean {
    const { name, isClosed } = this.pool;
    if (isClosed) ready.fail(new PoolClosedError(name, 'ready', { isStopped: true }));
    else if (obstacle) ready.fail(obstacle);
    else if (this.#hasWorkers) ready.set();
    return ready.isSet;
  }

  #failInVain(): void {
    for (const run of [...this.parts.registry.runs()]) {
      const obstacle = this.#obstacleTo(run.name, run.createdAt);
      if (obstacle) run.evict(obstacle);
    }
    for (const check of [...this.#readyChecks]) check();
  }

  /** The error of what has waited since then for too long, or for a Redis that refuses this pool. */
  #obstacleTo(name: string, since: number): Error | undefined {
    const { connection, membership, options } = this.parts;
    const { downMs, lastError, address } = connection;
    const { redisTimeout, workerTimeout, queue, build } = options;
    if (downMs > redisTimeout || (lastError && FINAL_REASONS.has(lastError.reason)))
      return new FleetUnavailableError(this.pool.name, name, { address, timeoutMs: redisTimeout, cause: lastError });
    const withoutWorkers = this.#withoutWorkersSince;
    if (downMs > 0 || withoutWorkers === undefined || Date.now() - Math.max(since, withoutWorkers) < workerTimeout)
      return undefined;
    const workers = membership.members.filter(({ role }) => role === 'worker');
    const builds = [...new Set(workers.map((worker) => worker.build))];
    return new NoFleetWorkerError(this.pool.name, name, { queue, build, builds, timeoutMs: workerTimeout });
  }
}
