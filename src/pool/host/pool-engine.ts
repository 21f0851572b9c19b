/**
 * What a pool does: requests come in, wait, go to threads, and end. Everything is decided in one place, `turn`, which
 * runs at the end of the turn in which something has changed, or at once where this thread is about to sleep.
 */
import type { SchedulerState } from '../../scheduler/scheduler-state';
import { AbortSignals } from './abort-signals';
import { blockingPools, blockUntilMessage, type BlockingPool } from './blocking-wait';
import { TaskQueue } from './task-queue';
import { CallerStacks } from '../wire/caller-stack';
import { WorkerSet, type WorkerSetOwner } from './worker-set';
import { Timers } from '../thread/timers';
import { dispatch } from './dispatch';
import { FunctionIds } from './function-ids';
import { NotificationQueue } from '../../core/notification-queue';
import type { NestedCalls } from '../thread/nested-calls';
import type { WorkerExit, Platform } from '../thread/platform';
import type { PoolOptions } from './pool-config';
import { PoolClosedError, QueueFullError, WorkerStartError } from '../wire/pool-errors';
import { PoolEvents } from './pool-events';
import type { CallPayload } from '../wire/messages';
import { PoolWaits, type PoolWait } from './pool-waits';
import type { TaskRun } from './task-run';
import type { WorkerThread } from '../thread/worker-thread';

export class PoolEngine implements WorkerSetOwner, BlockingPool {
  readonly name: string;
  readonly grace: number;
  readonly timers = new Timers();
  readonly notifications = new NotificationQueue();
  readonly signals = new AbortSignals(this.notifications);
  readonly functions = new FunctionIds();
  readonly callers = new CallerStacks(() => this.pending);
  readonly events = new PoolEvents(this);
  readonly workers: WorkerSet;
  /** Requests that have no outcome yet. */
  pending = 0;
  readonly ended = { completed: 0, failed: 0, cancelled: 0 };
  isClosed = false;
  /** It was closed by force. */
  isClosedByForce = false;
  /** A turn is coming. */
  isArmed = false;
  /** Told when a turn has brought room, or the last request has ended. */
  readonly onTurn = new Set<() => void>();
  readonly #options: PoolOptions;
  readonly #platform: Platform;
  readonly #queue = new TaskQueue<TaskRun>();
  /** Requests that wait for their arguments. */
  readonly #unqueued = new Set<TaskRun>();
  readonly #waits = new PoolWaits(this);
  #release: (() => void) | undefined;
  readonly #atEnd: (() => void)[] = [];

  constructor(
    options: PoolOptions,
    platform: Platform,
    /** Runs what a task asks its own pool to run. */
    readonly call: (calls: NestedCalls, id: number, payload: CallPayload) => () => void,
  ) {
    this.#options = options;
    this.#platform = platform;
    this.name = options.name;
    this.grace = options.grace;
    this.workers = new WorkerSet(this, options, platform);
    this.#atEnd.push(platform.registerPool());
    blockingPools.add(this);
    this.requestTurn();
  }

  get queued(): number {
    return this.#queue.size;
  }

  /** Whether a request more would not wait long. */
  get hasRoomForMore(): boolean {
    return this.isClosed || (this.workers.max > 0 && this.pending - this.#unqueued.size < this.workers.capacity);
  }

  /** Nothing is asked for, and no thread is at work: on what was cancelled it may be for a while. */
  get isQuiet(): boolean {
    return this.pending === 0 && (this.isClosedByForce || !this.workers.isAtWork);
  }

  get isUnderWay(): boolean {
    return this.workers.threads.some(
      ({ inFlight, state }) => inFlight > 0 || state === 'starting' || state === 'dying',
    );
  }

  *requests(): Generator<TaskRun> {
    yield* this.#unqueued;
    yield* this.#queue;
    for (const thread of this.workers.threads) yield* thread.slots.requests;
  }

  /** Keeps the process for whoever waits for that. */
  keepProcessAlive(): () => void {
    return this.#platform.keepProcessAlive();
  }

  /** A request has come; it is counted until it has its outcome. */
  addRun(era: SchedulerState): PoolWait {
    this.pending++;
    const presence = this.#waits.in(era);
    presence.enter();
    return presence;
  }

  /** What those wait for who have work here. */
  describe(): string {
    const parked = this.workers.max === 0 ? ', parked, as its size is 0' : '';
    const pool = `pool "${this.name}" (${String(this.pending)} task(s) under way${parked})`;
    return this.#platform.canBlock ? pool : `${pool}, for which a thread of a browser can't sleep`;
  }

  /** Its arguments have to be waited for. */
  awaitArguments(request: TaskRun): void {
    if (!request.isOver) this.#unqueued.add(request);
  }

  /** It has its arguments, and goes into the queue. */
  enqueue(request: TaskRun): void {
    this.#unqueued.delete(request);
    if (request.isOver) return;
    const { maxQueue, overflow } = this.#options;
    this.workers.retryStart();
    if (maxQueue !== Infinity && this.#queue.size >= maxQueue + this.workers.vacancies) {
      const isEvicted = overflow === 'evict';
      const loser = (isEvicted ? this.#queue.shift() : undefined) ?? request;
      if (loser !== request) this.#queue.push(request);
      this.requestTurn();
      loser.evict(new QueueFullError(this.name, loser.name, { maxQueue, isEvicted }));
      return;
    }
    // Others wait for it already.
    if (request.isNested) this.#queue.unshift(request);
    else this.#queue.push(request);
    this.requestTurn();
  }

  drop(request: TaskRun): void {
    this.#queue.remove(request);
  }

  onRunEnded(request: TaskRun, how: 'completed' | 'failed' | 'cancelled'): void {
    this.ended[how]++;
    this.#unqueued.delete(request);
    if (--this.pending === this.#unqueued.size) this.requestTurn();
  }

  resize(min: number, max: number): void {
    this.workers.resize(min, max);
    this.requestTurn();
  }

  /** It takes no more work; whoever waits for its end is waited for. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#atEnd.push(this.keepProcessAlive());
  }

  /** Fails what is left, and ends the threads. */
  closeByForce(): void {
    this.isClosedByForce = true;
    const all = [...this.requests()];
    for (const request of all) this.#queue.remove(request);
    this.notifications.notifyEach(all, (request) => {
      request.evict(new PoolClosedError(this.name, request.name, { isCut: true }));
    });
    this.workers.close();
  }

  /** Nothing is left of it. */
  onClosed(): void {
    blockingPools.delete(this);
    for (const end of this.#atEnd.splice(0)) end();
    this.events.complete();
  }

  /** Moves on, asleep, what is waited for; false where it never will. */
  advance(): boolean {
    return blockUntilMessage(this.#platform);
  }

  requestTurn(): void {
    if (this.isArmed) return;
    this.isArmed = true;
    void Promise.resolve().then(() => {
      if (this.isArmed) this.turn();
    });
  }

  requeue(requests: readonly TaskRun[]): void {
    // One that was left may have ended there, and its result be lost with the thread: it is not run again.
    const inOrder = requests.filter(({ isOver }) => !isOver).sort((one, other) => other.number - one.number);
    for (const request of inOrder) {
      request.requeue();
      this.#queue.unshift(request);
    }
    this.requestTurn(); // their thread goes, and another may have to take its place
  }

  onFault(thread: WorkerThread<TaskRun>, error: unknown): void {
    this.events.next({ type: 'fault', thread: thread.id, error });
    thread.retire();
    // What was left behind by its start would be left behind by the next.
    if (!thread.hasWorked) this.workers.onStartFailed(error);
    this.requestTurn();
  }

  onInitFailed(thread: WorkerThread<TaskRun>, error: unknown): void {
    thread.kill();
    this.workers.onStartFailed(error);
  }

  onExit(thread: WorkerThread<TaskRun>, death: WorkerExit): void {
    this.workers.onExit(thread, death);
    this.requestTurn();
  }

  onNoWorkers(cause: unknown): void {
    for (let request = this.#queue.shift(); request; request = this.#queue.shift()) {
      request.evict(new WorkerStartError(this.name, request.name, cause));
    }
  }

  turn(): void {
    this.isArmed = false;
    this.callers.forget();
    this.notifications.deliverPending();
    for (const thread of [...this.workers.threads]) thread.readOn();
    const { workers: crew } = this;
    crew.ensureWorkers(this.#queue.size);
    dispatch(this.#queue, crew.threads);
    if (this.onTurn.size > 0) for (const tell of [...this.onTurn]) if (this.onTurn.has(tell)) tell();
    for (const thread of crew.threads) thread.flush();
    crew.watchIdle();
    this.#keepAlive();
  }

  /** The process is kept for work that goes on by itself, and not for what is parked or waits for its arguments. */
  #keepAlive(): void {
    const { workers: crew } = this;
    const hasWork = this.pending > this.#unqueued.size;
    if (hasWork && (crew.max > 0 || crew.isAtWork)) this.#release ??= this.keepProcessAlive();
    else {
      this.#release?.();
      this.#release = undefined;
    }
  }
}
