/**
 * A time that an open batch has. Its timer may be lost: a clock in whose flush somebody threw drops what comes after,
 * and a test takes its fake timers with it. So whoever looks at a countdown has it run again, and one whose timer does
 * not come is over when the clock says so.
 */
import { asyncScheduler, type Subscription } from 'rxjs';
import { areTimersFake, monotonicNow, timerSource } from '../core/platform';
import type { BatchScheduler } from '../scheduler/batch-scheduler';

interface CountdownConfig {
  readonly scheduler: BatchScheduler;
  /** In ms of the scheduler's clock. */
  readonly startedAt: number;
  readonly ms: number;
  readonly then: () => void;
}

export class Countdown {
  readonly #config: CountdownConfig;
  #timer: Subscription | undefined;
  /** Stands in for a timer of a fake clock, which may have dropped it; the first of the two to come ends the time. */
  #spare: Subscription | undefined;
  /** Where the timer comes from. */
  #source: unknown;
  /** In ms, from when the timer was armed. */
  #left: number;
  #armedAt = 0;
  #armedAtMonotonic = 0;
  #isOver = false;

  constructor(config: CountdownConfig) {
    this.#config = config;
    this.#left = config.ms - within(config.scheduler.now() - config.startedAt, config.ms);
    this.#arm();
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  keepRunning(): void {
    if (this.#isOver) return;
    const isVirtual = this.#config.scheduler.isVirtual;
    if (!isVirtual && this.#passed >= this.#left) {
      this.#isOver = true;
      this.stop();
      return;
    }
    const hasOwnClock = isVirtual || this.#config.scheduler.clock !== asyncScheduler;
    if (this.#timer?.closed === false && (hasOwnClock || this.#source === timerSource())) {
      if (!hasOwnClock && areTimersFake()) this.#armSpare();
      return;
    }
    this.stop();
    this.#left -= this.#passed;
    this.#arm();
  }

  stop(): void {
    this.#timer?.unsubscribe();
    this.#spare?.unsubscribe();
  }

  #arm(): void {
    const { scheduler } = this.#config;
    this.#source = timerSource();
    this.#armedAt = scheduler.now();
    this.#armedAtMonotonic = monotonicNow();
    this.#timer = this.#schedule(this.#left);
  }

  #armSpare(): void {
    this.#spare?.unsubscribe();
    this.#spare = this.#schedule(this.#left - this.#passed);
  }

  #schedule(ms: number): Subscription {
    const { scheduler, then } = this.#config;
    return scheduler.clock.schedule(() => {
      this.#isOver = true;
      this.stop();
      then();
    }, ms);
  }

  /** A date that is set forward, or comes from another clock, does not shorten the time. */
  get #passed(): number {
    const { scheduler } = this.#config;
    const byDate = within(scheduler.now() - this.#armedAt, this.#left);
    if (scheduler.clock !== asyncScheduler || scheduler.isVirtual) return byDate;
    return Math.min(byDate, within(monotonicNow() - this.#armedAtMonotonic, this.#left));
  }
}

/** 0 where the clock was set back, or tells no time. */
const within = (ms: number, limit: number): number => (ms > 0 ? Math.min(ms, limit) : 0);
