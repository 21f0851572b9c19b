/**
 * The threads of a pool: how many there are, when one is started, and when one may go. One that will not start is tried
 * again, but not for ever.
 */
import type { Subject } from 'rxjs';
import type { WorkerExit, Platform } from '../thread/platform';
import type { PoolOptions } from './pool-config';
import { changeOf, type PoolEvent } from './pool-events';
import type { TaskRun } from './task-run';
import type { ThreadOwner } from '../thread/thread-task';
import { WorkerThread } from '../thread/worker-thread';
import type { Timer, Timers } from '../thread/timers';

/** After so many that did not start in a row, whoever waits is told. */
const MOST_FAILURES = 3;
/** In ms: then another is tried after so long. */
const BACKOFF_MS = 1_000;

export interface WorkerSetOwner extends ThreadOwner<TaskRun, WorkerThread<TaskRun>> {
  readonly timers: Timers;
  /** No thread can be had. */
  onNoWorkers(cause: unknown): void;
  readonly events: Subject<PoolEvent>;
}

export class WorkerSet {
  min: number;
  max: number;
  readonly threads: WorkerThread<TaskRun>[] = [];
  readonly #owner: WorkerSetOwner;
  readonly #platform: Platform;
  readonly #options: PoolOptions;
  #lastId = 0;
  #failures = 0;
  #backoff: Timer | undefined;
  #isClosed = false;
  readonly #idle = new Map<WorkerThread<TaskRun>, Timer>();

  constructor(owner: WorkerSetOwner, options: PoolOptions, platform: Platform) {
    this.#owner = owner;
    this.#options = options;
    this.#platform = platform;
    this.min = options.min;
    this.max = options.max;
  }

  /** Those that work, or will in a moment. */
  get activeWorkers(): WorkerThread<TaskRun>[] {
    return this.threads.filter(({ state }) => state === 'starting' || state === 'ready');
  }

  /** Requests that need not stay in the queue, since a thread has room for them, or will be there. */
  get vacancies(): number {
    const { activeWorkers: hired } = this;
    const ready = hired.filter(({ state }) => state === 'ready').length;
    return hired.reduce((sum, { freeCredits: room }) => sum + room, 0) + Math.max(0, this.max - ready);
  }

  /** So many requests keep all threads busy. */
  get capacity(): number {
    return this.activeWorkers.reduce((sum, { prefetch: pace }) => sum + pace.credits, 0) || this.max;
  }

  get isAtWork(): boolean {
    return this.threads.some(({ inFlight }) => inFlight > 0);
  }

  resize(min: number, max: number): void {
    this.min = min;
    this.max = max;
    this.#resetBackoff();
    const surplus = this.activeWorkers.sort((one, other) => one.inFlight - other.inFlight);
    for (const thread of surplus.slice(0, Math.max(0, surplus.length - max))) thread.retire();
  }

  /** As many threads as there should be while so many tasks wait. */
  ensureWorkers(waiting: number): void {
    while (this.#isShort(waiting) && this.#startWorker());
  }

  /** Asked anew for each: whoever hears of one may close, resize or block. */
  #isShort(waiting: number): boolean {
    if (this.#isClosed || this.#backoff) return false;
    const { activeWorkers: hired } = this;
    const starting = hired.filter(({ state }) => state === 'starting').length;
    const idle = hired.filter(({ isIdle }) => isIdle).length;
    return hired.length < Math.min(this.max, Math.max(this.min, hired.length + waiting - starting - idle));
  }

  /** Whoever has nothing to do, and is not needed, goes after a while. */
  watchIdle(): void {
    if (this.#options.idleTimeout === Infinity || this.min === this.max) return;
    let spare = this.activeWorkers.length - this.min;
    for (const thread of this.threads) {
      const isSpare = thread.isIdle && spare-- > 0;
      const deadline = this.#idle.get(thread);
      if (isSpare && !deadline)
        this.#idle.set(
          thread,
          this.#owner.timers.set(this.#options.idleTimeout, () => this.#retireIdle(thread)),
        );
      if (!isSpare && deadline) this.#stay(thread);
    }
  }

  /** It is fit for work. */
  onWorkerReady(): void {
    this.#failures = 0;
  }

  /** A thread could not begin, or was not fit for work. */
  onStartFailed(cause: unknown): void {
    if (++this.#failures < MOST_FAILURES) return;
    this.#backoff ??= this.#owner.timers.set(BACKOFF_MS, () => {
      this.#resetBackoff();
      this.#owner.requestTurn();
    });
    if (this.activeWorkers.length === 0) this.#owner.onNoWorkers(cause);
  }

  /** Somebody new asks: it is worth another try. */
  retryStart(): void {
    if (this.#backoff && this.activeWorkers.length === 0) this.#resetBackoff(MOST_FAILURES - 1);
  }

  onExit(thread: WorkerThread<TaskRun>, death: WorkerExit): void {
    const index = this.threads.indexOf(thread);
    if (index >= 0) this.threads.splice(index, 1);
    this.#stay(thread);
    this.#owner.events.next(changeOf('exit', thread.id, death));
    // One that ends by itself, and has done nothing, would do so again.
    if (death.kind !== 'killed' && !thread.hasWorked)
      this.onStartFailed(death.cause ?? new Error(`A thread ended: ${death.kind} ${death.exitCode ?? ''}`.trim()));
    else if (death.kind !== 'killed') this.onWorkerReady();
  }

  close(): void {
    this.#isClosed = true;
    this.#resetBackoff();
    for (const thread of this.#idle.keys()) this.#stay(thread);
    for (const thread of [...this.threads]) thread.kill();
  }

  /** False if none could be started. */
  #startWorker(): boolean {
    const id = ++this.#lastId;
    const { name, init, threads } = this.#options;
    try {
      const plan = { name: `${name} ${String(id)}`, init, options: threads };
      const thread = new WorkerThread<TaskRun>(id, this.#owner, { platform: this.#platform, plan });
      this.threads.push(thread);
      this.#owner.events.next(changeOf('spawn', thread.id));
      return true;
    } catch (error) {
      this.onStartFailed(error);
      this.#owner.requestTurn();
      return false;
    }
  }

  #retireIdle(thread: WorkerThread<TaskRun>): void {
    this.#idle.delete(thread);
    if (thread.isIdle) thread.retire();
  }

  #stay(thread: WorkerThread<TaskRun>): void {
    this.#owner.timers.clear(this.#idle.get(thread));
    this.#idle.delete(thread);
  }

  #resetBackoff(failures = 0): void {
    this.#owner.timers.clear(this.#backoff);
    this.#backoff = undefined;
    this.#failures = failures;
  }
}
