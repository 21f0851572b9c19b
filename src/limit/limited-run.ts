/** A limited run is one call in a limiter: it waits in the queue of its key, holds its slots while it runs, and is released once. */
import type { HeapItem } from '../core/indexed-heap';
import type { EndOutcome, ObservedScheduler } from '../scheduler/instrumentation';
import type { SchedulerState } from '../scheduler/scheduler-state';
import type { Waiter } from '../scheduler/waiter';
import type { CallOptions } from './limited-call';

/** A concurrency that a call needs slots of, with the calls that hold its slots. */
export interface SlotBound {
  readonly concurrency: number;
  /** The slots that have to come free: for the call, and for each call that has its turn before. */
  readonly needed: number;
  readonly holders: readonly LimitedRun[];
}

/** What a run asks of its dispatcher. */
export interface LimitedRunHost {
  /** Queues a new run, starts it where the bounds allow it, or rejects it. */
  enqueue(run: LimitedRun): void;
  /** Takes a waiting run without a subscriber out of its queue. */
  leave(run: LimitedRun): void;
  /** Frees what a started run holds. */
  release(run: LimitedRun, outcome: EndOutcome): void;
  /** Starts every call that may start now. Called when the subscriber of a failed call has its error. */
  dispatch(): void;
  /** Moves a waiting run to the place of its priority. */
  reorder(run: LimitedRun): void;
  /** Describes what a run waits for, or that it runs, without its key, which may be private data of users. */
  describeRun(run: LimitedRun): string;
  slotBounds(run: LimitedRun): SlotBound[];
}

export abstract class LimitedRun implements HeapItem, Waiter {
  heapIndex = -1;
  phase: 'new' | 'waiting' | 'started' | 'ended' = 'new';
  priority: number;
  /** The order among the calls of a key: higher first, then by `sequence`. */
  rank = 0;
  sequence = 0;
  /** Times of the limiter's clock. */
  queuedAt = 0;
  startedAt = 0;
  /** Slots of the limiter in use when the run started, its own included. */
  slotsAtStart = 0;
  /** The waiting runs made by this one, and the runs that made this one while it waits. */
  inner: Set<LimitedRun> | undefined;
  outer: readonly LimitedRun[] | undefined;

  constructor(
    readonly host: LimitedRunHost,
    readonly key: unknown,
    readonly options: CallOptions,
    /** The state of the scheduler whose tasks wait for the call. */
    readonly schedulerState: SchedulerState,
  ) {
    this.priority = options.priority;
  }

  abstract readonly parent: Waiter | undefined;

  /** The scheduler whose clock traces have for the call. */
  abstract readonly scheduler: ObservedScheduler;

  /** Begins the work, which holds its slots already. Called when the state of the limiter is consistent. */
  abstract start(): void;

  /** Ends a run that does not start. */
  abstract reject(error: unknown): void;
}
