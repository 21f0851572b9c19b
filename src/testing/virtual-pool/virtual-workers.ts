/**
 * The workers of a virtual pool, in one era of time: who waits for one, first in, first out, and who has one. Decided, as
 * on threads, at the end of the turn in which something has changed; which is the same frame of virtual time.
 */
import type { Subject } from 'rxjs';
import { reportUnhandled } from '../../core/rx';
import { TaskQueue } from '../../pool/host/task-queue';
import { PoolClosedError, QueueFullError } from '../../pool/wire/pool-errors';
import { changeOf, type PoolEvent, type PoolStats } from '../../pool/host/pool-events';
import { PoolWaits, type PoolWait } from '../../pool/host/pool-waits';
import type { DueRun } from '../../scheduler/batch-action';
import type { SchedulerState } from '../../scheduler/scheduler-state';
import { Fifo } from '../../core/fifo';
import { endOfTurn, Tick } from '../../scheduler/tick';
import type { VirtualPoolOptions } from './virtual-pool-config';
import type { VirtualRun } from './virtual-run';

/** So many actions of the pool's scheduler may bring nothing before others have their turn. */
const MOST = 1_024;

/** What all workers of a pool share, in every era. */
export interface VirtualPoolState {
  readonly options: VirtualPoolOptions;
  readonly events: Subject<PoolEvent>;
  size: number;
  isClosed: boolean;
  /** It was closed by force. */
  isCut: boolean;
}

export class VirtualWorkers {
  completed = 0;
  failed = 0;
  cancelled = 0;
  readonly #backlog = new TaskQueue<VirtualRun>();
  /** All that has no outcome yet: waiting for arguments, for a worker, or at work. */
  readonly #runs = new Set<VirtualRun>();
  /** Actions of the pool's scheduler that wait for room. */
  readonly #due = new Fifo<DueRun>();
  readonly #whenQuiet = new Set<() => void>();
  readonly #presences = new PoolWaits(this);
  readonly #tick: Tick;
  #busy = 0;
  #activeWorkers = 0;
  #isGone = false;

  constructor(readonly pool: VirtualPoolState) {
    this.#tick = new Tick({ clock: pool.options.clock, later: endOfTurn, fire: () => this.#turn() });
  }

  get stats(): PoolStats {
    const { completed, failed, cancelled } = this;
    const threads = this.#isGone ? 0 : Math.max(this.pool.size, this.#busy);
    const idle = threads - this.#busy;
    return { threads, idle, queued: this.#backlog.size, running: this.#busy, completed, failed, cancelled };
  }

  get isQuiet(): boolean {
    return this.#runs.size === 0;
  }

  requestTurn(): void {
    this.#tick.arm();
  }

  entered(run: VirtualRun, era: SchedulerState): PoolWait {
    this.#runs.add(run);
    const presence = this.#presences.in(era);
    presence.enter();
    return presence;
  }

  /** It has its arguments. */
  enqueue(run: VirtualRun): void {
    const { maxQueue, overflow, name } = this.pool.options;
    const vacancies = Math.max(0, this.pool.size - this.#busy);
    // Others wait already for one that belongs to a task at work.
    if (run.isNested) this.#backlog.unshift(run);
    else this.#backlog.push(run);
    this.requestTurn();
    if (run.isNested || this.#backlog.size <= maxQueue + vacancies) return;
    const isEvicted = overflow === 'evict';
    const loser = isEvicted ? this.#backlog.first : run;
    loser?.evict(new QueueFullError(name, loser.name, { maxQueue, isEvicted }));
  }

  left(run: VirtualRun, { how, hadWorker }: { readonly how: Ending; readonly hadWorker: boolean }): void {
    this[how]++;
    this.#runs.delete(run);
    this.#backlog.remove(run);
    if (hadWorker) this.#busy--;
    this.requestTurn();
  }

  /** While a task waits for another that it has begun, its worker is free. */
  lend(): () => void {
    this.#busy--;
    this.requestTurn();
    return () => {
      this.#busy++;
    };
  }

  /** An action of the pool's scheduler waits for room. */
  push(due: DueRun): void {
    this.#due.push(due);
    this.requestTurn();
  }

  whenQuiet(tell: () => void): void {
    this.#whenQuiet.add(tell);
    this.#tellIfQuiet();
  }

  /** Fails what is left. */
  cut(): void {
    const { name } = this.pool.options;
    for (const run of [...this.#runs]) run.evict(new PoolClosedError(name, run.name, { isCut: true }));
    this.#tellIfQuiet();
  }

  /** Its threads are gone. */
  onClosed(): void {
    this.#isGone = true;
    this.#ensureWorkers(0);
  }

  describe(): string {
    const { name } = this.pool.options;
    const parked = this.pool.size === 0 ? ', parked, as its size is 0' : '';
    return `virtual pool "${name}" (${String(this.#runs.size)} task(s) under way${parked}), whose clock stands still meanwhile`;
  }

  /** Without the event loop: what has a worker now begins; time does not go on. */
  advance(): boolean {
    const canBegin = (this.#backlog.size > 0 && this.#busy < this.pool.size) || (this.#due.length > 0 && this.#hasRoom);
    if (canBegin) this.#turn();
    return canBegin;
  }

  get #hasRoom(): boolean {
    return this.pool.isClosed || this.#busy + this.#backlog.size < this.pool.size;
  }

  #turn(): void {
    this.#ensureWorkers(Math.max(this.pool.size, this.#busy));
    for (let next = this.#next(); next; next = this.#next()) {
      this.#busy++;
      next.start();
    }
    for (let count = 0; count < MOST && this.#due.length > 0 && this.#hasRoom; count++) {
      const due = this.#due.shift();
      if (due && !due.closed) this.#run(due);
    }
    if (this.#due.length > 0 && this.#hasRoom) this.requestTurn();
    this.#tellIfQuiet();
  }

  #next(): VirtualRun | undefined {
    return this.#busy < this.pool.size ? this.#backlog.shift() : undefined;
  }

  /** What it throws is not the pool's, which must go on. */
  #run({ action }: DueRun): void {
    try {
      action.run();
    } catch (error) {
      reportUnhandled(error);
    }
  }

  #ensureWorkers(count: number): void {
    const { events, isClosed } = this.pool;
    while (this.#activeWorkers < count && !isClosed) events.next(changeOf('spawn', ++this.#activeWorkers));
    while (this.#activeWorkers > count) events.next(changeOf('exit', this.#activeWorkers--));
  }

  #tellIfQuiet(): void {
    if (!this.isQuiet) return;
    for (const tell of [...this.#whenQuiet]) if (this.#whenQuiet.delete(tell)) tell();
  }
}

export type Ending = 'completed' | 'failed' | 'cancelled';
