/**
 * The scheduler that runs tasks, keeps batches open while anything can still join them, and lets them through when
 * nothing can. To RxJS it is a scheduler like any other: `observeOn`, `timer`, `bufferTime` and the rest run on it.
 *
 * Open batches and caches belong to a scheduler: another scheduler is another world.
 */
import { asyncScheduler, Subject, Subscription, type Observable, type SchedulerAction, type SchedulerLike } from 'rxjs';
import { invalidOption } from '../core/describe';
import { Named } from '../core/named';
import { checkOptions } from '../core/options';
import { PerTimeDomain } from '../core/per-time-domain';
import { printable } from '../core/printable';
import { isVirtualTime } from '../core/rx';
import { registerScheduler } from './all-schedulers';
import { BatchAction, type ActionHost } from './batch-action';
import { SchedulerState } from './scheduler-state';
import type { SchedulerEvent } from './events';
import { flushAll, type FlushPolicy } from './flush-policy';
import { Frame, frameHere, frameOn, runIn, schedulerHere } from './frame';
import { RunQueue } from './run-queue';
import { isDelegated } from './tick';

export interface BatchSchedulerConfig {
  /** The RxJS scheduler that time comes from (`asyncScheduler`). */
  readonly clock?: SchedulerLike;
  /** Which open batches go when nothing else can run (`flushAll`). */
  readonly policy?: FlushPolicy;
  /** For events and messages (`'BatchScheduler'`). */
  readonly name?: string;
}

/**
 * @example
 * const scheduler = new BatchScheduler({ policy: largestFirst, name: 'report' });
 * of(1, 2, 3).pipe(observeOn(scheduler)).subscribe((n) => console.log(n));
 */
export class BatchScheduler extends Named implements SchedulerLike {
  readonly name: string;
  readonly clock: SchedulerLike;
  /** Every flush and every landing, as it happens. Costs nothing while nobody is subscribed. */
  readonly events$: Observable<SchedulerEvent>;

  /** @internal The frame of what runs on it and in no other frame; the default scheduler needs none. */
  readonly frame: Frame | undefined;
  /** @internal */
  readonly runQueue = new RunQueue(this);
  /** @internal */
  readonly events = new Subject<SchedulerEvent>();

  readonly #host: ActionHost;
  readonly #states: PerTimeDomain<SchedulerState>;
  /** Its clock is moved on by whoever made it: a `TestScheduler.run` neither begins nor ends its time. */
  readonly #hasOwnTime: boolean;

  constructor(config: BatchSchedulerConfig = {}, /** @internal */ isDefault = false) {
    super();
    checkOptions('BatchScheduler', config, ['clock', 'policy', 'name']);
    const { clock = asyncScheduler, policy = flushAll, name = 'BatchScheduler' } = config;
    check('clock', isScheduler(clock), 'an RxJS scheduler', clock);
    check('policy', typeof policy === 'function', 'a function (flushAll, largestFirst)', policy);
    check('name', typeof name === 'string', 'a string', name);
    this.name = printable(name);
    this.clock = clock;
    this.frame = isDefault ? undefined : new Frame(undefined, { scheduler: this });
    this.events$ = this.events.asObservable();
    const { runQueue } = this;
    const choose: FlushPolicy = (open, inFlight) => runIn(this.frame, () => policy(open, inFlight));
    this.#states = new PerTimeDomain((real) => new SchedulerState({ clock, policy: choose, runQueue, real }));
    this.#hasOwnTime = !isDelegated(clock);
    this.#host = {
      clock,
      frame: () => frameOn(this, frameHere()),
      soon: (run) => {
        this.state.soon(run);
      },
      execute: (work) => runQueue.drive(work),
      busy: (description) => this.#busy(description),
    };
    registerScheduler(this);
  }

  /** The clock's time, in ms. */
  now(): number {
    return this.clock.now();
  }

  /** RxJS's contract: runs `work` after `delay` ms (0: at the end of this turn) until the subscription is closed. */
  schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T): Subscription {
    return new BatchAction(this.#host, work).schedule(state, delay);
  }

  /**
   * Does `work`, and gives what it returns. All that `work` asks for and starts belongs to this scheduler: its batches,
   * its caches and its clock. That holds for code after an `await`, in timers, promise callbacks and RxJS operators as
   * well, where the platform has `AsyncLocalStorage` (Node); elsewhere, until `work` returns.
   *
   * @example
   * const perRequest = new BatchScheduler({ name: 'request' });
   * await perRequest.run(async () => {
   *   await nameOf(1);
   *   return nameOf(1); // from the cache of this request
   * });
   */
  run<R>(work: () => R): R {
    check('the work of run', typeof work === 'function', 'a function', work);
    const frame = frameOn(this, frameHere());
    return this.runQueue.drive(() => runIn(frame, work));
  }

  /**
   * Drives all that can go on now, without waiting for quiescence, a window or a hold. Throws what scheduled work
   * throws.
   */
  flush(): void {
    while (this.state.advance(rethrow));
  }

  /** @internal Its clock stands still while this thread is held. */
  get isVirtual(): boolean {
    return this.#hasOwnTime || isVirtualTime();
  }

  /** @internal What it has going on in this era of time. */
  get state(): SchedulerState {
    return this.#hasOwnTime ? this.#states.real : this.#states.current;
  }

  #busy(description: string): Subscription {
    const { state: era } = this;
    const waited = { describe: () => description };
    era.addExternalWait(waited);
    return new Subscription(() => {
      era.removeExternalWait(waited);
    });
  }
}

const rethrow = (error: unknown): never => {
  throw error;
};

const check = (option: string, isRight: boolean, mustBe: string, got: unknown): void => {
  if (!isRight) throw invalidOption(`BatchScheduler: ${option}`, mustBe, got);
};

const isScheduler = (clock: Partial<SchedulerLike> | null): boolean =>
  typeof clock?.schedule === 'function' && typeof clock.now === 'function';

/** The scheduler of all that names no other. */
export const batchScheduler = new BatchScheduler({ name: 'batchScheduler' }, true);

/** The scheduler to which the code belongs that runs now, else `batchScheduler`. */
export const currentScheduler = (): BatchScheduler => schedulerHere() ?? batchScheduler;
