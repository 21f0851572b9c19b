/**
 * An action of the BatchScheduler: RxJS's contract (`schedule` inside `work` runs the same action again, a finished
 * action stays open, a closed one does nothing), over the clock for a delay and over the run queue's turn without.
 */
import { Subscription, type SchedulerAction, type SchedulerLike } from 'rxjs';

export interface ActionHost {
  readonly clock: SchedulerLike;
  /** Runs it at the end of this turn. */
  soon(action: DueAction): void;
  /** Runs it now, as part of the scheduler. */
  execute(action: DueAction): void;
  /** A timer runs, and what it brings may yet join a batch; ends with the subscription. */
  busy(description: string): Subscription;
}

export interface DueAction extends Subscription {
  run(): void;
}

/** Node and browsers take a longer delay for one millisecond. */
const LONGEST_DELAY = 2 ** 31 - 1;

export class BatchAction<T> extends Subscription implements SchedulerAction<T>, DueAction {
  readonly #host: ActionHost;
  readonly #work: (this: SchedulerAction<T>, state?: T) => void;
  #state: T | undefined;
  #timer: Subscription | undefined;
  #isDue = false;

  constructor(host: ActionHost, work: (this: SchedulerAction<T>, state?: T) => void) {
    super(() => this.#disarm());
    this.#host = host;
    this.#work = work;
  }

  schedule(state?: T, delay = 0): Subscription {
    if (this.closed) return this;
    this.#disarm();
    this.#state = state;
    if (delay > 0) this.#wait(delay);
    else {
      this.#isDue = true;
      this.#host.soon(this);
    }
    return this;
  }

  run(): void {
    if (!this.#isDue || this.closed) return;
    this.#isDue = false;
    try {
      this.#work(this.#state);
    } catch (error) {
      this.unsubscribe();
      throw error;
    }
  }

  #wait(delay: number): void {
    if (delay === Infinity) return;
    const step = Math.min(delay, LONGEST_DELAY);
    this.#timer = this.#host.busy(`a timer of ${String(delay)} ms`);
    this.#timer.add(
      this.#host.clock.schedule(() => {
        this.#disarm();
        if (delay > step) {
          this.#wait(delay - step);
          return;
        }
        this.#isDue = true;
        this.#host.execute(this);
      }, step),
    );
  }

  #disarm(): void {
    this.#isDue = false;
    this.#timer?.unsubscribe();
    this.#timer = undefined;
  }
}
