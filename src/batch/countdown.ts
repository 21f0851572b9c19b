/**
 * A time that an open batch has. A clock in whose flush somebody threw drops what comes after; so whoever looks at a
 * countdown has it run again.
 */
import type { SchedulerLike, Subscription } from 'rxjs';

interface CountdownConfig {
  readonly clock: SchedulerLike;
  /** In ms of the clock. */
  readonly endsAt: number;
  readonly then: () => void;
}

export class Countdown {
  readonly #config: CountdownConfig;
  #timer: Subscription | undefined;
  #isOver = false;

  constructor(config: CountdownConfig) {
    this.#config = config;
    this.keepRunning();
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  keepRunning(): void {
    if (this.#isOver || this.#timer?.closed === false) return;
    const { clock, endsAt, then } = this.#config;
    this.#timer = clock.schedule(
      () => {
        this.#isOver = true;
        then();
      },
      Math.max(0, endsAt - clock.now()),
    );
  }

  stop(): void {
    this.#timer?.unsubscribe();
  }
}
