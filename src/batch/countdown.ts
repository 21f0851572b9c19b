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
    if (this.#timer?.closed === false && (isVirtual || !this.#mayBeLost)) return;
    this.#timer?.unsubscribe();
    this.#left -= this.#passed;
    this.#arm();
  }

  stop(): void {
    this.#timer?.unsubscribe();
  }

  #arm(): void {
    const { scheduler, then } = this.#config;
    this.#source = timerSource();
    this.#armedAt = scheduler.now();
    this.#armedAtMonotonic = monotonicNow();
    this.#timer = scheduler.clock.schedule(() => {
      this.#isOver = true;
      then();
    }, this.#left);
  }

  /** The timer is another's than those of now, or one of a fake clock, which may have been reset. */
  get #mayBeLost(): boolean {
    if (this.#config.scheduler.clock !== asyncScheduler) return false;
    return this.#source !== timerSource() || areTimersFake();
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
