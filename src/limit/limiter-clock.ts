/**
 * The clock of a limiter counts ms from the start of the limiter and never goes back: a step of the system date neither
 * locks calls out nor lets a burst through. On virtual time, or with a scheduler of the user, it is the clock of the scheduler.
 */
import { asyncScheduler, type SchedulerLike, type Subscription } from 'rxjs';
import { areTimersFake, fakeAsyncZone, LONGEST_DELAY, monotonicNow, timerSource } from '../core/platform';
import { BatchScheduler } from '../scheduler/batch-scheduler';
import { endOfTurn, Tick } from '../scheduler/tick';

/** Differences of times in ms that come from rounding. */
const ROUNDING = 1e-6;

export const hasCome = (at: number, now: number): boolean => at <= now + ROUNDING;

export const isSameTime = (one: number, other: number): boolean => one === other || Math.abs(one - other) <= ROUNDING;

export class LimiterClock {
  readonly #scheduler: SchedulerLike;
  readonly #isVirtual: boolean;
  #source: () => number;
  /** Added to the source: time goes on without a step where a test installs or removes a fake clock. */
  #offset: number;
  #now = 0;
  /** When the source was looked up last, in ms of the monotonic clock. A look-up of globals is slow in some sandboxes. */
  #checkedAt = 0;

  constructor(scheduler: SchedulerLike, isVirtual: boolean) {
    this.#scheduler = scheduler;
    // The schedulers of RxJS share one `now`, the system date. A scheduler with another one has a time of its own.
    this.#isVirtual = isVirtual || scheduler.now !== asyncScheduler.now;
    this.#source = this.#currentSource();
    this.#offset = -this.#source();
  }

  /** Time in ms since the start. */
  now(): number {
    if (!this.#isVirtual && monotonicNow() - this.#checkedAt >= 1) this.#checkSource();
    const now = this.#source() + this.#offset;
    if (now >= this.#now) return (this.#now = now);
    // A source that was set back, such as the date of a fake clock, goes on from the time before.
    this.#offset += this.#now - now;
    return this.#now;
  }

  /** Time in ms since the start, of the clock that belongs to the timers now. */
  nowByTimers(): number {
    this.#checkSource();
    return this.now();
  }

  #checkSource(): void {
    this.#checkedAt = monotonicNow();
    const source = this.#currentSource();
    if (source === this.#source) return;
    this.#source = source;
    this.#offset = this.#now - source();
  }

  /** The time of the scheduler at a time of this clock, for people: in real time, ms since 1970. */
  toSchedulerTime(at: number): number {
    return this.#scheduler.now() + (at - this.#now);
  }

  /** Time in ms until a date of the scheduler's clock. */
  untilDate(date: Date): number {
    return Math.max(0, date.getTime() - this.#scheduler.now());
  }

  /**
   * Calls `fire` once, about at the given time. Timers count whole ms and may fire early, and longer delays than a timer
   * can have are cut: the callee reads the clock again.
   */
  schedule(fire: () => void, at: number): Subscription {
    const delay = Math.max(1, Math.ceil(at - this.nowByTimers() - ROUNDING));
    if (delay > LONGEST_DELAY || this.#isVirtual || !areTimersFake()) {
      return this.#scheduler.schedule(fire, Math.min(delay, LONGEST_DELAY));
    }
    return this.#scheduler.schedule(() => {
      this.#goOnFrom(at);
      fire();
    }, delay);
  }

  /** Fake timers never fire early, and their date may be the real one, which their time does not move. */
  #goOnFrom(at: number): void {
    const now = this.nowByTimers();
    if (at <= now) return;
    this.#offset += at - now;
    this.#now = at;
  }

  /** Makes a tick that fires at the end of the turn in which it is armed: on virtual time, in the same frame. */
  atEndOfTurn(fire: () => void): Tick {
    return new Tick({ clock: this.#scheduler, later: endOfTurn, fire });
  }

  /** What the timers come from. A timer of an earlier source may be lost, since a fake clock drops its timers at its end. */
  get timerSource(): unknown {
    return this.#isVirtual ? this.#scheduler : timerSource();
  }

  /** Fakes of timers mostly come with a fake `Date`; `performance` is faked by some of them. */
  #currentSource(): () => number {
    if (this.#isVirtual) return this.#schedulerNow;
    return areTimersFake() || fakeAsyncZone() !== undefined ? Date.now : monotonicNow;
  }

  readonly #schedulerNow = (): number => this.#scheduler.now();
}

/** The scheduler that has the time and the timers of a clock. */
export const timeSource = (clock: SchedulerLike = asyncScheduler): SchedulerLike =>
  clock instanceof BatchScheduler ? clock.clock : clock;
