/** The methods of a fleet pool that users see. The work is done by `FleetClient`. */
import type { Observable, SchedulerLike } from 'rxjs';
import { Named } from '../../core/named';
import { checkString } from '../../core/option-values';
import { printable } from '../../core/printable';
import type { AsyncValue } from '../../future/async-value';
import type { Future } from '../../future/future';
import type { Arguments } from '../../pool/api/call';
import { checkedCloseOptions, type CloseConfig } from '../../pool/api/close-config';
import { Job, withConfig, type WorkerResult } from '../../pool/api/job';
import { PoolClosedValue } from '../../pool/api/pool-closed-value';
import { moduleOf, type PoolModule } from '../../pool/api/pool-module';
import { PoolScheduler } from '../../pool/api/pool-scheduler';
import { poolTaskDefinitionOf, registerPoolTask, type PoolTaskDefinition } from '../../pool/api/pool-task-definition';
import type { TaskPool } from '../../pool/api/task-pool';
import type { PoolTask } from '../../pool/api/worker-pool-base';
import type { PoolEvent, PoolStats } from '../../pool/host/pool-events';
import { registerError } from '../../pool/wire/error-deserializer';
import { codeOf, functionCodeKey, type FunctionReference, type NamedCode } from '../../pool/wire/function-code';
import * as fleetErrors from '../wire/fleet-errors';
import { AttachedCall } from './attached-call';
import { FleetCall, type FleetCallSpec } from './fleet-call';
import { FleetClient } from './fleet-client';
import { FleetJob } from './fleet-job';
import {
  defaultTaskOptions,
  fleetPoolOptions,
  fleetTaskOptions,
  type FleetPoolConfig,
  type FleetPoolOptions,
  type FleetTaskConfig,
} from './fleet-pool-config';
import { moduleReferenceOf } from './module-reference';

/** The public method that starts a job: its name for errors, and the method itself to find its caller on the stack. */
interface FleetEntryPoint {
  readonly caller: string;
  readonly method: unknown;
}

// eslint-disable-next-line @typescript-eslint/unbound-method -- only to find its caller on the stack
const chainEntry: FleetEntryPoint = { caller: 'Job.chain', method: Job.prototype.chain };

/** Numbers of a queue in Redis, of all its callers and workers of one build. */
export interface FleetMetrics {
  /** Jobs that wait for a worker. A job holds one call, or a batch of tiny ones. */
  readonly waiting: number;
  /** Jobs that workers have taken. */
  readonly running: number;
  /** Jobs whose delay or back-off is not over. */
  readonly delayed: number;
  /** Workers that are alive. */
  readonly workers: number;
  /** Number of calls that the workers run at a time. */
  readonly slots: number;
}

/**
 * Runs functions on many machines: the calls wait in Redis, on BullMQ, and processes that run `npx sluice worker` take them.
 * Functions are sent as references to modules. A call may run more than once, if a worker dies; its caller sees one outcome.
 *
 * @param config the options; times are in ms
 * @throws TypeError for an invalid option.
 * @example
 * await using fleet = new FleetPool({ connection: 'redis://localhost', queue: 'images', modules: new URL('.', import.meta.url) });
 * const { resize } = fleet.module<typeof import('./work.js')>(new URL('./work.js', import.meta.url));
 * await resize('cat.png');
 */
export class FleetPool extends Named implements TaskPool, AsyncDisposable {
  readonly name: string;
  /** Emits when a worker of the build begins or ends. Workers have the numbers of threads. */
  readonly events$: Observable<PoolEvent>;
  /** A scheduler whose actions run on this thread, each when a worker has room. It gives an iterable back-pressure. */
  readonly scheduler: SchedulerLike;
  readonly #client: FleetClient;
  readonly #options: FleetPoolOptions;
  #closing: PoolClosedValue | undefined;

  constructor(config: FleetPoolConfig) {
    super();
    for (const Class of Object.values(fleetErrors)) registerError(Class);
    this.#options = fleetPoolOptions(config);
    this.#client = new FleetClient(this.#options);
    this.name = this.#client.name;
    this.events$ = this.#client.events.asObservable();
    this.scheduler = new PoolScheduler(this.#client);
  }

  /** Number of calls that the workers of the build run at a time. The workers choose it, so it cannot be set here. */
  get size(): number {
    return this.#client.slots;
  }

  set size(_: number) {
    throw new TypeError(
      'FleetPool: `size` cannot be set by a caller. Start workers, or end some: npx sluice worker --size N.',
    );
  }

  /**
   * A value that is set when a worker of the build is alive. It fails with a `NoFleetWorkerError` after `workerTimeout`, with a
   * `FleetUnavailableError` after `redisTimeout`, and with a `PoolClosedError` if the pool is closed before.
   *
   * @example
   * await fleet.ready;
   */
  get ready(): AsyncValue<void> {
    return this.#client.whenReady();
  }

  /** The number of slots of all workers of the build, and the numbers of the calls of this pool. */
  get stats(): PoolStats {
    const { slots, pending, running, ended, times } = this.#client;
    const { utilization, waitTime, runTime } = times;
    const idle = Math.max(0, slots - running);
    return {
      threads: slots,
      idle,
      queued: pending - running,
      running,
      ...ended,
      utilization,
      waitTime,
      runTime,
    };
  }

  /** Asks Redis for the numbers of the queue, of all callers and workers of the build. */
  async metrics(): Promise<FleetMetrics> {
    return { ...(await this.#client.counts()), workers: this.#client.workers, slots: this.#client.slots };
  }

  /**
   * Runs a function on a worker, now. The idea is asynckit's `Pool.do`.
   *
   * @param fn a reference to a function that a module exports, or a task of this pool
   * @param args its arguments; AsyncValues and futures among them are awaited first
   * @throws TypeError for a function without a reference, or for an invalid option.
   * @example
   * const job = fleet.do({ url: 'sharp-tasks', name: 'resize' }, 'cat.png');
   * await job;
   * await fleet.do({ attempts: 3 }, { url: 'sharp-tasks', name: 'resize' }, 'dog.png');
   */
  do<A extends unknown[], R>(
    fn: ((...args: A) => R) | FunctionReference,
    ...args: Arguments<A>
  ): FleetJob<WorkerResult<R>>;
  do<A extends unknown[], R>(
    config: FleetTaskConfig<A>,
    fn: ((...args: A) => R) | FunctionReference,
    ...args: Arguments<A>
  ): FleetJob<WorkerResult<R>>;
  do<R>(...params: unknown[]): FleetJob<R> {
    const [config, fn, ...args] = withConfig<FleetTaskConfig>(params);
    // eslint-disable-next-line @typescript-eslint/unbound-method -- only to find its caller on the stack
    return this.#do<R>(fn, args, { caller: 'FleetPool.do', method: this.do }, config);
  }

  /**
   * Makes a task: a function whose calls are cold futures. Each subscription to a call runs the function on a worker.
   *
   * @param fn a reference to a function that a module exports
   * @param config the options of the task
   * @throws TypeError for a function without a reference, or for an invalid option.
   * @example
   * const charge = fleet.task({ url: 'billing', name: 'charge' }, { attempts: 3, key: (order: string) => order });
   * charge('order-1').subscribe(console.log);
   */
  task<A extends unknown[], R>(
    fn: ((...args: A) => R) | FunctionReference,
    config: FleetTaskConfig<A> = {},
  ): PoolTask<A, R> {
    const code = codeOf(fn, 'FleetPool.task');
    // Cast: the task calls the function of the key with its own arguments.
    return this.#taskOf<A, R>(code, config, 'FleetPool.task');
  }

  /**
   * Makes a task of each function that a module exports. Workers load the module; this process does not.
   *
   * @param url a `file:` URL, an absolute path, or the name of a package
   * @throws TypeError for a relative path.
   * @example
   * const work = fleet.module<typeof import('./work.js')>(new URL('./work.js', import.meta.url));
   */
  module<M extends object>(url: string | URL): PoolModule<M> {
    return moduleOf<M>(url, (code) => this.#taskOf(code, {}, 'FleetPool.module'));
  }

  /**
   * A future of the result of a call that was made before, by any process with the same queue and build: `job.id`. To
   * unsubscribe does not cancel the call. The result of a stream is its last item.
   *
   * @param id the id of the call
   * @throws TypeError for an id that is no text. The future fails with an `UnknownCallError`.
   * @example
   * const result = await fleet.attach(id);
   */
  attach<T = unknown>(id: string): Future<T> {
    checkString('FleetPool.attach: id', id);
    return new AttachedCall<T>(this.#client, id, this.#options.taskTimeout);
  }

  /**
   * Cancels a call of any process with the same queue and build.
   *
   * @param id the id of the call
   * @param reason the reason, which the waiters of the call get
   * @returns whether the call had not ended before
   */
  async cancel(id: string, reason?: unknown): Promise<boolean> {
    checkString('FleetPool.cancel: id', id);
    return this.#client.cancel(id, reason);
  }

  /** Waits until no call of this pool is queued or running. The pool goes on taking calls. */
  drain(): AsyncValue<void> {
    const drained = new PoolClosedValue(this.#client);
    this.#whenIdle(() => {
      drained.set();
    });
    return drained;
  }

  /**
   * Refuses further calls, waits for those of this pool, and then ends its connections and removes its keys. Workers go on.
   *
   * @throws TypeError for an invalid option.
   * @example
   * await fleet.close({ timeout: 5_000 });
   */
  close(config: CloseConfig = {}): AsyncValue<void> {
    const { force, timeout } = checkedCloseOptions('FleetPool.close', config);
    const client = this.#client;
    client.isClosed = true;
    const timer = client.timers.set(timeout, () => client.closeByForce());
    if (!this.#closing) {
      const closing = (this.#closing = new PoolClosedValue(client));
      this.#whenIdle(() => {
        void client.shutDown().then(() => {
          closing.set();
        });
      });
    }
    this.#whenIdle(() => {
      client.timers.clear(timer);
    });
    if (force) client.closeByForce();
    return this.#closing;
  }

  /** Closes the pool at the end of an `await using` block, after its calls have ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #whenIdle(act: () => void): void {
    const { idleListeners, pending } = this.#client;
    if (pending === 0) {
      act();
      return;
    }
    const listener = (): void => {
      idleListeners.delete(listener);
      act();
    };
    idleListeners.add(listener);
  }

  #do<T>(
    fn: unknown,
    args: readonly unknown[],
    { caller, method }: FleetEntryPoint,
    config: FleetTaskConfig = {},
  ): FleetJob<T> {
    const task = typeof fn === 'function' ? configs.get(fn) : undefined;
    const spec = this.#specOf(codeOf(fn, caller), { ...task, ...config }, caller);
    const definition = typeof fn === 'function' ? poolTaskDefinitionOf(fn) : undefined;
    const id = this.#client.newId();
    const call = new FleetCall<T>({ ...spec, definition }, args, this.#client.callerStacks.capture(method), id);
    return new FleetJob<T>(call, (nextFn, nextArgs) => this.#do(nextFn, nextArgs, chainEntry), id);
  }

  #taskOf<A extends unknown[], R>(code: NamedCode, config: FleetTaskConfig, caller: string): PoolTask<A, R> {
    const client = this.#client;
    const spec = this.#specOf(code, config, caller);
    const definition: PoolTaskDefinition = {
      name: spec.name,
      get threads() {
        return client.slots;
      },
    };
    const taskSpec: FleetCallSpec = { ...spec, definition };
    const call = (...args: unknown[]): FleetCall<WorkerResult<R>> =>
      new FleetCall(taskSpec, args, client.callerStacks.capture(call));
    const task = Object.assign(call, { [functionCodeKey]: code });
    configs.set(task, config);
    return registerPoolTask(task, definition);
  }

  #specOf(code: NamedCode, config: FleetTaskConfig, caller: string): FleetCallSpec {
    const options = Object.keys(config).length > 0 ? fleetTaskOptions(caller, config) : defaultTaskOptions;
    const { name = code.name, timeout = this.#options.taskTimeout, signal } = config;
    const reference = moduleReferenceOf(code, this.#options.modules, caller);
    return { host: this.#client, name: printable(name), reference, timeout, signal, options, definition: undefined };
  }
}

/** The options of the tasks of all fleet pools, so that `do` runs a task with them. */
const configs = new WeakMap<object, FleetTaskConfig>();
