/**
 * A virtual pool replaces a `WorkerPool` in tests: it has the same methods, but runs tasks on this thread, and their time is
 * that of an RxJS scheduler, which may be virtual.
 */
import { Observable, Subject, VirtualTimeScheduler, type SchedulerLike } from 'rxjs';
import { checkCount } from '../../core/option-values';
import { CancelledError } from '../../core/errors';
import { PerTimeDomain } from '../../core/per-time-domain';
import type { AsyncValue } from '../../future/async-value';
import { begin } from '../../future/execution';
import type { Arguments, Call } from '../../pool/api/call';
import type { FunctionReference } from '../../pool/wire/function-code';
import type { Demandable } from '../../pool/api/item-iterator';
import { Job, type WorkerResult, withConfig } from '../../pool/api/job';
import { PoolClosedValue } from '../../pool/api/pool-closed-value';
import { PoolClosedError } from '../../pool/wire/pool-errors';
import type { PoolEvent, PoolStats } from '../../pool/host/pool-events';
import { moduleOf, type PoolModule } from '../../pool/api/pool-module';
import { removeCallbackArguments } from '../../pool/api/callback-arguments';
import { registerPoolTask, poolTaskDefinitionOf, type PoolTaskDefinition } from '../../pool/api/pool-task-definition';
import type { StreamSink } from '../../pool/host/stream-sink';
import type { TaskPool } from '../../pool/api/task-pool';
import { checkedCloseOptions, type CloseConfig } from '../../pool/api/close-config';
import { checkTaskConfig, type TaskConfig } from '../../pool/api/task-config';
import type { PoolTask } from '../../pool/api/worker-pool-base';
import { LONGEST_DELAY } from '../../core/platform';
import type { BatchScheduler } from '../../scheduler/batch-scheduler';
import { ItemsCall } from './items-call';
import { virtualPoolOptions, type VirtualPoolConfig } from './virtual-pool-config';
import { virtualPoolScheduler } from './virtual-pool-scheduler';
import { VirtualRun, type VirtualCallSpec } from './virtual-run';
import { attachCode, virtualCodeOf, virtualCodeOfReference, type VirtualTaskCode } from './virtual-task-code';
import { VirtualWorkers, type VirtualPoolState } from './virtual-workers';

/**
 * A worker pool without threads, for tests. Code under test takes it as a `TaskPool`.
 *
 * Under `TestScheduler.run` the pool is frame-exact: `size` tasks run at a time, first in, first out, each for its
 * `duration` and the time of the Observable it returns. Values that threads cannot send are refused; other values are
 * passed on without a copy. Closures work, unlike in threads. A task that returns a promise is not on virtual time.
 *
 * @throws TypeError for an invalid or unknown option.
 * @example
 * const pool = new VirtualPool({ size: 2, duration: 5 });
 * const expected = '-----(ab)-(cd|)';
 * expectObservable(of('a', 'b', 'c', 'd').pipe(offload(pool.task((page: string) => page)))).toBe(expected);
 */
export class VirtualPool implements TaskPool, AsyncDisposable {
  /** The name of the pool in error messages. */
  readonly name: string;
  /** The starts and exits of virtual workers. Completes when the pool has closed. */
  readonly events$: Observable<PoolEvent>;
  /** A scheduler whose actions run when a worker is free. */
  readonly scheduler: SchedulerLike;
  readonly #state: VirtualPoolState;
  readonly #workersPerDomain: PerTimeDomain<VirtualWorkers>;
  /** The value of `close()` per time domain: a close in one domain is not visible in another. */
  readonly #closing = new WeakMap<VirtualWorkers, AsyncValue<void>>();

  constructor(config: VirtualPoolConfig = {}) {
    const options = virtualPoolOptions(config);
    const { name, size, clock } = options;
    this.#state = { options, size, events: new Subject<PoolEvent>(), isClosed: false, isTerminated: false };
    this.#workersPerDomain = new PerTimeDomain(() => new VirtualWorkers(this.#state));
    this.name = name;
    this.events$ = this.#state.events.asObservable();
    this.scheduler = virtualPoolScheduler(clock, (run) => {
      this.#workers.enqueueAction(run);
    });
    this.#workers.requestTurn();
  }

  /** Number of virtual workers. May be set while tasks run; `0` pauses the pool. */
  get size(): number {
    return this.#state.size;
  }

  set size(count: number) {
    checkCount('VirtualPool: size', count, { min: 0 });
    this.#state.size = count;
    this.#workers.requestTurn();
  }

  /** A value that is set: virtual workers need no time to start. It fails if the pool is closed. */
  get ready(): AsyncValue<void> {
    const ready = new PoolClosedValue(this.#workers);
    if (this.#state.isClosed) ready.fail(new PoolClosedError(this.name, 'ready', { isStopped: true }));
    else ready.set();
    return ready;
  }

  /** The current numbers of workers and tasks, and how long tasks wait and run, in ms of the clock. */
  get stats(): PoolStats {
    return this.#workers.stats;
  }

  /**
   * Starts a task at once: it gets a worker at the end of this turn, if one is free.
   *
   * @param fn a function, or a reference to an exported one
   * @param args its arguments; awaitables are awaited first
   * @throws TypeError if `fn` is neither.
   */
  do<A extends unknown[], R>(fn: ((...args: A) => R) | FunctionReference, ...args: Arguments<A>): Job<WorkerResult<R>>;
  do<A extends unknown[], R>(
    config: TaskConfig,
    fn: ((...args: A) => R) | FunctionReference,
    ...args: Arguments<A>
  ): Job<WorkerResult<R>>;
  do<R>(...params: unknown[]): Job<R> {
    const [config, fn, ...args] = withConfig<TaskConfig>(params);
    checkTaskConfig('VirtualPool.do', config);
    return this.#do<R>(fn, args, 'VirtualPool.do', config);
  }

  /**
   * Makes a task of the pool: a function that returns a cold future.
   *
   * @param fn a function, or a reference to an exported one
   * @param config the options of the task
   * @throws TypeError if `fn` is neither, or for an invalid option.
   */
  task<A extends unknown[], R>(fn: ((...args: A) => R) | FunctionReference, config: TaskConfig = {}): PoolTask<A, R> {
    checkTaskConfig('VirtualPool.task', config);
    return this.#taskOf<A, R>(virtualCodeOf(fn, 'VirtualPool.task', this.#state.options.load), config);
  }

  /** Makes a task of each function of a module, which the option `load` provides. */
  module<M extends object>(url: string | URL): PoolModule<M> {
    return moduleOf<M>(url, (code) => this.#taskOf(virtualCodeOfReference(code, this.#state.options.load), {}));
  }

  /** Returns a value that is set when no task is queued or running. */
  drain(): AsyncValue<void> {
    const workers = this.#workers;
    const drained = new PoolClosedValue(workers);
    workers.whenQuiet(() => {
      drained.set();
    });
    return drained;
  }

  /**
   * Refuses new tasks, and finishes the present ones; `force` and `timeout` (ms of the clock) fail them.
   *
   * @throws TypeError for an invalid or unknown option.
   */
  close(config: CloseConfig = {}): AsyncValue<void> {
    const { force, timeout } = checkedCloseOptions('VirtualPool.close', config);
    const workers = this.#workers;
    const state = this.#state;
    state.isClosed = true;
    const terminate = (): void => {
      state.isTerminated = true;
      workers.terminate();
    };
    const deadline = timeout > LONGEST_DELAY ? undefined : state.options.clock.schedule(terminate, timeout);
    const existing = this.#closing.get(workers);
    const closing = existing ?? new PoolClosedValue(workers);
    this.#closing.set(workers, closing);
    workers.whenQuiet(() => {
      deadline?.unsubscribe();
      if (existing) return;
      workers.onClosed();
      state.events.complete();
      closing.set();
    });
    if (force) terminate();
    return closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** The workers of the current time domain. An explicit virtual clock has one domain only. */
  get #workers(): VirtualWorkers {
    return this.#state.options.clock instanceof VirtualTimeScheduler
      ? this.#workersPerDomain.real
      : this.#workersPerDomain.current;
  }

  #do<T>(fn: unknown, args: readonly unknown[], caller: string, config: TaskConfig = {}): Job<T> {
    const definition = typeof fn === 'function' ? poolTaskDefinitionOf(fn) : undefined;
    const spec = this.#callSpec(virtualCodeOf(fn, caller, this.#state.options.load), config);
    return new Job<T>(this.#call<T>({ spec, definition }, args), (next, nextArgs) =>
      this.#do(next, nextArgs, 'Job.chain'),
    );
  }

  #taskOf<A extends unknown[], R>(code: VirtualTaskCode, config: TaskConfig): PoolTask<A, R> {
    const spec = this.#callSpec(code, config);
    const state = this.#state;
    const definition: PoolTaskDefinition = {
      name: spec.name,
      get threads() {
        return state.size;
      },
    };
    const task = (...args: unknown[]): Call<WorkerResult<R>> =>
      this.#call({ spec, definition }, removeCallbackArguments(args, code.arity));
    return registerPoolTask(attachCode(code, task), definition);
  }

  #callSpec({ name, resolve }: VirtualTaskCode, config: TaskConfig, { isNested = false } = {}): VirtualCallSpec {
    const { load, taskTimeout } = this.#state.options;
    const doNested = (fn: unknown, args: readonly unknown[]): AsyncValue<unknown> => {
      const spec = this.#callSpec(virtualCodeOf(fn, 'WorkerTask.do', load), {}, { isNested: true });
      const definition = typeof fn === 'function' ? poolTaskDefinitionOf(fn) : undefined;
      return this.#call({ spec, definition }, args).start();
    };
    const { timeout = taskTimeout, signal, priority = 0 } = config;
    return { name: config.name ?? name, resolve, timeout, signal, priority, isNested, doNested };
  }

  #call<T>(parts: Pick<VirtualCallParts, 'spec' | 'definition'>, args: readonly unknown[]): Call<T> {
    const currentWorkers = (): VirtualWorkers => this.#workers;
    return new VirtualCall<T>({ ...parts, currentWorkers }, args);
  }
}

interface VirtualCallParts {
  readonly spec: VirtualCallSpec;
  readonly definition: PoolTaskDefinition | undefined;
  /** The workers of the time domain in which the call runs. */
  readonly currentWorkers: () => VirtualWorkers;
}

class VirtualCall<T> extends ItemsCall<T> {
  constructor(
    private readonly parts: VirtualCallParts,
    private readonly args: readonly unknown[],
  ) {
    const { spec, currentWorkers } = parts;
    super(
      (demand) =>
        new Observable((subscriber) => {
          const workers = currentWorkers();
          const error = rejectionOf(spec, workers.pool);
          if (error) {
            subscriber.error(error);
            return undefined;
          }
          const run = new VirtualRun({ workers, spec }, { args, demand }, subscriber);
          run.enter();
          return () => {
            run.cancel();
          };
        }),
      { describe: () => currentWorkers().describe() },
    );
  }

  /** @internal */
  override [begin](sink: StreamSink<T>, scheduler: BatchScheduler): Demandable {
    const { definition } = this.parts;
    if (!definition?.substitute) return super[begin](sink, scheduler);
    const original = new VirtualCall<unknown>({ ...this.parts, definition: undefined }, this.args);
    return definition.substitute(this.args, original)[begin](sink, scheduler);
  }
}

/** The error of a call that cannot begin; undefined if it can. */
function rejectionOf({ name, signal, isNested }: VirtualCallSpec, pool: VirtualPoolState): Error | undefined {
  if (pool.isClosed && (!isNested || pool.isTerminated)) {
    return new PoolClosedError(pool.options.name, name, { isStopped: false });
  }
  return signal?.aborted ? new CancelledError(signal.reason) : undefined;
}
