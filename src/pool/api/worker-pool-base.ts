/** The methods and options that users of a worker pool see. The work is done by `PoolEngine`. */
import { Observable, type SchedulerLike } from 'rxjs';
import { printable } from '../../core/printable';
import { Named } from '../../core/named';
import { checkCount } from '../../core/option-values';
import type { AsyncValue } from '../../future/async-value';
import type { CapturedStack } from '../../core/call-site';
import type { Arguments, Call } from './call';
import { functionCodeKey, codeOf, type FunctionReference, type NamedCode } from '../wire/function-code';
import { all } from '../../future/all';
import { Future } from '../../future/future';
import { WorkerStartError } from '../wire/pool-errors';
import type { TaskRun } from '../host/task-run';
import type { WorkerThread } from '../thread/worker-thread';
import { checkedBroadcastOptions, type BroadcastConfig } from './broadcast-config';
import { removeCallbackArguments } from './callback-arguments';
import { Job, withConfig, type WorkerResult } from './job';
import type { Platform } from '../thread/platform';
import { optionsOf, type WorkerPoolConfig } from '../host/pool-config';
import { callOnThreads } from '../host/broadcast';
import { PoolEngine } from '../host/pool-engine';
import { PoolClosing, whenDrained, whenReady } from './pool-lifecycle';
import { moduleOf, type PoolModule } from './pool-module';
import { PoolScheduler } from './pool-scheduler';
import { poolTaskDefinitionOf, registerPoolTask, type PoolTaskDefinition } from './pool-task-definition';
import type { PoolEvent, PoolStats } from '../host/pool-events';
import { checkedCloseOptions, type CloseConfig } from './close-config';
import { checkTaskConfig, type TaskConfig } from './task-config';
import { ThreadCall, type ThreadCallSpec } from './thread-call';

/** A function that runs on a pool. Each call returns a Future, which emits every item if the function returns a stream. */
export interface PoolTask<A extends readonly unknown[], R> {
  (...args: Arguments<A>): Call<WorkerResult<R>>;
  /** @internal */
  readonly [functionCodeKey]: NamedCode;
}

/** The public method that starts a job: its name for errors, and the method itself to find its caller on the stack. */
interface EntryPoint {
  readonly caller: string;
  readonly method: unknown;
}

// eslint-disable-next-line @typescript-eslint/unbound-method -- only to find its caller on the stack
const chainEntry: EntryPoint = { caller: 'Job.chain', method: Job.prototype.chain };

export abstract class WorkerPoolBase extends Named implements AsyncDisposable {
  readonly name: string;
  /** Emits when a thread starts, ends, or throws outside of a task. */
  readonly events$: Observable<PoolEvent>;
  /**
   * A scheduler whose actions run on this thread, each when a worker has room. It gives an iterable back-pressure:
   * `scheduled(hugeIterable, pool.scheduler)`.
   */
  readonly scheduler: SchedulerLike;
  readonly #engine: PoolEngine;
  readonly #options: ReturnType<typeof optionsOf>;
  readonly #closing: PoolClosing;

  protected constructor(config: WorkerPoolConfig, platform: Platform) {
    super();
    this.#options = optionsOf(config, platform.cores());
    const engine = new PoolEngine(this.#options, platform, (code, name, args) =>
      this.#call({ code, name }, { isNested: true })(args),
    );
    this.#engine = engine;
    this.#closing = new PoolClosing(engine);
    this.name = engine.name;
    this.events$ = engine.events.asObservable();
    this.scheduler = new PoolScheduler(engine);
    if (this.#options.lifecycle.teardown) engine.onProcessEnd(() => void this.close());
  }

  /**
   * Number of worker threads; for a pool with `min` and `max`, the greatest number. Can be set at any time: surplus threads
   * end after their running tasks. `0` pauses the pool.
   */
  get size(): number {
    return this.#engine.workers.max;
  }

  set size(count: number) {
    checkCount('WorkerPool: size', count, { min: 0 });
    this.#engine.resize(count, count);
  }

  /**
   * A value that is set when the pool has as many ready threads as it keeps: `size`, or `min`. It fails with a
   * `WorkerStartError` if they do not start, and with a `PoolClosedError` if the pool is closed before.
   *
   * @example
   * await pool.ready; // the first tasks do not wait for the start of a thread
   */
  get ready(): AsyncValue<void> {
    return whenReady(this.#engine);
  }

  /** The current numbers of threads and tasks, and how long tasks wait and run. */
  get stats(): PoolStats {
    const { workers, queued, ended, times } = this.#engine;
    const { activeWorkers } = workers;
    return {
      threads: activeWorkers.length,
      idle: activeWorkers.filter(({ isIdle }) => isIdle).length,
      queued,
      running: workers.threads.reduce((sum, { slots }) => sum + slots.tasks.length, 0),
      ...ended,
      utilization: times.utilization(workers.threads),
      waitTime: times.waitTime,
      runTime: times.runTime,
    };
  }

  /**
   * Runs a function on a thread, now. The idea is asynckit's `Pool.do`.
   *
   * @param fn a function without variables of the surrounding scope, or a reference to one that a module exports
   * @param args its arguments; AsyncValues and futures among them are awaited first, without holding a worker, and if one
   * fails, so does the job
   * @throws TypeError for a function that cannot be sent to a thread, or for an invalid option.
   * @example
   * const job = pool.do((a: number, b: number) => a + b, 1, 2);
   * await job; // 3
   * await pool.do({ priority: 5 }, (n: number) => n * 2, 21); // 42
   */
  do<A extends unknown[], R>(fn: ((...args: A) => R) | FunctionReference, ...args: Arguments<A>): Job<WorkerResult<R>>;
  do<A extends unknown[], R>(
    config: TaskConfig,
    fn: ((...args: A) => R) | FunctionReference,
    ...args: Arguments<A>
  ): Job<WorkerResult<R>>;
  do<R>(...params: unknown[]): Job<R> {
    const [config, fn, ...args] = withConfig<TaskConfig>(params);
    checkTaskConfig('WorkerPool.do', config);
    // eslint-disable-next-line @typescript-eslint/unbound-method -- only to find its caller on the stack
    return this.#do<R>(fn, args, { caller: 'WorkerPool.do', method: this.do }, config);
  }

  /**
   * Runs a function once on every thread, those included that are starting. The idea is the `broadcast` of Erlang's pools.
   *
   * @param fn a function without variables of the surrounding scope, or a reference to one that a module exports
   * @param args its arguments, which are copied for each thread
   * @returns the results in the order of the threads; it fails if one of them fails
   * @throws TypeError for a function that cannot be sent to a thread, or for an invalid option.
   * @example
   * await pool.broadcast({ futureThreads: true }, (level: string) => void (process.env.LOG_LEVEL = level), 'debug');
   */
  broadcast<A extends unknown[], R>(
    fn: ((...args: A) => R) | FunctionReference,
    ...args: Arguments<A>
  ): AsyncValue<WorkerResult<R>[]>;
  broadcast<A extends unknown[], R>(
    config: BroadcastConfig,
    fn: ((...args: A) => R) | FunctionReference,
    ...args: Arguments<A>
  ): AsyncValue<WorkerResult<R>[]>;
  broadcast<R>(...params: unknown[]): AsyncValue<R[]> {
    const engine = this.#engine;
    const [config, fn, ...args] = withConfig<BroadcastConfig>(params);
    const { futureThreads, ...taskConfig } = checkedBroadcastOptions('WorkerPool.broadcast', config);
    const code = codeOf(fn, 'WorkerPool.broadcast');
    const name = printable(taskConfig.name ?? code.name);
    // eslint-disable-next-line @typescript-eslint/unbound-method -- only to find its caller on the stack
    const callerStack = engine.callerStacks.capture(this.broadcast);
    const callOn = (target: WorkerThread<TaskRun>): Call<R> =>
      this.#call<R>({ code: code.code, name }, { isNested: false, ...taskConfig, target })(args, callerStack);
    if (engine.isClosed) return all([this.#call<R>({ code: code.code, name }, { isNested: false })(args)]).start();
    const calls = callOnThreads(engine, callOn, { futureThreads, signal: taskConfig.signal });
    const { startFailure } = engine.workers;
    return calls.length === 0 && startFailure
      ? Future.fail(new WorkerStartError(engine.name, name, startFailure.cause)).start()
      : all(calls).start();
  }

  /**
   * Makes a pool task: a function whose calls are cold futures. Each subscription to a call runs `fn` on a thread.
   *
   * @param fn a function without variables of the surrounding scope, or a reference to one that a module exports
   * @throws TypeError for a function that cannot be sent to a thread, or for an invalid option.
   * @example
   * const square = pool.task((n: number) => n * n);
   * square(7).subscribe(console.log); // 49
   */
  task<A extends unknown[], R>(fn: ((...args: A) => R) | FunctionReference, config: TaskConfig = {}): PoolTask<A, R> {
    const code = codeOf(fn, 'WorkerPool.task');
    checkTaskConfig('WorkerPool.task', config);
    return this.#taskOf<A, R>(code, config);
  }

  /**
   * Makes a pool task of each function that a module exports. Threads load the module; this thread does not.
   *
   * @param url a `file:` URL, an absolute path, or the name of a package
   * @throws TypeError for a relative path.
   * @example
   * const work = pool.module<typeof import('./work')>(new URL('./work.js', import.meta.url));
   * await work.resize(image);
   */
  module<M extends object>(url: string | URL): PoolModule<M> {
    return moduleOf<M>(url, (code) => this.#taskOf(code, {}));
  }

  /** Waits until no task is queued or running. The pool goes on taking tasks. */
  drain(): AsyncValue<void> {
    return whenDrained(this.#engine);
  }

  /**
   * Refuses further tasks, ends the queued and running ones, and then the threads. The returned value is set when all
   * threads have ended.
   *
   * @throws TypeError for an invalid option.
   * @example
   * await pool.close({ timeout: 5_000 });
   */
  close(config: CloseConfig = {}): AsyncValue<void> {
    return this.#closing.close(checkedCloseOptions('WorkerPool.close', config));
  }

  /** Closes the pool at the end of an `await using` block, after its tasks have ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #do<T>(
    fn: unknown,
    args: readonly unknown[],
    { caller, method }: EntryPoint,
    { name, timeout, signal, priority }: TaskConfig = {},
  ): Job<T> {
    const code = codeOf(fn, caller);
    const definition = typeof fn === 'function' ? poolTaskDefinitionOf(fn) : undefined;
    const call = this.#call<T>(name === undefined ? code : { code: code.code, name: printable(name) }, {
      isNested: false,
      timeout,
      signal,
      priority,
      definition,
    })(args, this.#engine.callerStacks.capture(method));
    return new Job<T>(call, (nextFn, nextArgs) => this.#do(nextFn, nextArgs, chainEntry));
  }

  #taskOf<A extends unknown[], R>(
    code: NamedCode,
    { name = code.name, timeout, signal, priority }: TaskConfig,
  ): PoolTask<A, R> {
    const { workers, callerStacks } = this.#engine;
    const definition: PoolTaskDefinition = {
      name: printable(name),
      get threads() {
        return workers.max;
      },
    };
    const call = this.#call<WorkerResult<R>>(
      { code: code.code, name: definition.name },
      { isNested: false, timeout, signal, priority, definition },
    );
    const { arity } = code;
    const run = (...args: unknown[]): Call<WorkerResult<R>> =>
      call(args.length > 1 ? removeCallbackArguments(args, arity) : args, callerStacks.capture(task));
    const task = Object.assign(run, {
      [functionCodeKey]: code,
    });
    return registerPoolTask(task, definition);
  }

  #call<T>(
    { code, name }: NamedCode,
    { isNested, timeout = this.#options.taskTimeout, signal, priority = 0, target, definition }: CallConfig,
  ): (args: readonly unknown[], callerStack?: CapturedStack) => Call<T> {
    const engine = this.#engine;
    const functionId = engine.functionIds.of(code, name);
    const spec = { engine, code, name, functionId, timeout, signal, priority, target, isNested, definition };
    return (args, callerStack) => new ThreadCall<T>(spec, args, callerStack);
  }
}

type CallConfig = Pick<ThreadCallSpec, 'isNested'> & {
  readonly [K in 'timeout' | 'signal' | 'priority' | 'target' | 'definition']?: ThreadCallSpec[K] | undefined;
};
