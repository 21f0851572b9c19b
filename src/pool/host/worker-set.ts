/**
 * The worker set is the threads of a pool. It decides how many there are, when one is started, and when one may end. A
 * thread that does not start is retried a few times, and then after a pause.
 */
import type { Subject } from 'rxjs';
import type { WorkerExit, Platform } from '../thread/platform';
import type { PoolOptions } from './pool-config';
import { exitEvent, spawnEvent, type PoolEvent } from './pool-events';
import type { TaskRun } from './task-run';
import type { ThreadOwner } from '../thread/thread-task';
import { WorkerThread } from '../thread/worker-thread';
import type { Timer, Timers } from '../thread/timers';

/** Waiting tasks fail after this number of failed starts in a row. */
const MAX_START_FAILURES = 3;
/** The pause before the next try then. It doubles with each further failure. */
const BACKOFF_MS = 1_000;
const MAX_BACKOFF_MS = 60_000;

export interface WorkerSetOwner extends ThreadOwner<TaskRun, WorkerThread<TaskRun>> {
  readonly timers: Timers;
  /** Called when no thread can be started. */
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
  #startFailures = 0;
  #backoff: Timer | undefined;
  #startFailure: { readonly cause: unknown } | undefined;
  /** The next pause, in ms. */
  #pause = BACKOFF_MS;
  #isClosed = false;
  readonly #idleTimers = new Map<WorkerThread<TaskRun>, Timer>();

  constructor(owner: WorkerSetOwner, options: PoolOptions, platform: Platform) {
    this.#owner = owner;
    this.#options = options;
    this.#platform = platform;
    this.min = options.min;
    this.max = options.max;
  }

  /** The threads that are ready or starting. */
  get activeWorkers(): WorkerThread<TaskRun>[] {
    return this.threads.filter(({ isActive }) => isActive);
  }

  /** Number of tasks that threads can take now, or will take as soon as they have started. */
  get vacancies(): number {
    const { activeWorkers } = this;
    const ready = activeWorkers.filter(({ state }) => state === 'ready').length;
    return activeWorkers.reduce((sum, { freeCredits }) => sum + freeCredits, 0) + Math.max(0, this.max - ready);
  }

  /** Number of tasks that keep all threads busy. */
  get capacity(): number {
    return this.activeWorkers.reduce((sum, { prefetch }) => sum + prefetch.credits, 0) || this.max;
  }

  get readyWorkers(): WorkerThread<TaskRun>[] {
    return this.threads.filter(({ state }) => state === 'ready');
  }

  /** Why no thread can be started, until the next try; undefined while that is not known. */
  get startFailure(): { readonly cause: unknown } | undefined {
    return this.#backoff && this.#startFailure;
  }

  get hasTasksInFlight(): boolean {
    return this.threads.some(({ inFlight }) => inFlight > 0);
  }

  get isTearingDown(): boolean {
    return this.threads.some(({ state }) => state === 'tearing-down');
  }

  resize(min: number, max: number): void {
    this.min = min;
    this.max = max;
    this.#resetBackoff();
    const leastLoadedFirst = this.activeWorkers.sort((one, other) => one.inFlight - other.inFlight);
    for (const thread of leastLoadedFirst.slice(0, Math.max(0, leastLoadedFirst.length - max))) thread.retire();
  }

  /** Starts the threads that `queued` waiting tasks need. */
  ensureWorkers(queued: number): void {
    while (this.#needsMore(queued) && this.#startWorker());
  }

  /** Decided anew before each start: a listener of the spawn event may close or resize the pool, or block. */
  #needsMore(queued: number): boolean {
    if (this.#isClosed || this.#backoff) return false;
    const { activeWorkers } = this;
    const active = activeWorkers.length;
    const starting = activeWorkers.filter(({ state }) => state === 'starting').length;
    const idle = activeWorkers.filter(({ isIdle }) => isIdle).length;
    return active < Math.min(this.max, Math.max(this.min, active + queued - starting - idle));
  }

  /** Retires threads beyond `min` that have been idle for `idleTimeout` ms. */
  retireIdle(): void {
    if (this.#options.idleTimeout === Infinity || this.min === this.max) return;
    let surplus = this.activeWorkers.length - this.min;
    for (const thread of this.threads) {
      const isSurplus = thread.isIdle && surplus-- > 0;
      const timer = this.#idleTimers.get(thread);
      if (isSurplus && !timer)
        this.#idleTimers.set(
          thread,
          this.#owner.timers.set(this.#options.idleTimeout, () => this.#onIdleTimeout(thread)),
        );
      if (!isSurplus && timer) this.#clearIdleTimer(thread);
    }
  }

  /** Called when a thread has proved able to run tasks. */
  onWorkerReady(): void {
    this.#startFailures = 0;
    this.#pause = BACKOFF_MS;
  }

  /** Called when a thread could not start, or ended before it ran a task. */
  onStartFailed(cause: unknown): void {
    if (++this.#startFailures < MAX_START_FAILURES) return;
    this.#startFailure = { cause };
    if (!this.#backoff) {
      this.#backoff = this.#owner.timers.set(this.#pause, () => {
        this.#resetBackoff(MAX_START_FAILURES - 1);
        this.#owner.requestTurn();
      });
      this.#pause = Math.min(MAX_BACKOFF_MS, 2 * this.#pause);
    }
    if (this.activeWorkers.length === 0) this.#owner.onNoWorkers(cause);
  }

  /** Gives a new task one more try to start a thread, before the pause is over. */
  retryStart(): void {
    if (this.#backoff && this.activeWorkers.length === 0) this.#resetBackoff(MAX_START_FAILURES - 1);
  }

  onExit(thread: WorkerThread<TaskRun>, exit: WorkerExit): void {
    const index = this.threads.indexOf(thread);
    if (index >= 0) this.threads.splice(index, 1);
    this.#clearIdleTimer(thread);
    this.#owner.events.next(exitEvent(thread.id, exit));
    // A thread that exits by itself without having run a task would do so again.
    if (exit.kind !== 'killed' && !thread.hasWorked)
      this.onStartFailed(exit.cause ?? new Error(`A thread ended: ${exit.kind} ${exit.exitCode ?? ''}`.trim()));
    else if (exit.kind !== 'killed') this.onWorkerReady();
  }

  /** Ends the threads after their tasks, and starts no more. */
  close(): void {
    this.#stopStarting();
    for (const thread of [...this.threads]) thread.retire();
  }

  /** Ends the threads at once. */
  closeByForce(): void {
    this.#stopStarting();
    for (const thread of [...this.threads]) thread.kill();
  }

  #stopStarting(): void {
    this.#isClosed = true;
    this.#resetBackoff();
    for (const thread of this.#idleTimers.keys()) this.#clearIdleTimer(thread);
  }

  /** Returns false if no thread could be started. */
  #startWorker(): boolean {
    const id = ++this.#lastId;
    const { name, lifecycle, threads, concurrency, maxTasksPerThread, maxHeapMbPerThread } = this.#options;
    try {
      const limits = { concurrency, maxTasksPerThread, maxHeapMbPerThread };
      const plan = { name: `${name} ${String(id)}`, lifecycle, limits, options: threads };
      const thread = new WorkerThread<TaskRun>(id, this.#owner, { platform: this.#platform, plan });
      this.threads.push(thread);
      this.#owner.events.next(spawnEvent(thread.id));
      return true;
    } catch (error) {
      this.onStartFailed(error);
      this.#owner.requestTurn();
      return false;
    }
  }

  #onIdleTimeout(thread: WorkerThread<TaskRun>): void {
    this.#idleTimers.delete(thread);
    if (thread.isIdle) thread.retire();
  }

  #clearIdleTimer(thread: WorkerThread<TaskRun>): void {
    this.#owner.timers.clear(this.#idleTimers.get(thread));
    this.#idleTimers.delete(thread);
  }

  #resetBackoff(startFailures = 0): void {
    this.#owner.timers.clear(this.#backoff);
    this.#backoff = undefined;
    this.#startFailures = startFailures;
  }
}
