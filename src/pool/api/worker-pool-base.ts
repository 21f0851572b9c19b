/** The public face of a pool of workers. What it does is in `PoolCore`. */
import { Observable, type SchedulerLike } from 'rxjs';
import { printable } from '../../core/printable';
import { CancelledError } from '../../core/errors';
import { Named } from '../../core/named';
import { checkOptions } from '../../core/options';
import type { AsyncValue } from '../../future/async-value';
import { begin } from '../../future/execution';
import { currentScheduler } from '../../scheduler/batch-scheduler';
import type { CapturedStack } from '../../core/call-site';
import type { Arguments, Call } from './call';
import { codeKey, codeOf, type FunctionReference, type NamedCode } from '../wire/function-code';
import { Job, type WorkerResult } from './job';
import type { Platform } from '../thread/platform';
import {
  checkCount,
  checkedCloseOptions,
  checkTaskOptions,
  optionsOf,
  type WorkerPoolConfig,
} from '../host/pool-config';
import { PoolEngine } from '../host/pool-engine';
import { transfer } from '../wire/transfer';
import { PoolClosedValue } from './pool-closed-value';
import type { CallSpec } from '../host/call-spec';
import { moduleOf, type PoolModule } from './pool-module';
import { PoolScheduler } from './pool-scheduler';
import { asPoolTask, poolTaskDefinitionOf, type PoolTaskDefinition } from './pool-task-definition';
import type { PoolEvent, PoolStats } from '../host/pool-events';
import { ThreadCall } from './thread-call';

export interface TaskConfig {
  /** For errors (the name of the function). */
  readonly name?: string;
  /** In ms: so long it may take, its wait in the queue included (the pool's `taskTimeout`). */
  readonly timeout?: number;
  /** Aborting it cancels every run. */
  readonly signal?: AbortSignal;
}

export interface CloseConfig {
  /** What is queued or running fails with a PoolClosedError, at once (false). */
  readonly force?: boolean;
  /** In ms: after so long, by force (Infinity). */
  readonly timeout?: number;
}

/** A function that runs on a pool: what it gives is a Future, which emits each item if it is a stream. */
export interface PoolTask<A extends readonly unknown[], R> {
  (...args: Arguments<A>): Call<WorkerResult<R>>;
  /** @internal */
  readonly [codeKey]: NamedCode;
}

// eslint-disable-next-line @typescript-eslint/unbound-method -- only to find its caller on the stack
const inChain = { caller: 'Job.chain', above: Job.prototype.chain };

export abstract class WorkerPoolBase extends Named implements AsyncDisposable {
  readonly name: string;
  /** What happens to its threads. */
  readonly events$: Observable<PoolEvent>;
  /** A scheduler whose actions run, here, when a worker has room: `scheduled(hugeIterable, pool.scheduler)`. */
  readonly scheduler: SchedulerLike;
  readonly #core: PoolEngine;
  readonly #options: ReturnType<typeof optionsOf>;
  #closing: AsyncValue<void> | undefined;

  protected constructor(config: WorkerPoolConfig, platform: Platform) {
    super();
    this.#options = optionsOf(config, platform.cores());
    const core = new PoolEngine(this.#options, platform, (calls, id, [code, name, args, moved]) => {
      // What was to be moved here is to be moved on.
      args.forEach((arg, index) => moved[index] && transfer(arg as object, moved[index] as object[]));
      const call = this.#call({ code, name }, { isNested: true })(args);
      const scheduler = currentScheduler();
      const execution = scheduler.runQueue.drive(() =>
        call[begin](
          {
            frame: undefined,
            succeed: (value) => {
              calls.answer(id, value);
            },
            fail: (error) => {
              calls.reject(id, error);
            },
          },
          scheduler,
        ),
      );
      // Told also to the task, which has heard it already: so its place among the calls is free.
      return () => {
        const refusal = {
          cancelled: () => {
            calls.reject(id, new CancelledError());
          },
        };
        scheduler.runQueue.drive(() => execution.cancel(refusal));
      };
    });
    this.#core = core;
    this.name = core.name;
    this.events$ = core.events.asObservable();
    this.scheduler = new PoolScheduler(core);
  }

  /** So many threads. May be set while it runs: those that are too many end what they are at. 0 parks the work. */
  get size(): number {
    return this.#core.workers.max;
  }

  set size(count: number) {
    checkCount('size', count);
    this.#core.resize(count, count);
  }

  get stats(): PoolStats {
    const { workers: crew, queued, ended } = this.#core;
    const { activeWorkers: hired } = crew;
    return {
      threads: hired.length,
      idle: hired.filter(({ isIdle }) => isIdle).length,
      queued,
      running: crew.threads.reduce((sum, { slots: seats }) => sum + seats.requests.length, 0),
      ...ended,
    };
  }

  /**
   * Starts it, now. AsyncValues and futures among the arguments are waited for first, without holding a worker; if one
   * fails, so does the job.
   *
   * @throws TypeError for a function that can't be sent.
   * @example
   * const job = pool.do((a: number, b: number) => a + b, 1, 2);
   * await job; // 3
   */
  do<A extends unknown[], R>(fn: ((...args: A) => R) | FunctionReference, ...args: Arguments<A>): Job<WorkerResult<R>> {
    // eslint-disable-next-line @typescript-eslint/unbound-method -- only to find its caller on the stack
    return this.#do<WorkerResult<R>>(fn, args, { caller: 'WorkerPool.do', above: this.do });
  }

  /**
   * The cold form: a function whose calls are futures. `signal` and `timeout` are for each run.
   *
   * @throws TypeError for a function that can't be sent, and for a wrong option.
   * @example
   * const square = pool.task((n: number) => n * n);
   * square(7).subscribe(console.log); // 49
   */
  task<A extends unknown[], R>(fn: ((...args: A) => R) | FunctionReference, config: TaskConfig = {}): PoolTask<A, R> {
    const code = codeOf(fn, 'WorkerPool.task');
    checkOptions('WorkerPool.task', config, ['name', 'timeout', 'signal']);
    return this.#taskOf<A, R>(code, config);
  }

  /**
   * All functions of a module, typed as what they become here.
   *
   * @param url a `file:` URL, an absolute path, or the name of a package
   * @example
   * const work = pool.module<typeof import('./work')>(new URL('./work.js', import.meta.url));
   * await work.resize(image);
   */
  module<M extends object>(url: string | URL): PoolModule<M> {
    return moduleOf<M>(url, (code) => this.#taskOf(code, {}));
  }

  /** Set when nothing is queued and nothing runs. */
  drain(): AsyncValue<void> {
    const core = this.#core;
    const drained = new PoolClosedValue(core);
    const release = core.keepProcessAlive();
    const look = (): void => {
      if (!core.isQuiet) return;
      core.onTurn.delete(look);
      release();
      drained.set();
    };
    core.onTurn.add(look);
    look();
    return drained;
  }

  /** Takes no more work, ends what it has, and then its threads. Set when all of them are gone. */
  close(config: CloseConfig = {}): AsyncValue<void> {
    const { force, timeout } = checkedCloseOptions(config);
    const core = this.#core;
    const isFirst = !this.#closing;
    const closing = (this.#closing ??= new PoolClosedValue(core));
    core.close();
    const deadline = core.timers.set(timeout, () => core.closeByForce());
    const look = (): void => {
      if (!core.isQuiet) return;
      core.timers.clear(deadline);
      core.workers.close();
      if (core.workers.threads.length > 0) return;
      core.onTurn.delete(look);
      if (!isFirst) return;
      core.onClosed();
      closing.set();
    };
    core.onTurn.add(look);
    if (force) core.closeByForce();
    core.requestTurn();
    return closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #do<T>(
    fn: unknown,
    args: readonly unknown[],
    { caller, above }: { readonly caller: string; readonly above: unknown },
  ): Job<T> {
    const code = codeOf(fn, caller);
    const kind = typeof fn === 'function' ? poolTaskDefinitionOf(fn) : undefined;
    const call = this.#call<T>(code, { isNested: false, kind })(args, this.#core.callers.note(above));
    return new Job<T>(call, (nextFn, nextArgs) => this.#do(nextFn, nextArgs, inChain));
  }

  #taskOf<A extends unknown[], R>(code: NamedCode, { name = code.name, timeout, signal }: TaskConfig): PoolTask<A, R> {
    checkTaskOptions(name, timeout, signal);
    const { workers: crew, callers } = this.#core;
    const kind: PoolTaskDefinition = {
      name: printable(name),
      get threads() {
        return crew.max;
      },
    };
    const call = this.#call<WorkerResult<R>>(
      { code: code.code, name: kind.name },
      { isNested: false, timeout, signal, kind },
    );
    const task = Object.assign((...args: unknown[]) => call(args, callers.note(task)), { [codeKey]: code });
    return asPoolTask(task, kind);
  }

  #call<T>(
    { code, name }: NamedCode,
    {
      isNested,
      timeout = this.#options.taskTimeout,
      signal,
      kind,
    }: Pick<CallSpec, 'isNested'> & { readonly [K in 'timeout' | 'signal' | 'kind']?: CallSpec[K] | undefined },
  ): (args: readonly unknown[], caller?: CapturedStack) => Call<T> {
    const core = this.#core;
    const parts = { core, code, name, functionId: core.functions.of(code, name), timeout, signal, isNested, kind };
    return (args, caller) => new ThreadCall<T>(parts, args, caller);
  }
}
