/** One run of a task of a virtual pool: it waits for its arguments, waits in the queue, runs on a worker, and ends. */
import { Observable, Subscription, type Subscriber } from 'rxjs';
import { whenAborted } from '../../core/abort-listeners';
import { CancelledError, TaskTimeoutError } from '../../core/errors';
import { checkMs } from '../../core/option-values';
import { reportUnhandled } from '../../core/rx';
import { isError } from '../../core/sluice-error';
import type { AsyncValue } from '../../future/async-value';
import type { QueueLinks } from '../../core/linked-queue';
import type { QueuedTask } from '../../pool/host/task-queue';
import { awaitArguments } from '../../pool/api/call';
import { describeSafely } from '../../pool/wire/describe-value';
import { ThrownValueError } from '../../pool/wire/pool-errors';
import type { SharedWait } from '../../scheduler/shared-waits';
import { transfer } from '../../pool/wire/transfer';
import { replaceWorkerTask, toNestedJob, type NestedJob, type WorkerTask } from '../../pool/worker/worker-task';
import { LONGEST_DELAY } from '../../core/platform';
import { currentScheduler } from '../../scheduler/batch-scheduler';
import type { SchedulerState } from '../../scheduler/scheduler-state';
import { checkCloneable } from './check-cloneable';
import type { Demand } from './demand';
import { preventUnhandledRejection, promiseOf, subscribeToResult, type ResultObserver } from './virtual-result';
import type { VirtualPoolOptions } from './virtual-pool-config';

export type RunOutcome = 'completed' | 'failed' | 'cancelled';

/** The workers and the queue that a run belongs to. */
export interface VirtualRunHost {
  readonly pool: { readonly options: VirtualPoolOptions };
  add(run: VirtualRun, schedulerState: SchedulerState): SharedWait;
  enqueue(run: VirtualRun): void;
  remove(run: VirtualRun, end: { readonly how: RunOutcome; readonly hadWorker: boolean }): void;
  lendWorker(): () => void;
}

/** What every call of one virtual task has in common. */
export interface VirtualCallSpec {
  readonly name: string;
  /** Returns the function to run; a reference is resolved when the task runs. */
  readonly resolve: () => (...args: never) => unknown;
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
  readonly priority: number;
  /** Whether a running task has started it: such a task runs also while the pool closes. */
  readonly isNested: boolean;
  /** Starts a nested task, for `do` of the worker task. */
  readonly doNested: (fn: unknown, args: readonly unknown[]) => AsyncValue<unknown>;
}

export class VirtualRun implements QueuedTask, WorkerTask, ResultObserver {
  queuedBefore: QueueLinks | undefined;
  queuedAfter: QueueLinks | undefined;
  isQueued = false;
  isUrgent = false;
  /** In ms of the clock, as `startedAt`. */
  queuedAt = 0;
  startedAt = 0;
  readonly transfer = transfer;
  #phase: 'queue' | 'run' | 'over' = 'queue';
  readonly #workers: VirtualRunHost;
  readonly #spec: VirtualCallSpec;
  #args: readonly unknown[];
  readonly #demand: Demand;
  readonly #subscriber: Subscriber<unknown>;
  readonly #poolWait: SharedWait;
  /** Timers, listeners and waits, which end with the run. */
  readonly #subscriptions = new Subscription();
  readonly over$ = new Observable<void>((subscriber) => {
    this.#subscriptions.add(() => {
      subscriber.next();
    });
  });
  #controller: AbortController | undefined;
  #cancellation: CancelledError | undefined;
  /** Number of nested tasks that this task waits for. */
  #nestedCount = 0;
  #takeWorkerBack: (() => void) | undefined;

  constructor(
    { workers, spec }: { readonly workers: VirtualRunHost; readonly spec: VirtualCallSpec },
    { args, demand }: { readonly args: readonly unknown[]; readonly demand: Demand },
    subscriber: Subscriber<unknown>,
  ) {
    this.#workers = workers;
    this.#spec = spec;
    this.#args = args;
    this.#demand = demand;
    this.#subscriber = subscriber;
    this.#poolWait = workers.add(this, currentScheduler().state);
  }

  get name(): string {
    return this.#spec.name;
  }

  get priority(): number {
    return this.#spec.priority;
  }

  get isNested(): boolean {
    return this.#spec.isNested;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#cancellation) this.#controller.abort(this.#cancellation);
    return this.#controller.signal;
  }

  /** Starts the timeout, and waits for awaitable arguments. */
  enter(): void {
    const { timeout, signal } = this.#spec;
    this.#after(timeout, () => this.#onTimeout());
    if (signal) {
      const onAbort = (reason: unknown): void => this.#failWith(new CancelledError(reason), reason);
      this.#subscriptions.add(whenAborted(signal, onAbort));
    }
    const awaited = awaitArguments(this.#args);
    if (!awaited) {
      this.#workers.enqueue(this);
      return;
    }
    const argumentsWait = awaited.subscribe({
      next: (args) => {
        this.#args = args;
        this.#workers.enqueue(this);
      },
      error: (error: unknown) => this.reject(error),
    });
    this.#subscriptions.add(argumentsWait);
  }

  /** Runs the function. Called when a worker is free. */
  start(): void {
    this.#phase = 'run';
    let ms = 0;
    try {
      checkCloneable(this.name, { title: 'args', value: this.#args, canHaveSignals: true });
      ms = this.#durationOf();
      const result = this.#call();
      preventUnhandledRejection(result);
      this.#afterDuration(ms, () => this.#subscriptions.add(subscribeToResult(result, this.#demand, this)));
    } catch (error) {
      this.#afterDuration(ms, () => this.fail(error));
    }
  }

  do<A extends unknown[], R>(fn: ((...args: A) => R) | object, ...args: A): NestedJob<Awaited<R>> {
    // Cast: safe, because the type of the function guarantees it.
    const job = this.#spec.doNested(fn, args) as AsyncValue<Awaited<R>>;
    this.#subscriptions.add(() => {
      job.cancel(this.#cancellation?.reason);
    });
    if (this.#nestedCount++ === 0 && this.#phase === 'run') this.#takeWorkerBack = this.#workers.lendWorker();
    return toNestedJob(
      promiseOf(job, () => {
        if (--this.#nestedCount === 0) this.#returnWorker();
      }),
    );
  }

  /** Fails the run from outside: the pool is closed, its queue is full, or an argument has failed. */
  reject(error: unknown): void {
    this.#failWith(error, error);
  }

  /** Cancels the run. Called when its subscriber has unsubscribed. */
  cancel(): void {
    if (this.#phase === 'over') return;
    this.#abort('The last waiter unsubscribed.', 'cancelled');
  }

  onItem(item: unknown): void {
    if (this.#canDeliver('An item', item)) this.#subscriber.next(item);
  }

  /** Finishes first: a subscriber may unsubscribe on the value, which must not count as a cancellation. */
  onValue(value: unknown): void {
    if (!this.#canDeliver('The result', value)) return;
    this.#finish('completed');
    this.#subscriber.next(value);
    this.#subscriber.complete();
  }

  onStreamEnd(): void {
    if (this.#phase === 'over') return;
    this.#finish('completed');
    this.#subscriber.complete();
  }

  fail(error: unknown): void {
    if (this.#phase === 'over') return;
    this.#finish('failed');
    this.#subscriber.error(isError(error) ? error : new ThrownValueError(describeSafely(error), { value: error }));
  }

  #call(): unknown {
    const fn = this.#spec.resolve();
    const outerTask = replaceWorkerTask(this);
    try {
      return Reflect.apply(fn, this, this.#args) as unknown;
    } finally {
      replaceWorkerTask(outerTask);
    }
  }

  #durationOf(): number {
    const ms = this.#workers.pool.options.durationOf(this.name, this.#args);
    checkMs(`VirtualPool: the duration of task "${this.name}"`, ms);
    return ms;
  }

  #afterDuration(ms: number, deliver: () => void): void {
    // The function itself may have ended the run, for example by aborting its signal.
    if (this.#phase === 'over') return;
    if (ms > 0) this.#after(ms, deliver);
    else deliver();
  }

  /** Whether the run is not over and the value can be sent; a value that cannot be sent fails the run. */
  #canDeliver(title: string, value: unknown): boolean {
    if (this.#phase === 'over') return false;
    try {
      checkCloneable(this.name, { title, value, canHaveSignals: false });
      return true;
    } catch (error) {
      this.fail(error);
      return false;
    }
  }

  #onTimeout(): void {
    const kind = this.#phase === 'run' ? 'run' : 'queue';
    const error = new TaskTimeoutError(this.#spec.timeout, undefined, { kind, task: this.name });
    this.#failWith(error, error);
  }

  /** Fails the run from outside, and aborts the signal of the task. */
  #failWith(error: unknown, reason: unknown): void {
    if (this.#phase === 'over') return;
    this.#abort(reason, 'failed');
    this.#subscriber.error(error);
  }

  #abort(reason: unknown, how: RunOutcome): void {
    this.#cancellation = new CancelledError(reason);
    this.#finish(how);
    this.#controller?.abort(this.#cancellation);
  }

  #finish(how: RunOutcome): void {
    const hadWorker = this.#phase === 'run';
    this.#returnWorker();
    this.#phase = 'over';
    // An error of a teardown must reach neither the subscriber nor the next task of the worker.
    try {
      this.#subscriptions.unsubscribe();
    } catch (error) {
      reportUnhandled(error);
    }
    this.#workers.remove(this, { how, hadWorker });
    this.#poolWait.release();
  }

  /** Takes the worker back that was lent during nested tasks. */
  #returnWorker(): void {
    this.#takeWorkerBack?.();
    this.#takeWorkerBack = undefined;
  }

  #after(ms: number, work: () => void): void {
    if (ms > LONGEST_DELAY) return;
    this.#subscriptions.add(this.#workers.pool.options.clock.schedule(work, ms));
  }
}
