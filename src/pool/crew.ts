/**
 * The threads of a pool: how many there are, when one is started, and when one may go. One that will not start is tried
 * again, but not for ever.
 */
import type { Subject } from 'rxjs';
import type { Death, Platform } from './platform';
import type { PoolOptions } from './pool-config';
import { changeOf, type PoolEvent } from './pool-events';
import type { Request } from './request';
import type { ThreadOwner } from './runnable';
import { Thread } from './thread';
import type { Deadline, Deadlines } from './deadlines';

/** After so many that did not start in a row, whoever waits is told. */
const MOST_FAILURES = 3;
/** In ms: then another is tried after so long. */
const RESPITE = 1_000;

export interface CrewOwner extends ThreadOwner<Request, Thread<Request>> {
  readonly deadlines: Deadlines;
  /** No thread can be had. */
  noThreads(cause: unknown): void;
  readonly events: Subject<PoolEvent>;
}

export class Crew {
  min: number;
  max: number;
  readonly threads: Thread<Request>[] = [];
  readonly #owner: CrewOwner;
  readonly #platform: Platform;
  readonly #options: PoolOptions;
  #lastId = 0;
  #failures = 0;
  #respite: Deadline | undefined;
  #isClosed = false;
  readonly #idle = new Map<Thread<Request>, Deadline>();

  constructor(owner: CrewOwner, options: PoolOptions, platform: Platform) {
    this.#owner = owner;
    this.#options = options;
    this.#platform = platform;
    this.min = options.min;
    this.max = options.max;
  }

  /** Those that work, or will in a moment. */
  get hired(): Thread<Request>[] {
    return this.threads.filter(({ state }) => state === 'starting' || state === 'ready');
  }

  /** Requests that need not stay in the queue, since a thread has room for them, or will be there. */
  get vacancies(): number {
    const { hired } = this;
    const ready = hired.filter(({ state }) => state === 'ready').length;
    return hired.reduce((sum, { room }) => sum + room, 0) + Math.max(0, this.max - ready);
  }

  /** So many requests keep all threads busy. */
  get capacity(): number {
    return this.hired.reduce((sum, { pace }) => sum + pace.credits, 0) || this.max;
  }

  get isAtWork(): boolean {
    return this.threads.some(({ inFlight }) => inFlight > 0);
  }

  resize(min: number, max: number): void {
    this.min = min;
    this.max = max;
    this.#forgive();
    const surplus = this.hired.sort((one, other) => one.inFlight - other.inFlight);
    for (const thread of surplus.slice(0, Math.max(0, surplus.length - max))) thread.leave();
  }

  /** As many threads as there should be while so many tasks wait. */
  staff(waiting: number): void {
    while (this.#isShort(waiting) && this.#hire());
  }

  /** Asked anew for each: whoever hears of one may close, resize or block. */
  #isShort(waiting: number): boolean {
    if (this.#isClosed || this.#respite) return false;
    const { hired } = this;
    const starting = hired.filter(({ state }) => state === 'starting').length;
    const idle = hired.filter(({ isIdle }) => isIdle).length;
    return hired.length < Math.min(this.max, Math.max(this.min, hired.length + waiting - starting - idle));
  }

  /** Whoever has nothing to do, and is not needed, goes after a while. */
  watchIdle(): void {
    if (this.#options.idleTimeout === Infinity || this.min === this.max) return;
    let spare = this.hired.length - this.min;
    for (const thread of this.threads) {
      const isSpare = thread.isIdle && spare-- > 0;
      const deadline = this.#idle.get(thread);
      if (isSpare && !deadline)
        this.#idle.set(
          thread,
          this.#owner.deadlines.set(this.#options.idleTimeout, () => this.#dismiss(thread)),
        );
      if (!isSpare && deadline) this.#stay(thread);
    }
  }

  /** It is fit for work. */
  proved(): void {
    this.#failures = 0;
  }

  /** A thread could not begin, or was not fit for work. */
  failed(cause: unknown): void {
    if (++this.#failures < MOST_FAILURES) return;
    this.#respite ??= this.#owner.deadlines.set(RESPITE, () => {
      this.#forgive();
      this.#owner.stir();
    });
    if (this.hired.length === 0) this.#owner.noThreads(cause);
  }

  /** Somebody new asks: it is worth another try. */
  tryAgain(): void {
    if (this.#respite && this.hired.length === 0) this.#forgive(MOST_FAILURES - 1);
  }

  left(thread: Thread<Request>, death: Death): void {
    const index = this.threads.indexOf(thread);
    if (index >= 0) this.threads.splice(index, 1);
    this.#stay(thread);
    this.#owner.events.next(changeOf('exit', thread.id, death));
    // One that ends by itself, and has done nothing, would do so again.
    if (death.kind !== 'killed' && !thread.hasWorked)
      this.failed(death.cause ?? new Error(`A thread ended: ${death.kind} ${death.exitCode ?? ''}`.trim()));
    else if (death.kind !== 'killed') this.proved();
  }

  close(): void {
    this.#isClosed = true;
    this.#forgive();
    for (const thread of this.#idle.keys()) this.#stay(thread);
    for (const thread of [...this.threads]) thread.kill();
  }

  /** False if none could be started. */
  #hire(): boolean {
    const id = ++this.#lastId;
    const { name, init, threads } = this.#options;
    try {
      const plan = { name: `${name} ${String(id)}`, init, options: threads };
      const thread = new Thread<Request>(id, this.#owner, { platform: this.#platform, plan });
      this.threads.push(thread);
      this.#owner.events.next(changeOf('spawn', thread.id));
      return true;
    } catch (error) {
      this.failed(error);
      this.#owner.stir();
      return false;
    }
  }

  #dismiss(thread: Thread<Request>): void {
    this.#idle.delete(thread);
    if (thread.isIdle) thread.leave();
  }

  #stay(thread: Thread<Request>): void {
    this.#owner.deadlines.clear(this.#idle.get(thread));
    this.#idle.delete(thread);
  }

  #forgive(failures = 0): void {
    this.#owner.deadlines.clear(this.#respite);
    this.#respite = undefined;
    this.#failures = failures;
  }
}
