/**
 * The time limit of an open batch. Its timer may be lost: a clock drops the remaining timers after one of its callbacks
 * has thrown, and a test removes its fake timers. Every check of a countdown therefore arms a lost timer again, and a
 * countdown whose timer never fires is over when the clock says so.
 */
import { asyncScheduler, type Subscription } from 'rxjs';
import { areTimersFake, monotonicNow, timerSource } from '../core/platform';
import type { BatchScheduler } from '../scheduler/batch-scheduler';

interface CountdownConfig {
  readonly scheduler: BatchScheduler;
  /** In ms of the scheduler's clock. */
  readonly startedAt: number;
  readonly ms: number;
  readonly onEnd: () => void;
}

export class Countdown {
  readonly #config: CountdownConfig;
  #timer: Subscription | undefined;
  /** A second timer under a fake clock, which may have dropped the first; the countdown ends with the earlier one. */
  #backupTimer: Subscription | undefined;
  /** The timer functions that armed the timer. */
  #source: unknown;
  /** In ms, from the time at which the timer was armed. */
  #remaining: number;
  #armedAt = 0;
  #armedAtMonotonic = 0;
  #isOver = false;

  constructor(config: CountdownConfig) {
    this.#config = config;
    this.#remaining = config.ms - clamp(config.scheduler.now() - config.startedAt, config.ms);
    this.#arm();
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Ends the countdown if its time has passed, and arms a lost timer again. */
  ensureRunning(): void {
    if (this.#isOver) return;
    const isVirtual = this.#config.scheduler.isVirtual;
    if (!isVirtual && this.#elapsed >= this.#remaining) {
      this.#isOver = true;
      this.stop();
      return;
    }
    const hasOwnClock = isVirtual || this.#config.scheduler.clock !== asyncScheduler;
    if (this.#timer?.closed === false && (hasOwnClock || this.#source === timerSource())) {
      if (!hasOwnClock && areTimersFake()) this.#armBackup();
      return;
    }
    this.stop();
    this.#remaining -= this.#elapsed;
    this.#arm();
  }

  stop(): void {
    this.#timer?.unsubscribe();
    this.#backupTimer?.unsubscribe();
  }

  #arm(): void {
    const { scheduler } = this.#config;
    this.#source = timerSource();
    this.#armedAt = scheduler.now();
    this.#armedAtMonotonic = monotonicNow();
    this.#timer = this.#schedule(this.#remaining);
  }

  #armBackup(): void {
    this.#backupTimer?.unsubscribe();
    this.#backupTimer = this.#schedule(this.#remaining - this.#elapsed);
  }

  #schedule(ms: number): Subscription {
    const { scheduler, onEnd } = this.#config;
    return scheduler.clock.schedule(() => {
      this.#isOver = true;
      this.stop();
      onEnd();
    }, ms);
  }

  /** Time since the timer was armed, in ms. A date that is set forward, or comes from another clock, does not shorten it. */
  get #elapsed(): number {
    const { scheduler } = this.#config;
    const byDate = clamp(scheduler.now() - this.#armedAt, this.#remaining);
    if (scheduler.clock !== asyncScheduler || scheduler.isVirtual) return byDate;
    return Math.min(byDate, clamp(monotonicNow() - this.#armedAtMonotonic, this.#remaining));
  }
}

/** Returns 0 for a clock that was set back, or returns NaN. */
const clamp = (ms: number, limit: number): number => (ms > 0 ? Math.min(ms, limit) : 0);
