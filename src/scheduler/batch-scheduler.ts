/**
 * The scheduler that runs tasks, keeps batches open while anything can still join them, and lets them through when
 * nothing can. To RxJS it is a scheduler like any other: `observeOn`, `timer`, `bufferTime` and the rest run on it.
 *
 * Open batches and caches belong to a scheduler: another scheduler is another world.
 */
import { asyncScheduler, Subject, Subscription, type Observable, type SchedulerAction, type SchedulerLike } from 'rxjs';
import { wrong } from '../core/describe';
import { currentEra } from '../core/rx';
import { ambientScheduler } from './ambient';
import { BatchAction, type ActionHost, type DueRun } from './batch-action';
import type { SchedulerEvent } from './events';
import { flushAll, type FlushPolicy } from './flush-policy';
import { OpenBatches } from './open-batches';
import { RunQueue } from './run-queue';
import { endOfTurn, quiescence, Tick } from './tick';

export interface BatchSchedulerConfig {
  /** The RxJS scheduler that time comes from (`asyncScheduler`). */
  readonly clock?: SchedulerLike;
  /** Which open batches go when nothing else can run (`flushAll`). */
  readonly policy?: FlushPolicy;
  /** For events and messages (`'BatchScheduler'`). */
  readonly name?: string;
}

/** Something outside the scheduler that one of its executions waits for. */
export interface Elsewhere {
  describe(): string;
  /** Moves it on without the event loop, where that is possible; false when it was not. */
  advance?(): boolean;
}

/**
 * @example
 * const scheduler = new BatchScheduler({ policy: largestFirst, name: 'report' });
 * of(1, 2, 3).pipe(observeOn(scheduler)).subscribe((n) => console.log(n));
 */
export class BatchScheduler implements SchedulerLike {
  readonly name: string;
  readonly clock: SchedulerLike;
  /** Every flush and every landing, as it happens. Costs nothing while nobody is subscribed. */
  readonly events$: Observable<SchedulerEvent>;

  /** @internal */
  readonly runQueue = new RunQueue(this);
  /** @internal */
  readonly openBatches: OpenBatches;
  /** @internal */
  readonly events = new Subject<SchedulerEvent>();

  readonly #turn: Tick;
  readonly #quiescence: Tick;
  readonly #host: ActionHost;
  readonly #elsewhere = new WeakMap<object, Set<Elsewhere>>();
  #due: DueRun[] = [];
  #isAdvancingElsewhere = false;

  constructor(config: BatchSchedulerConfig = {}) {
    check('its config', typeof config === 'object' && (config as unknown) !== null, 'an object of options', config);
    const { clock = asyncScheduler, policy = flushAll, name = 'BatchScheduler' } = config;
    check('clock', isScheduler(clock), 'an RxJS scheduler', clock);
    check('policy', typeof policy === 'function', 'a function (flushAll, largestFirst)', policy);
    check('name', typeof name === 'string', 'a string', name);
    this.name = name;
    this.clock = clock;
    this.events$ = this.events.asObservable();
    this.openBatches = new OpenBatches(policy, this.runQueue);
    this.#turn = new Tick({ clock, later: endOfTurn, fire: () => this.#runDue() });
    this.#quiescence = new Tick({ clock, later: quiescence, fire: () => this.#quiet() });
    this.#host = {
      clock,
      soon: (run) => {
        this.#due.push(run);
        this.#turn.arm();
      },
      execute: (work) => this.runQueue.drive(work),
      busy: (description) => this.#busy(description),
    };
  }

  /** The clock's time, in ms. */
  now(): number {
    return this.clock.now();
  }

  /** RxJS's contract: runs `work` after `delay` ms (0: at the end of this turn) until the subscription is closed. */
  schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T): Subscription {
    return new BatchAction(this.#host, work).schedule(state, delay);
  }

  /** Drives all that can go on now, without waiting for quiescence, a window or a hold. */
  flush(): void {
    while (this.advance());
  }

  /**
   * @internal What executions of this scheduler wait for that does not run on it. What was begun in a run of virtual
   * time that is over will never come, so each era has its own.
   */
  get elsewhere(): Set<Elsewhere> {
    const era = currentEra();
    let waited = this.#elsewhere.get(era);
    if (!waited) this.#elsewhere.set(era, (waited = new Set()));
    return waited;
  }

  /** @internal One round of `flush`; false when nothing could go on. */
  advance(): boolean {
    const hadDue = this.#due.length > 0;
    if (hadDue) this.#runDue();
    this.runQueue.drain();
    const hasFlushed = this.runQueue.drive(() => this.openBatches.flushForced());
    this.runQueue.drain();
    if (hasFlushed || hadDue) return true;
    return this.#advanceElsewhere();
  }

  #advanceElsewhere(): boolean {
    // Two schedulers may wait for each other.
    if (this.#isAdvancingElsewhere) return false;
    this.#isAdvancingElsewhere = true;
    try {
      return [...this.elsewhere].some((waited) => waited.advance?.() === true);
    } finally {
      this.#isAdvancingElsewhere = false;
    }
  }

  /** @internal A batch was opened, or what the open ones wait for has changed: look again at quiescence. */
  stir(): void {
    if (!this.openBatches.isEmpty) this.#quiescence.arm();
  }

  #quiet(): void {
    // Under virtual time the end of a turn and quiescence share a frame: what runs soon goes first.
    if (this.#due.length > 0) {
      this.#quiescence.arm();
      return;
    }
    const hasFlushed = this.runQueue.drive(() => this.openBatches.flushReady(this.elsewhere.size > 0));
    if (hasFlushed) this.stir();
  }

  /** As RxJS's AsapScheduler: what is scheduled meanwhile runs next time, and an error drops the rest. */
  #runDue(): void {
    const due = this.#due;
    this.#due = [];
    try {
      for (let run = due.shift(); run; run = due.shift()) {
        const { action, closed } = run;
        if (!closed) this.#host.execute(() => action.run());
      }
    } finally {
      for (const { action, closed } of due) if (!closed) action.unsubscribe();
    }
  }

  #busy(description: string): Subscription {
    const waited: Elsewhere = { describe: () => description };
    const { elsewhere } = this;
    elsewhere.add(waited);
    return new Subscription(() => {
      elsewhere.delete(waited);
      this.stir();
    });
  }
}

const check = (option: string, isRight: boolean, mustBe: string, got: unknown): void => {
  if (!isRight) throw wrong(`BatchScheduler: ${option}`, mustBe, got);
};

const isScheduler = (clock: Partial<SchedulerLike> | null): boolean =>
  typeof clock?.schedule === 'function' && typeof clock.now === 'function';

/** The scheduler of all that names no other. */
export const batchScheduler = new BatchScheduler({ name: 'batchScheduler' });

/** The scheduler of the task that asks, else `batchScheduler`. */
export const currentScheduler = (): BatchScheduler => ambientScheduler() ?? batchScheduler;
