/** One run of a task of a virtual pool: from its arguments through the queue to a worker, and from there to its end. */
import { Observable, Subscription, type Subscriber } from 'rxjs';
import { invalidOption } from '../../core/describe';
import { CancelledError, TaskTimeoutError } from '../../core/errors';
import { reportUnhandled } from '../../core/rx';
import { isError } from '../../core/sluice-error';
import type { AsyncValue } from '../../future/async-value';
import type { QueuedTask } from '../../pool/host/task-queue';
import { awaitedIn } from '../../pool/api/call';
import { inWords } from '../../pool/wire/describe-value';
import { ThrownValueError } from '../../pool/wire/pool-errors';
import type { PoolWait } from '../../pool/host/pool-waits';
import { transfer } from '../../pool/wire/transfer';
import { exchangeWorkerTask, nested, type NestedJob, type WorkerTask } from '../../pool/worker/worker-task';
import { LONGEST_DELAY } from '../../scheduler/batch-action';
import { currentScheduler } from '../../scheduler/batch-scheduler';
import { checkCloneable } from './check-cloneable';
import type { Demand } from './demand';
import { hearResult, promiseOf, willBeHeard, type ResultHearer } from './virtual-result';
import type { Ending, VirtualWorkers } from './virtual-workers';

export interface VirtualOrder {
  readonly name: string;
  /** Of a reference, what it refers to is looked for when it runs. */
  readonly resolve: () => (...args: never) => unknown;
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
  /** It belongs to a task that is running, and so runs also while the pool closes. */
  readonly isNested: boolean;
  /** Starts what a task wants run. */
  readonly doNested: (fn: unknown, args: readonly unknown[]) => AsyncValue<unknown>;
}

export class VirtualRun implements QueuedTask, WorkerTask, ResultHearer {
  before: QueuedTask | undefined;
  after: QueuedTask | undefined;
  isWaiting = false;
  readonly transfer = transfer;
  #phase: 'queue' | 'run' | 'over' = 'queue';
  readonly #workers: VirtualWorkers;
  readonly #order: VirtualOrder;
  #args: readonly unknown[];
  readonly #demand: Demand;
  readonly #subscriber: Subscriber<unknown>;
  readonly #presence: PoolWait;
  /** All that ends with it: timers, listeners, what it waits for. */
  readonly #held = new Subscription();
  readonly over$ = new Observable<void>((subscriber) => {
    this.#held.add(() => {
      subscriber.next();
    });
  });
  #controller: AbortController | undefined;
  #reason: string | undefined;
  #nested = 0;
  #takeBack: (() => void) | undefined;

  constructor(
    { workers, order }: { readonly workers: VirtualWorkers; readonly order: VirtualOrder },
    { args, demand }: { readonly args: readonly unknown[]; readonly demand: Demand },
    subscriber: Subscriber<unknown>,
  ) {
    this.#workers = workers;
    this.#order = order;
    this.#args = args;
    this.#demand = demand;
    this.#subscriber = subscriber;
    this.#presence = workers.entered(this, currentScheduler().state);
  }

  get name(): string {
    return this.#order.name;
  }

  get isNested(): boolean {
    return this.#order.isNested;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#reason !== undefined) this.#controller.abort(new CancelledError(this.#reason));
    return this.#controller.signal;
  }

  enter(): void {
    const { timeout, signal } = this.#order;
    this.#after(timeout, () => this.#timeUp());
    if (signal) {
      const abort = (): void => this.#give(new CancelledError(signal.reason), 'Its signal has aborted.');
      signal.addEventListener('abort', abort);
      this.#held.add(() => {
        signal.removeEventListener('abort', abort);
      });
    }
    const awaited = awaitedIn(this.#args);
    if (!awaited) {
      this.#workers.enqueue(this);
      return;
    }
    const arriving = awaited.subscribe({
      next: (args) => {
        this.#args = args;
        this.#workers.enqueue(this);
      },
      error: (error: unknown) => this.evict(error),
    });
    this.#held.add(arriving);
  }

  /** It has a worker. */
  start(): void {
    this.#phase = 'run';
    let ms = 0;
    try {
      checkCloneable(this.name, { title: 'args', value: this.#args, perhapsMarked: this.#args });
      ms = this.#durationOf();
      const result = this.#call();
      willBeHeard(result);
      this.#whenDone(ms, () => this.#held.add(hearResult(result, this.#demand, this)));
    } catch (error) {
      this.#whenDone(ms, () => this.fail(error));
    }
  }

  do<A extends unknown[], R>(fn: ((...args: A) => R) | object, ...args: A): NestedJob<Awaited<R>> {
    const job = this.#order.doNested(fn, args) as AsyncValue<Awaited<R>>; // it is of what this function gives
    this.#held.add(() => {
      job.cancel(this.#reason);
    });
    if (this.#nested++ === 0 && this.#phase === 'run') this.#takeBack = this.#workers.lend();
    return nested(
      promiseOf(job, () => {
        if (--this.#nested === 0) this.#return();
      }),
    );
  }

  /** Its pool goes, or has no room for it; or what it was to be given can't be had. */
  evict(error: unknown): void {
    this.#give(error, 'Its pool does not want it any more.');
  }

  /** Nobody waits for it any more. */
  leave(): void {
    if (this.#phase === 'over') return;
    this.#abandon('Nobody waits for it any more.', 'cancelled');
  }

  /** It has given one of many. */
  item(item: unknown): void {
    if (this.#canTell('An item', item)) this.#subscriber.next(item);
  }

  /** It has given all it had to give, at once. Over first: who has the value may leave before it is complete. */
  value(value: unknown): void {
    if (!this.#canTell('The result', value)) return;
    this.#finish('completed');
    this.#subscriber.next(value);
    this.#subscriber.complete();
  }

  completed(): void {
    if (this.#phase === 'over') return;
    this.#finish('completed');
    this.#subscriber.complete();
  }

  fail(error: unknown): void {
    if (this.#phase === 'over') return;
    this.#finish('failed');
    this.#subscriber.error(isError(error) ? error : new ThrownValueError(inWords(error), { value: error }));
  }

  #call(): unknown {
    const fn = this.#order.resolve();
    const outer = exchangeWorkerTask(this);
    try {
      return Reflect.apply(fn, this, this.#args) as unknown;
    } finally {
      exchangeWorkerTask(outer);
    }
  }

  #durationOf(): number {
    const ms: unknown = this.#workers.pool.options.durationOf(this.name, this.#args);
    if (typeof ms === 'number' && ms >= 0) return ms;
    throw invalidOption(`VirtualPool: the duration of task "${this.name}"`, 'a number of ms, 0 or more', ms);
  }

  #whenDone(ms: number, tell: () => void): void {
    // It may have been given up by what it did itself.
    if (this.#phase === 'over') return;
    if (ms > 0) this.#after(ms, tell);
    else tell();
  }

  #canTell(title: string, value: unknown): boolean {
    if (this.#phase === 'over') return false;
    try {
      checkCloneable(this.name, { title, value, perhapsMarked: [value] });
      return true;
    } catch (error) {
      this.fail(error);
      return false;
    }
  }

  #timeUp(): void {
    const kind = this.#phase === 'run' ? 'run' : 'queue';
    this.#give(new TaskTimeoutError(this.#order.timeout, undefined, { kind, task: this.name }), 'Its time is over.');
  }

  /** Gives it up, and says why. */
  #give(error: unknown, reason: string): void {
    if (this.#phase === 'over') return;
    this.#abandon(reason, 'failed');
    this.#subscriber.error(error);
  }

  #abandon(reason: string, how: Ending): void {
    this.#reason = reason;
    this.#finish(how);
    this.#controller?.abort(new CancelledError(reason));
  }

  #finish(how: Ending): void {
    const hadWorker = this.#phase === 'run';
    this.#return();
    this.#phase = 'over';
    // What a teardown throws is nobody's who waits for it, or for its worker.
    try {
      this.#held.unsubscribe();
    } catch (error) {
      reportUnhandled(error);
    }
    this.#workers.left(this, { how, hadWorker });
    this.#presence.leave();
  }

  /** The worker it has lent is its own again. */
  #return(): void {
    this.#takeBack?.();
    this.#takeBack = undefined;
  }

  #after(ms: number, work: () => void): void {
    if (ms > LONGEST_DELAY) return;
    this.#held.add(this.#workers.pool.options.clock.schedule(work, ms));
  }
}
