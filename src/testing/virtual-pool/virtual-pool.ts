/**
 * A pool for tests: it takes what a `WorkerPool` takes and gives what that gives, but its tasks run on this thread, and
 * their time is that of a clock, which may be virtual.
 */
import { Observable, Subject, VirtualTimeScheduler, type SchedulerLike } from 'rxjs';
import { invalidOption } from '../../core/describe';
import { checkOptions } from '../../core/options';
import { CancelledError } from '../../core/errors';
import { PerTimeDomain } from '../../core/per-time-domain';
import type { AsyncValue } from '../../future/async-value';
import { begin } from '../../future/execution';
import type { Arguments, Call } from '../../pool/api/call';
import type { FunctionReference } from '../../pool/wire/function-code';
import type { Demandable } from '../../pool/api/item-iterator';
import { Job, type WorkerResult } from '../../pool/api/job';
import { PoolClosedValue } from '../../pool/api/pool-closed-value';
import { PoolClosedError } from '../../pool/wire/pool-errors';
import type { PoolEvent, PoolStats } from '../../pool/host/pool-events';
import { moduleOf, type PoolModule } from '../../pool/api/pool-module';
import { asPoolTask, poolTaskDefinitionOf, type PoolTaskDefinition } from '../../pool/api/pool-task-definition';
import type { StreamSink } from '../../pool/host/task-run';
import type { TaskPool } from '../../pool/api/task-pool';
import type { CloseConfig, PoolTask, TaskConfig } from '../../pool/api/worker-pool-base';
import { LONGEST_DELAY } from '../../scheduler/batch-action';
import type { BatchScheduler } from '../../scheduler/batch-scheduler';
import { ItemsCall } from './items-call';
import {
  checkCount,
  checkMs,
  checkTaskConfig,
  virtualPoolOptions,
  type VirtualPoolConfig,
} from './virtual-pool-config';
import { virtualPoolScheduler } from './virtual-pool-scheduler';
import { VirtualRun, type VirtualOrder } from './virtual-run';
import { asTaskOf, workOf, workOfCode, type Work } from './virtual-work';
import { VirtualWorkers, type VirtualPoolState } from './virtual-workers';

/**
 * Give it to what takes a pool (`TaskPool`). Under `TestScheduler.run` all of it is frame-exact: `size` tasks at a time,
 * first in, first out, each as long as its `duration`, or as the Observable it returns. What threads would refuse to
 * send is refused; what they would copy is handed over as it is, and closures work here alone. A task that returns a
 * promise is not on virtual time.
 *
 * @throws TypeError for an option that makes no sense.
 * @example
 * const pool = new VirtualPool({ size: 2, duration: 5 });
 * const expected = '-----(ab)-(cd|)';
 * expectObservable(of('a', 'b', 'c', 'd').pipe(offload(pool.task((page: string) => page)))).toBe(expected);
 */
export class VirtualPool implements TaskPool, AsyncDisposable {
  readonly name: string;
  readonly events$: Observable<PoolEvent>;
  /** A scheduler whose actions run when a worker has room. */
  readonly scheduler: SchedulerLike;
  readonly #state: VirtualPoolState;
  readonly #eras: PerTimeDomain<VirtualWorkers>;
  /** One in each era: what ends in one is not heard of in another. */
  readonly #closing = new WeakMap<VirtualWorkers, AsyncValue<void>>();

  constructor(config: VirtualPoolConfig = {}) {
    const options = virtualPoolOptions(config);
    const { name, size, clock } = options;
    this.#state = { options, size, events: new Subject<PoolEvent>(), isClosed: false, isCut: false };
    this.#eras = new PerTimeDomain(() => new VirtualWorkers(this.#state));
    this.name = name;
    this.events$ = this.#state.events.asObservable();
    this.scheduler = virtualPoolScheduler(clock, (run) => {
      this.#workers.push(run);
    });
    this.#workers.requestTurn();
  }

  /** So many tasks at a time. May be set while it runs; 0 parks the work. */
  get size(): number {
    return this.#state.size;
  }

  set size(count: number) {
    checkCount('size', count);
    this.#state.size = count;
    this.#workers.requestTurn();
  }

  get stats(): PoolStats {
    return this.#workers.stats;
  }

  /** Starts it, now: at the end of this turn it has a worker, if one is free. */
  do<A extends unknown[], R>(fn: ((...args: A) => R) | FunctionReference, ...args: Arguments<A>): Job<WorkerResult<R>> {
    return this.#do<WorkerResult<R>>(fn, args, 'VirtualPool.do');
  }

  /**
   * The cold form: a function whose calls are futures.
   *
   * @throws TypeError for what is no function, and for a wrong option.
   */
  task<A extends unknown[], R>(fn: ((...args: A) => R) | FunctionReference, config: TaskConfig = {}): PoolTask<A, R> {
    checkTaskConfig(config);
    return this.#taskOf<A, R>(workOf(fn, 'VirtualPool.task', this.#state.options.load), config);
  }

  /** All functions of a module, which the option `load` brings. */
  module<M extends object>(url: string | URL): PoolModule<M> {
    return moduleOf<M>(url, (code) => this.#taskOf(workOfCode(code, this.#state.options.load), {}));
  }

  /** Set when nothing is queued and nothing runs. */
  drain(): AsyncValue<void> {
    const workers = this.#workers;
    const drained = new PoolClosedValue(workers);
    workers.whenQuiet(() => {
      drained.set();
    });
    return drained;
  }

  /** Takes no more work, and ends what it has. */
  close(config: CloseConfig = {}): AsyncValue<void> {
    checkOptions('VirtualPool.close', config, ['force', 'timeout']);
    const { force = false, timeout = Infinity } = config;
    if (typeof force !== 'boolean') throw invalidOption('VirtualPool.close: force', 'true or false', force);
    checkMs('close.timeout', timeout);
    const workers = this.#workers;
    const state = this.#state;
    state.isClosed = true;
    const cut = (): void => {
      state.isCut = true;
      workers.cut();
    };
    const deadline = timeout > LONGEST_DELAY ? undefined : state.options.clock.schedule(cut, timeout);
    const known = this.#closing.get(workers);
    const closing = known ?? new PoolClosedValue(workers);
    this.#closing.set(workers, closing);
    workers.whenQuiet(() => {
      deadline?.unsubscribe();
      if (known) return;
      workers.onClosed();
      state.events.complete();
      closing.set();
    });
    if (force) cut();
    return closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** A clock that is moved on by whoever made it is in one era only. */
  get #workers(): VirtualWorkers {
    return this.#state.options.clock instanceof VirtualTimeScheduler ? this.#eras.real : this.#eras.current;
  }

  #do<T>(fn: unknown, args: readonly unknown[], caller: string): Job<T> {
    const kind = typeof fn === 'function' ? poolTaskDefinitionOf(fn) : undefined;
    const order = this.#order(workOf(fn, caller, this.#state.options.load), {});
    return new Job<T>(this.#call<T>({ order, kind }, args), (next, nextArgs) => this.#do(next, nextArgs, 'Job.chain'));
  }

  #taskOf<A extends unknown[], R>(work: Work, config: TaskConfig): PoolTask<A, R> {
    const order = this.#order(work, config);
    const state = this.#state;
    const kind: PoolTaskDefinition = {
      name: order.name,
      get threads() {
        return state.size;
      },
    };
    const task = (...args: unknown[]): Call<WorkerResult<R>> => this.#call({ order, kind }, args);
    return asPoolTask(asTaskOf(work, task), kind);
  }

  #order({ name, resolve }: Work, config: TaskConfig, { isNested = false } = {}): VirtualOrder {
    const { load, taskTimeout } = this.#state.options;
    const doNested = (fn: unknown, args: readonly unknown[]): AsyncValue<unknown> => {
      const order = this.#order(workOf(fn, 'WorkerTask.do', load), {}, { isNested: true });
      const kind = typeof fn === 'function' ? poolTaskDefinitionOf(fn) : undefined;
      return this.#call({ order, kind }, args).start();
    };
    const { timeout = taskTimeout, signal } = config;
    return { name: config.name ?? name, resolve, timeout, signal, isNested, doNested };
  }

  #call<T>(what: Pick<VirtualParts, 'order' | 'kind'>, args: readonly unknown[]): Call<T> {
    const workersNow = (): VirtualWorkers => this.#workers;
    return new VirtualCall<T>({ ...what, workersNow }, args);
  }
}

interface VirtualParts {
  readonly order: VirtualOrder;
  readonly kind: PoolTaskDefinition | undefined;
  /** Of the era in which it is run. */
  readonly workersNow: () => VirtualWorkers;
}

class VirtualCall<T> extends ItemsCall<T> {
  constructor(
    private readonly parts: VirtualParts,
    private readonly args: readonly unknown[],
  ) {
    const { order, workersNow } = parts;
    super(
      (demand) =>
        new Observable((subscriber) => {
          const workers = workersNow();
          const refusal = refusalOf(order, workers.pool);
          if (refusal) {
            subscriber.error(refusal);
            return undefined;
          }
          const run = new VirtualRun({ workers, order }, { args, demand }, subscriber);
          run.enter();
          return () => {
            run.leave();
          };
        }),
      { describe: () => workersNow().describe() },
    );
  }

  /** @internal */
  override [begin](sink: StreamSink<T>, scheduler: BatchScheduler): Demandable {
    const { kind } = this.parts;
    if (!kind?.substitute) return super[begin](sink, scheduler);
    const genuine = new VirtualCall<unknown>({ ...this.parts, kind: undefined }, this.args);
    return kind.substitute(this.args, genuine)[begin](sink, scheduler);
  }
}

function refusalOf({ name, signal, isNested }: VirtualOrder, pool: VirtualPoolState): Error | undefined {
  if (pool.isClosed && (!isNested || pool.isCut)) {
    return new PoolClosedError(pool.options.name, name, { isCut: false });
  }
  return signal?.aborted ? new CancelledError(signal.reason) : undefined;
}
