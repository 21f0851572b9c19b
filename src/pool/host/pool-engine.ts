/**
 * The pool engine takes runs, queues them, sends them to threads, and ends them. All decisions are made in one method,
 * `turn`, which runs in a microtask after something has changed, or at once before this thread blocks.
 */
import type { ExternalWaitDescription } from '../../scheduler/contract';
import type { SchedulerState } from '../../scheduler/scheduler-state';
import { blockingPools, blockUntilMessage, type BlockingPool } from './blocking-wait';
import { monotonicNow } from '../../core/platform';
import { CallerStacks } from '../wire/caller-stack';
import { FunctionIds } from './function-ids';
import { KeepAlive } from './keep-alive';
import { WorkerSet, type WorkerSetOwner } from './worker-set';
import { Timers } from '../thread/timers';
import { dispatch } from './dispatch';
import { startNestedCall, type CreateCall } from './nested-call';
import { AbortListeners } from '../../core/abort-listeners';
import { NotificationQueue } from '../../core/notification-queue';
import type { NestedCalls } from '../thread/nested-calls';
import type { WorkerExit, Platform } from '../thread/platform';
import type { PoolOptions } from './pool-config';
import { PoolClosedError, QueueFullError, WorkerCrashError, WorkerStartError } from '../wire/pool-errors';
import { PoolEvents } from './pool-events';
import type { RunEnd, RunHost } from './call-spec';
import type { CallPayload } from '../wire/messages';
import { SharedWaits, type SharedWait } from '../../scheduler/shared-waits';
import { BoundRuns } from './bound-runs';
import { PoolTimes } from './pool-times';
import { TaskQueue } from './task-queue';
import type { TaskRun } from './task-run';
import type { WorkerThread } from '../thread/worker-thread';

export class PoolEngine implements WorkerSetOwner, BlockingPool, RunHost<TaskRun> {
  readonly name: string;
  readonly grace: number;
  readonly timers = new Timers();
  readonly notifications = new NotificationQueue();
  readonly abortListeners = new AbortListeners(this.notifications);
  readonly callerStacks = new CallerStacks(() => this.pending);
  readonly events = new PoolEvents(this);
  readonly functionIds = new FunctionIds();
  readonly workers: WorkerSet;
  /** Number of runs without an outcome. */
  pending = 0;
  readonly ended = { completed: 0, failed: 0, cancelled: 0 };
  isClosed = false;
  isClosedByForce = false;
  isTurnRequested = false;
  /** Called in each turn, after threads have got their tasks. */
  readonly turnListeners = new Set<() => void>();
  readonly #options: PoolOptions;
  readonly #platform: Platform;
  readonly times = new PoolTimes();
  /** The time of the turn, in ms. */
  #now = 0;
  readonly #queue = new TaskQueue<TaskRun>();
  readonly #bound = new BoundRuns(this.notifications);
  readonly #awaitingArguments = new Set<TaskRun>();
  readonly #waits = new SharedWaits(this);
  readonly #createNestedCall: CreateCall;
  readonly #keepAlive: KeepAlive;
  readonly #closeCallbacks: (() => void)[] = [];

  constructor(options: PoolOptions, platform: Platform, createNestedCall: CreateCall) {
    this.#options = options;
    this.#platform = platform;
    this.#createNestedCall = createNestedCall;
    this.name = options.name;
    this.grace = options.grace;
    this.workers = new WorkerSet(this, options, platform);
    this.#keepAlive = new KeepAlive(() => platform.keepProcessAlive());
    this.#closeCallbacks.push(platform.registerPool());
    blockingPools.add(this);
    this.requestTurn();
  }

  get queued(): number {
    return this.#queue.size;
  }

  /** Whether one more run would start soon. */
  get hasRoomForMore(): boolean {
    return (
      this.isClosed || (this.workers.max > 0 && this.pending - this.#awaitingArguments.size < this.workers.capacity)
    );
  }

  /** Whether no run is pending and no thread is busy. A thread can be busy for a while with a cancelled task. */
  get isIdle(): boolean {
    return this.pending === 0 && (this.isClosedByForce || !this.workers.hasTasksInFlight);
  }

  get awaitsMessages(): boolean {
    return this.workers.threads.some(({ awaitsMessage }) => awaitsMessage);
  }

  *runs(): Generator<TaskRun> {
    yield* this.#awaitingArguments;
    yield* this.#queue;
    yield* this.#bound;
    for (const thread of this.workers.threads) yield* thread.slots.tasks;
  }

  *waitDescriptions(state: SchedulerState): Generator<ExternalWaitDescription> {
    for (const { poolWait, waitDescription } of this.runs()) if (poolWait.state === state) yield waitDescription;
  }

  keepProcessAlive(): () => void {
    return this.#platform.keepProcessAlive();
  }

  /** Calls back when nothing keeps the process alive any more, if the pool is not closed by then. */
  onProcessEnd(callback: () => void): void {
    this.#closeCallbacks.push(this.#platform.onProcessEnd(callback));
  }

  /** Counts a new run, until `onRunEnded`. The returned wait is acquired for it. */
  addRun(state: SchedulerState): SharedWait {
    this.pending++;
    const wait = this.#waits.of(state);
    wait.acquire();
    return wait;
  }

  /** Describes the pool to callers that wait for it. */
  describe(): string {
    const paused = this.workers.max === 0 ? '; the pool is paused, since its size is 0' : '';
    const pool = `pool "${this.name}" (${String(this.pending)} unfinished task(s)${paused})`;
    return this.#platform.canBlock ? pool : `${pool}, for which a thread of a browser can't sleep`;
  }

  /** Registers a run that waits for its arguments before it is queued. */
  addAwaitingArguments(run: TaskRun): void {
    if (!run.isOver) this.#awaitingArguments.add(run);
  }

  /** Queues a run that has its arguments. */
  enqueue(run: TaskRun): void {
    this.#awaitingArguments.delete(run);
    if (run.isOver) return;
    const { maxQueue, overflow } = this.#options;
    this.requestTurn();
    run.queuedAt = this.#now;
    if (run.target) {
      this.#bound.add(run, run.target);
      return;
    }
    this.workers.retryStart();
    if (maxQueue !== Infinity && this.#queue.size >= maxQueue + this.workers.vacancies) {
      const isEvicted = overflow === 'evict';
      const dropped = (isEvicted ? this.#queue.shiftLeast() : undefined) ?? run;
      if (dropped !== run) this.#queue.push(run);
      dropped.evict(new QueueFullError(this.name, dropped.name, { maxQueue, isEvicted }));
      return;
    }
    // A nested call goes first: a running task waits for it.
    if (run.isNested) this.#queue.unshift(run);
    else this.#queue.push(run);
  }

  /** Counts the wait of a run that is sent to a thread. */
  onRunSent(run: TaskRun): void {
    this.times.addWait(Math.max(0, this.#now - run.queuedAt));
  }

  onFirstTaskEnded(): void {
    this.workers.onWorkerReady();
  }

  removeFromQueue(run: TaskRun): void {
    this.#queue.remove(run);
  }

  onRunEnded(run: TaskRun, how: RunEnd): void {
    this.ended[how]++;
    this.#awaitingArguments.delete(run);
    if (--this.pending === this.#awaitingArguments.size) this.requestTurn();
  }

  resize(min: number, max: number): void {
    this.workers.resize(min, max);
    this.requestTurn();
  }

  /** Refuses further work. The process stays alive until the pool has closed. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#closeCallbacks.push(this.keepProcessAlive());
  }

  /** Fails all runs and ends the threads. */
  closeByForce(): void {
    this.isClosedByForce = true;
    const all = [...this.runs()];
    for (const run of all) this.#queue.remove(run);
    this.notifications.notifyEach(all, (run) => {
      run.evict(new PoolClosedError(this.name, run.name, { isStopped: true }));
    });
    this.workers.closeByForce();
  }

  /** Called when all runs and threads of a closed pool have ended. */
  onClosed(): void {
    blockingPools.delete(this);
    for (const callback of this.#closeCallbacks.splice(0)) callback();
    this.events.complete();
  }

  /** Blocks until something has changed. Returns false if nothing can change. */
  advance(): boolean {
    return blockUntilMessage(this.#platform);
  }

  requestTurn(): void {
    if (this.isTurnRequested) return;
    this.isTurnRequested = true;
    this.#now = monotonicNow();
    void Promise.resolve().then(() => {
      if (this.isTurnRequested) this.turn();
    });
  }

  requeue(runs: readonly TaskRun[]): void {
    // A cancelled run is not sent again: it may have ended on its thread, and its result be lost with that thread.
    const newestFirst = runs.filter(({ isOver }) => !isOver).sort((one, other) => other.number - one.number);
    for (const run of newestFirst) {
      run.onRequeued();
      this.#queue.unshift(run);
    }
    this.requestTurn(); // their thread ends, and another may have to be started
  }

  startNestedCall(calls: NestedCalls, id: number, payload: CallPayload): (reason: unknown) => void {
    return startNestedCall(calls, id, payload, this.#createNestedCall);
  }

  onFault(thread: WorkerThread<TaskRun>, error: unknown): void {
    const { isActive } = thread;
    this.events.next({ type: 'fault', thread: thread.id, error });
    thread.retire();
    // A fault before the first task comes from the start of the thread, and the next thread would have it too.
    if (isActive && !thread.hasWorked) this.workers.onStartFailed(error);
    this.requestTurn();
  }

  onInitFailed(thread: WorkerThread<TaskRun>, error: unknown): void {
    this.events.next({ type: 'fault', thread: thread.id, error });
    thread.kill();
    this.workers.onStartFailed(error);
    this.#bound.evict(thread, (run) => new WorkerStartError(this.name, run.name, error));
  }

  onExit(thread: WorkerThread<TaskRun>, exit: WorkerExit): void {
    this.times.addEndedThread(thread);
    this.workers.onExit(thread, exit);
    this.requestTurn();
    this.#bound.evict(thread, (run) => new WorkerCrashError(run.name, exit.kind, exit));
  }

  onNoWorkers(cause: unknown): void {
    evictAll(this.#queue, (run) => new WorkerStartError(this.name, run.name, cause));
  }

  turn(): void {
    this.isTurnRequested = false;
    this.#now = monotonicNow();
    this.callerStacks.startTurn();
    this.notifications.deliverPending();
    const { workers, turnListeners } = this;
    // The queue of a pool that is closed while its size is 0 would wait for ever.
    if (this.isClosed && workers.max === 0)
      evictAll(this.#queue, (run) => new PoolClosedError(this.name, run.name, { isStopped: true, isPaused: true }));
    for (const thread of [...workers.threads]) thread.readMessages();
    // A thread that is to be recycled runs the calls that are bound to it first.
    this.#bound.sendReady();
    for (const thread of [...workers.threads]) thread.recycleIfDue();
    workers.ensureWorkers(this.#queue.size);
    dispatch(this.#queue, workers.threads);
    // A listener may remove another one, which is then not called.
    if (turnListeners.size > 0) for (const listener of [...turnListeners]) if (turnListeners.has(listener)) listener();
    for (const thread of workers.threads) thread.flush();
    workers.retireIdle();
    this.#keepAlive.update(this.#goesOn);
  }

  /**
   * Whether there is work that goes on by itself; not runs without their arguments, nor runs of a paused pool, unless one of
   * them has a time limit.
   */
  get #goesOn(): boolean {
    const { max, hasTasksInFlight, isTearingDown } = this.workers;
    if (isTearingDown) return true;
    if (this.pending <= this.#awaitingArguments.size) return false;
    return max > 0 || hasTasksInFlight || this.timers.msUntilNext < Infinity;
  }
}

/** Empties the queue and fails its runs. */
function evictAll(queue: TaskQueue<TaskRun>, errorOf: (run: TaskRun) => Error): void {
  for (let run = queue.shift(); run; run = queue.shift()) run.evict(errorOf(run));
}
