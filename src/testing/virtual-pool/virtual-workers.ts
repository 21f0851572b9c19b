/**
 * The workers and the queue of a virtual pool, in one time domain. Queued tasks get a free worker first in, first out, at
 * the end of the turn in which one of them changed, as on threads; that is the same frame of virtual time.
 */
import type { Subject } from 'rxjs';
import { reportUnhandled } from '../../core/rx';
import { Histogram } from '../../core/histogram';
import { TaskQueue } from '../../pool/host/task-queue';
import { PoolClosedError, QueueFullError } from '../../pool/wire/pool-errors';
import { exitEvent, spawnEvent, type PoolEvent, type PoolStats } from '../../pool/host/pool-events';
import { SharedWaits, type SharedWait } from '../../scheduler/shared-waits';
import type { DueRun } from '../../scheduler/batch-action';
import type { SchedulerState } from '../../scheduler/scheduler-state';
import { Fifo } from '../../core/fifo';
import { endOfTurn, Tick } from '../../scheduler/tick';
import type { VirtualPoolOptions } from './virtual-pool-config';
import type { RunOutcome, VirtualRun, VirtualRunHost } from './virtual-run';

/** Maximum number of actions of the pool's scheduler in one turn, so that endless actions do not block other code. */
const MAX_ACTIONS_PER_TURN = 1_024;

/** The state of a pool that is common to all time domains. */
export interface VirtualPoolState {
  readonly options: VirtualPoolOptions;
  readonly events: Subject<PoolEvent>;
  size: number;
  isClosed: boolean;
  /** Whether the pool was closed with `force`, or after its close timeout. */
  isTerminated: boolean;
}

export class VirtualWorkers implements VirtualRunHost {
  completed = 0;
  failed = 0;
  cancelled = 0;
  readonly #backlog = new TaskQueue<VirtualRun>();
  readonly #waits = new Histogram();
  readonly #runTimes = new Histogram();
  readonly #madeAt: number;
  /** All runs without an outcome: waiting for arguments, waiting for a worker, or running. */
  readonly #runs = new Set<VirtualRun>();
  /** Actions of the pool's scheduler that wait for a free worker. */
  readonly #dueActions = new Fifo<DueRun>();
  readonly #quietCallbacks = new Set<() => void>();
  readonly #poolWaits = new SharedWaits(this);
  readonly #tick: Tick;
  #busy = 0;
  #activeWorkers = 0;
  #isClosed = false;

  constructor(readonly pool: VirtualPoolState) {
    this.#madeAt = pool.options.clock.now();
    this.#tick = new Tick({ clock: pool.options.clock, later: endOfTurn, fire: () => this.#turn() });
  }

  get stats(): PoolStats {
    const { completed, failed, cancelled } = this;
    const threads = this.#isClosed ? 0 : Math.max(this.pool.size, this.#busy);
    const idle = threads - this.#busy;
    const { distribution: runTime } = this.#runTimes;
    const ms = (this.pool.options.clock.now() - this.#madeAt) * threads;
    return {
      threads,
      idle,
      queued: this.#backlog.size,
      running: this.#busy,
      completed,
      failed,
      cancelled,
      utilization: ms > 0 ? Math.min(1, runTime.sum / ms) : 0,
      waitTime: this.#waits.distribution,
      runTime,
    };
  }

  get isQuiet(): boolean {
    return this.#runs.size === 0;
  }

  requestTurn(): void {
    this.#tick.arm();
  }

  /** Adds a run, and registers the pool as an external wait of its scheduler. */
  add(run: VirtualRun, schedulerState: SchedulerState): SharedWait {
    this.#runs.add(run);
    const poolWait = this.#poolWaits.of(schedulerState);
    poolWait.acquire();
    return poolWait;
  }

  /** Queues a run whose arguments have arrived. */
  enqueue(run: VirtualRun): void {
    const { maxQueue, overflow, name } = this.pool.options;
    const freeWorkers = Math.max(0, this.pool.size - this.#busy);
    run.queuedAt = this.pool.options.clock.now();
    // A running task waits for a nested one, so it precedes the others.
    if (run.isNested) this.#backlog.unshift(run);
    else this.#backlog.push(run);
    this.requestTurn();
    if (run.isNested || this.#backlog.size <= maxQueue + freeWorkers) return;
    const isEvicted = overflow === 'evict';
    const rejected = isEvicted ? this.#backlog.shiftLeast() : run;
    rejected?.reject(new QueueFullError(name, rejected.name, { maxQueue, isEvicted }));
  }

  /** Removes a run that has ended, and frees its worker. */
  remove(run: VirtualRun, { how, hadWorker }: { readonly how: RunOutcome; readonly hadWorker: boolean }): void {
    this[how]++;
    this.#runs.delete(run);
    this.#backlog.remove(run);
    if (hadWorker) {
      this.#busy--;
      this.#runTimes.add(this.pool.options.clock.now() - run.startedAt);
    }
    this.requestTurn();
  }

  /** Frees the worker of a task that waits for a nested task. The returned function takes the worker back. */
  lendWorker(): () => void {
    this.#busy--;
    this.requestTurn();
    return () => {
      this.#busy++;
    };
  }

  /** Queues a due action of the pool's scheduler until a worker is free. */
  enqueueAction(action: DueRun): void {
    this.#dueActions.push(action);
    this.requestTurn();
  }

  /** Calls `onQuiet` once, when the pool has no runs. */
  whenQuiet(onQuiet: () => void): void {
    this.#quietCallbacks.add(onQuiet);
    this.#notifyIfQuiet();
  }

  /** Fails all runs with a `PoolClosedError`. */
  terminate(): void {
    const { name } = this.pool.options;
    for (const run of [...this.#runs]) run.reject(new PoolClosedError(name, run.name, { isStopped: true }));
    this.#notifyIfQuiet();
  }

  /** Reports the exit of all virtual workers. */
  onClosed(): void {
    this.#isClosed = true;
    this.#ensureWorkers(0);
  }

  describe(): string {
    const { name } = this.pool.options;
    const paused = this.pool.size === 0 ? '; the pool is paused, since its size is 0' : '';
    return `virtual pool "${name}" (${String(this.#runs.size)} unfinished task(s)${paused}), whose clock does not advance during the wait`;
  }

  /** Starts tasks and actions without the event loop; the clock does not advance. Returns whether one could start. */
  advance(): boolean {
    const canStart =
      (this.#backlog.size > 0 && this.#busy < this.pool.size) || (this.#dueActions.length > 0 && this.#hasFreeWorker);
    if (canStart) this.#turn();
    return canStart;
  }

  get #hasFreeWorker(): boolean {
    return this.pool.isClosed || this.#busy + this.#backlog.size < this.pool.size;
  }

  #turn(): void {
    this.#ensureWorkers(Math.max(this.pool.size, this.#busy));
    for (let next = this.#nextRun(); next; next = this.#nextRun()) {
      this.#busy++;
      next.startedAt = this.pool.options.clock.now();
      this.#waits.add(next.startedAt - next.queuedAt);
      next.start();
    }
    for (let count = 0; count < MAX_ACTIONS_PER_TURN && this.#dueActions.length > 0 && this.#hasFreeWorker; count++) {
      const due = this.#dueActions.shift();
      if (due && !due.closed) this.#runAction(due);
    }
    if (this.#dueActions.length > 0 && this.#hasFreeWorker) this.requestTurn();
    this.#notifyIfQuiet();
  }

  #nextRun(): VirtualRun | undefined {
    return this.#busy < this.pool.size ? this.#backlog.shift() : undefined;
  }

  /** Runs an action. Its error is reported, and does not stop the pool. */
  #runAction({ action }: DueRun): void {
    try {
      action.run();
    } catch (error) {
      reportUnhandled(error);
    }
  }

  #ensureWorkers(count: number): void {
    const { events, isClosed } = this.pool;
    while (this.#activeWorkers < count && !isClosed) events.next(spawnEvent(++this.#activeWorkers));
    while (this.#activeWorkers > count) events.next(exitEvent(this.#activeWorkers--));
  }

  #notifyIfQuiet(): void {
    if (!this.isQuiet) return;
    for (const onQuiet of [...this.#quietCallbacks]) if (this.#quietCallbacks.delete(onQuiet)) onQuiet();
  }
}
