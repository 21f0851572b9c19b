/**
 * What a pool does: requests come in, wait, go to threads, and end. Everything is decided in one place, `turn`, which
 * runs at the end of the turn in which something has changed, or at once where this thread is about to sleep.
 */
import type { Era } from '../scheduler/era';
import { AbortSignals } from './abort-signals';
import { sleepers, sleepOn, type Sleeper } from './asleep';
import { Backlog } from './backlog';
import { CallerStacks } from './caller-stack';
import { Crew, type CrewOwner } from './crew';
import { Deadlines } from './deadlines';
import { dispatch } from './dispatch';
import { FunctionIds } from './function-ids';
import { Notices } from './notices';
import type { OpenCalls } from './open-calls';
import type { Death, Platform } from './platform';
import type { PoolOptions } from './pool-config';
import { PoolClosedError, QueueFullError, WorkerStartError } from './pool-errors';
import { PoolEvents } from './pool-events';
import type { CallPayload } from './protocol';
import { Presences, type Presence } from './presence';
import type { Request } from './request';
import type { Thread } from './thread';

export class PoolCore implements CrewOwner, Sleeper {
  readonly name: string;
  readonly grace: number;
  readonly deadlines = new Deadlines();
  readonly notices = new Notices();
  readonly signals = new AbortSignals(this.notices);
  readonly functions = new FunctionIds();
  readonly callers = new CallerStacks(() => this.pending);
  readonly events = new PoolEvents(this);
  readonly crew: Crew;
  /** Requests that have no outcome yet. */
  pending = 0;
  readonly ended = { completed: 0, failed: 0, cancelled: 0 };
  isClosed = false;
  /** It was closed by force. */
  isCut = false;
  /** A turn is coming. */
  isArmed = false;
  /** Told when a turn has brought room, or the last request has ended. */
  readonly onTurn = new Set<() => void>();
  readonly #options: PoolOptions;
  readonly #platform: Platform;
  readonly #backlog = new Backlog<Request>();
  /** Requests that wait for their arguments. */
  readonly #unqueued = new Set<Request>();
  readonly #presences = new Presences(this);
  #release: (() => void) | undefined;
  readonly #atEnd: (() => void)[] = [];

  constructor(
    options: PoolOptions,
    platform: Platform,
    /** Runs what a task asks its own pool to run. */
    readonly call: (calls: OpenCalls, id: number, payload: CallPayload) => () => void,
  ) {
    this.#options = options;
    this.#platform = platform;
    this.name = options.name;
    this.grace = options.grace;
    this.crew = new Crew(this, options, platform);
    this.#atEnd.push(platform.enter());
    sleepers.add(this);
    this.stir();
  }

  get queued(): number {
    return this.#backlog.size;
  }

  /** Whether a request more would not wait long. */
  get hasRoomForMore(): boolean {
    return this.isClosed || (this.crew.max > 0 && this.pending - this.#unqueued.size < this.crew.capacity);
  }

  /** Nothing is asked for, and no thread is at work: on what was cancelled it may be for a while. */
  get isQuiet(): boolean {
    return this.pending === 0 && (this.isCut || !this.crew.isAtWork);
  }

  get isUnderWay(): boolean {
    return this.crew.threads.some(({ inFlight, state }) => inFlight > 0 || state === 'starting' || state === 'dying');
  }

  *requests(): Generator<Request> {
    yield* this.#unqueued;
    yield* this.#backlog;
    for (const thread of this.crew.threads) yield* thread.seats.requests;
  }

  /** Keeps the process for whoever waits for that. */
  hold(): () => void {
    return this.#platform.hold();
  }

  /** A request has come; it is counted until it has its outcome. */
  entered(era: Era): Presence {
    this.pending++;
    const presence = this.#presences.in(era);
    presence.enter();
    return presence;
  }

  /** What those wait for who have work here. */
  describe(): string {
    const parked = this.crew.max === 0 ? ', parked, as its size is 0' : '';
    const pool = `pool "${this.name}" (${String(this.pending)} task(s) under way${parked})`;
    return this.#platform.canSleep ? pool : `${pool}, for which a thread of a browser can't sleep`;
  }

  /** Its arguments have to be waited for. */
  expect(request: Request): void {
    if (!request.isOver) this.#unqueued.add(request);
  }

  /** It has its arguments, and goes into the queue. */
  enqueue(request: Request): void {
    this.#unqueued.delete(request);
    if (request.isOver) return;
    const { maxQueue, overflow } = this.#options;
    this.crew.tryAgain();
    if (maxQueue !== Infinity && this.#backlog.size >= maxQueue + this.crew.vacancies) {
      const isEvicted = overflow === 'evict';
      const loser = (isEvicted ? this.#backlog.shift() : undefined) ?? request;
      if (loser !== request) this.#backlog.push(request);
      this.stir();
      loser.evict(new QueueFullError(this.name, loser.name, { maxQueue, isEvicted }));
      return;
    }
    // Others wait for it already.
    if (request.isNested) this.#backlog.unshift(request);
    else this.#backlog.push(request);
    this.stir();
  }

  drop(request: Request): void {
    this.#backlog.remove(request);
  }

  left(request: Request, how: 'completed' | 'failed' | 'cancelled'): void {
    this.ended[how]++;
    this.#unqueued.delete(request);
    if (--this.pending === this.#unqueued.size) this.stir();
  }

  resize(min: number, max: number): void {
    this.crew.resize(min, max);
    this.stir();
  }

  /** It takes no more work; whoever waits for its end is waited for. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#atEnd.push(this.hold());
  }

  /** Fails what is left, and ends the threads. */
  cut(): void {
    this.isCut = true;
    const all = [...this.requests()];
    for (const request of all) this.#backlog.remove(request);
    this.notices.tellEach(all, (request) => {
      request.evict(new PoolClosedError(this.name, request.name, { isCut: true }));
    });
    this.crew.close();
  }

  /** Nothing is left of it. */
  gone(): void {
    sleepers.delete(this);
    for (const end of this.#atEnd.splice(0)) end();
    this.events.complete();
  }

  /** Moves on, asleep, what is waited for; false where it never will. */
  advance(): boolean {
    return sleepOn(this.#platform);
  }

  stir(): void {
    if (this.isArmed) return;
    this.isArmed = true;
    void Promise.resolve().then(() => {
      if (this.isArmed) this.turn();
    });
  }

  takeBack(requests: readonly Request[]): void {
    // One that was left may have ended there, and its result be lost with the thread: it is not run again.
    const inOrder = requests.filter(({ isOver }) => !isOver).sort((one, other) => other.number - one.number);
    for (const request of inOrder) {
      request.unsend();
      this.#backlog.unshift(request);
    }
    this.stir(); // their thread goes, and another may have to take its place
  }

  fault(thread: Thread<Request>, error: unknown): void {
    this.events.next({ type: 'fault', thread: thread.id, error });
    thread.leave();
    // What was left behind by its start would be left behind by the next.
    if (!thread.hasWorked) this.crew.failed(error);
    this.stir();
  }

  unfit(thread: Thread<Request>, error: unknown): void {
    thread.kill();
    this.crew.failed(error);
  }

  died(thread: Thread<Request>, death: Death): void {
    this.crew.left(thread, death);
    this.stir();
  }

  noThreads(cause: unknown): void {
    for (let request = this.#backlog.shift(); request; request = this.#backlog.shift()) {
      request.evict(new WorkerStartError(this.name, request.name, cause));
    }
  }

  turn(): void {
    this.isArmed = false;
    this.callers.forget();
    this.notices.tellOn();
    for (const thread of [...this.crew.threads]) thread.readOn();
    const { crew } = this;
    crew.staff(this.#backlog.size);
    dispatch(this.#backlog, crew.threads);
    if (this.onTurn.size > 0) for (const tell of [...this.onTurn]) if (this.onTurn.has(tell)) tell();
    for (const thread of crew.threads) thread.flush();
    crew.watchIdle();
    this.#keepAlive();
  }

  /** The process is kept for work that goes on by itself, and not for what is parked or waits for its arguments. */
  #keepAlive(): void {
    const { crew } = this;
    const hasWork = this.pending > this.#unqueued.size;
    if (hasWork && (crew.max > 0 || crew.isAtWork)) this.#release ??= this.hold();
    else {
      this.#release?.();
      this.#release = undefined;
    }
  }
}
