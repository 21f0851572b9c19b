/**
 * The BatchScheduler runs tasks, keeps batches open while a key can still join them, and flushes the batches when no task
 * can continue. RxJS can use it as any other scheduler: `observeOn`, `timer`, `bufferTime` and all others run on it.
 *
 * Open batches and caches belong to one scheduler: schedulers are isolated from each other.
 */
import { asyncScheduler, Subject, Subscription, type Observable, type SchedulerAction, type SchedulerLike } from 'rxjs';
import { Named } from '../core/named';
import { checkFunction, checkScheduler, checkString } from '../core/option-values';
import { checkOptions } from '../core/options';
import { PerTimeDomain } from '../core/per-time-domain';
import { printable } from '../core/printable';
import { isVirtualTime } from '../core/rx';
import { ambient } from './ambient';
import { BatchAction, type ActionHost } from './batch-action';
import type { ExternalWait } from './contract';
import type { SchedulerLifetime } from './scheduler-lifetime';
import { SchedulerState } from './scheduler-state';
import type { SchedulerEvent } from './events';
import { flushAll, learningPolicies, type FlushPolicy } from './flush-policy';
import { carriedFrame, Frame, frameHere, frameOn, runIn } from './frame';
import type { ObservedOperation } from './instrumentation';
import { RunQueue } from './run-queue';
import { isDelegated } from './tick';

export interface BatchSchedulerConfig {
  /**
   * The RxJS scheduler that provides time and timers.
   *
   * @defaultValue `asyncScheduler`
   */
  readonly clock?: SchedulerLike;
  /**
   * Chooses which open batches are flushed when no task can continue.
   *
   * @defaultValue `flushAll`
   */
  readonly policy?: FlushPolicy;
  /**
   * Name for events and messages.
   *
   * @defaultValue `'BatchScheduler'`
   */
  readonly name?: string;
}

/**
 * An RxJS scheduler that runs tasks and flushes batches when no task can continue. The time of the flush, after all
 * microtasks, follows DataLoader.
 *
 * @example
 * const scheduler = new BatchScheduler({ policy: largestFirst, name: 'report' });
 * of(1, 2, 3).pipe(observeOn(scheduler)).subscribe((n) => console.log(n));
 */
export class BatchScheduler extends Named implements SchedulerLike {
  readonly name: string;
  readonly clock: SchedulerLike;
  /** Emits an event for each flush and for the end of each flight. Costs nothing without subscribers. */
  readonly events$: Observable<SchedulerEvent>;

  /** @internal The frame of work on this scheduler without another frame; undefined for the default scheduler. */
  readonly frame: Frame | undefined;
  /** @internal */
  readonly runQueue = new RunQueue(this);
  /** @internal */
  readonly events = new Subject<SchedulerEvent>();

  /** @internal Ends what is awaited on this scheduler; undefined for a scheduler without an end. */
  lifetime: SchedulerLifetime | undefined;
  /** @internal The GraphQL operation that this scheduler serves alone. */
  operation: ObservedOperation | undefined;

  /** Made when the first resolver runs after the scheduler has begun to learn. */
  #resolverFrame: Frame | undefined;
  readonly #host: ActionHost;
  readonly #reference: WeakRef<BatchScheduler>;
  readonly #states: PerTimeDomain<SchedulerState>;
  /** Whether the clock is a `VirtualTimeScheduler`, whose time does not depend on `TestScheduler.run`. */
  readonly #hasOwnTime: boolean;

  /** @throws TypeError if an option is unknown or has a wrong type */
  constructor(config: BatchSchedulerConfig = {}, /** @internal */ isDefault = false) {
    super();
    checkOptions('BatchScheduler', config, ['clock', 'policy', 'name']);
    const { clock = asyncScheduler, policy = flushAll, name = 'BatchScheduler' } = config;
    checkScheduler('BatchScheduler: clock', clock);
    checkFunction('BatchScheduler: policy', policy, 'a function (flushAll, largestFirst, feedersFirst)');
    checkString('BatchScheduler: name', name);
    this.name = printable(name);
    this.clock = clock;
    this.frame = isDefault ? undefined : new Frame(undefined, { scheduler: this });
    this.events$ = this.events.asObservable();
    const { runQueue } = this;
    // `flushAll` is recognized, and not called.
    const policyInFrame: FlushPolicy =
      policy === flushAll ? policy : (open, inFlight) => runIn(this.frame, () => policy(open, inFlight));
    this.#states = new PerTimeDomain((real) => {
      const state = new SchedulerState({ clock, policy: policyInFrame, runQueue, real });
      if (learningPolicies.has(policy)) state.openBatches.learnFeeds();
      return state;
    });
    this.#hasOwnTime = !isDelegated(clock);
    this.#host = {
      clock,
      frame: () => frameOn(this, frameHere()),
      enqueue: (run) => {
        this.state.enqueue(run);
      },
      execute: (work) => runQueue.drive(work),
      trackTimer: (description) => this.#trackTimer(description),
    };
    this.#reference = registerScheduler(this);
  }

  /** The time of the clock in ms. */
  now(): number {
    return this.clock.now();
  }

  /**
   * Schedules work, by the contract of RxJS's `SchedulerLike`.
   *
   * @param work runs after the delay; `this.schedule(state, delay)` inside `work` runs it again
   * @param delay in ms; 0 is the end of this turn
   * @param state argument of `work`
   * @returns a subscription that cancels the work
   */
  schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T): Subscription {
    return new BatchAction(this.#host, work).schedule(state, delay);
  }

  /**
   * Runs `work` on this scheduler and returns its result. Keys and tasks requested in `work` use the batches, the caches and
   * the clock of this scheduler. With `AsyncLocalStorage` (Node), the same holds for code after an `await`, in timers, promise
   * callbacks and RxJS operators; without it (browsers), only until `work` returns.
   *
   * @throws TypeError if `work` is not a function; else the error of `work`
   * @example
   * const perRequest = new BatchScheduler({ name: 'request' });
   * await perRequest.run(async () => {
   *   await nameOf(1);
   *   return nameOf(1); // from the cache of this request
   * });
   */
  run<R>(work: () => R): R {
    checkFunction('BatchScheduler: the argument of run', work);
    const frame = frameOn(this, frameHere());
    return this.runQueue.drive(() => runIn(frame, work));
  }

  /**
   * Runs all due work and flushes all open batches now, without waiting for quiescence, a window or a hold, until no work
   * can continue.
   *
   * @throws the error of a scheduled action
   *
   * @example
   * const name = nameOf(1).start(); // `nameOf` is a batch function
   * batchScheduler.flush(); // calls its resolver now
   */
  flush(): void {
    while (this.state.advance(rethrow));
  }

  /**
   * @internal Removes a scheduler without work from `allSchedulers`. V8 clears weak references in major collections only, so
   * that each minor one would move the caches of a request that has ended into the old generation.
   */
  unregister(): void {
    references.delete(this.#reference);
  }

  /** @internal Whether the clock stands still while this thread is blocked. */
  get isVirtual(): boolean {
    return this.#hasOwnTime || isVirtualTime();
  }

  /** @internal The frame of resolvers. */
  get resolverFrame(): Frame | undefined {
    if (!this.state.feedGraph) return this.frame;
    return (this.#resolverFrame ??= new Frame(this.frame, { scheduler: this, isOfResolver: true }));
  }

  /** @internal The state in the current time domain. */
  get state(): SchedulerState {
    return this.#hasOwnTime ? this.#states.real : this.#states.current;
  }

  #trackTimer(description: string): Subscription {
    const { state } = this;
    const wait: ExternalWait = {
      queuedBefore: undefined,
      queuedAfter: undefined,
      isQueued: false,
      describe: () => description,
    };
    state.addExternalWait(wait);
    return new Subscription(() => {
      state.removeExternalWait(wait);
    });
  }
}

const rethrow = (error: unknown): never => {
  throw error;
};

/** All schedulers of the process, through weak references that keep none of them alive. */
const references = new Set<WeakRef<BatchScheduler>>();
const MIN_CLEANUP_SIZE = 64;
/** Number of references above which the references of collected schedulers are removed. */
let cleanupSize = MIN_CLEANUP_SIZE;

function registerScheduler(scheduler: BatchScheduler): WeakRef<BatchScheduler> {
  const reference = new WeakRef(scheduler);
  references.add(reference);
  if (references.size > cleanupSize) cleanupSize = Math.max(MIN_CLEANUP_SIZE, 2 * allSchedulers().length);
  return reference;
}

/** All schedulers of the process that have not been garbage-collected, in order of creation. */
export function allSchedulers(): BatchScheduler[] {
  const found: BatchScheduler[] = [];
  for (const reference of references) {
    const scheduler = reference.deref();
    if (scheduler) found.push(scheduler);
    else references.delete(reference);
  }
  return found;
}

/**
 * The default scheduler. Work without another scheduler runs on it.
 *
 * @example
 * timer(10, batchScheduler).subscribe(() => console.log('10 ms later'));
 */
export const batchScheduler = new BatchScheduler({ name: 'batchScheduler' }, true);

/** The scheduler of the running code, or `batchScheduler`. */
export function currentScheduler(): BatchScheduler {
  const running = ambient.scheduler ?? carriedFrame()?.scheduler;
  // BatchScheduler is the only class of schedulers; frames and run queues know it by an interface.
  return (running as BatchScheduler | undefined) ?? batchScheduler;
}
