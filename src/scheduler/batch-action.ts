/**
 * An action of the BatchScheduler: RxJS's contract (`schedule` inside `work` runs the same action again, a finished
 * action stays open, a closed one does nothing), over the clock for a delay and over the run queue's turn without.
 */
import { Subscription, VirtualAction, type SchedulerAction, type SchedulerLike } from 'rxjs';
import { runAmid, type Frame } from './frame';

export interface ActionHost {
  readonly clock: SchedulerLike;
  /** The frame that an action which is scheduled here runs in. */
  frame(): Frame | undefined;
  /** Runs it at the end of this turn, unless it is closed before. */
  soon(run: DueRun): void;
  /** Does it now, as part of the scheduler. Without this, what has waited for its time runs as soon as any other. */
  execute?(work: () => void): void;
  /** A timer runs, and what it brings may yet join a batch; ends with the subscription. */
  busy(description: string): Subscription;
}

/** One run of an action whose time has come. Closed when it has run, or when another has replaced it. */
export class DueRun extends Subscription {
  constructor(readonly action: { run(): void } & Subscription) {
    super();
  }
}

/** Node and browsers take a longer delay for one millisecond. */
export const LONGEST_DELAY = 2 ** 31 - 1;

export class BatchAction<T> extends Subscription implements SchedulerAction<T> {
  readonly #host: ActionHost;
  readonly #work: (this: SchedulerAction<T>, state?: T) => void;
  #state: T | undefined;
  /** Where it was scheduled: it runs there. */
  #frame: Frame | undefined;
  /** The timer, or the run that is due: what the next `schedule` replaces. */
  #pending: Subscription | undefined;
  /** Ends when the timer has come. */
  #busy: Subscription | undefined;
  /** The timer that has brought the run that is under way. */
  #elapsed: { readonly timer: SchedulerAction<unknown>; readonly delay: number } | undefined;

  constructor(host: ActionHost, work: (this: SchedulerAction<T>, state?: T) => void) {
    super(() => this.#disarm());
    this.#host = host;
    this.#work = work;
  }

  schedule(state?: T, delay = 0): Subscription {
    if (this.closed) return this;
    this.#disarm();
    this.#state = state;
    this.#frame = this.#host.frame();
    if (delay > 0) this.#wait(delay);
    else this.#runSoon();
    return this;
  }

  run(): void {
    this.#disarm();
    try {
      runAmid(this.#frame, () => this.#work(this.#state));
    } catch (error) {
      this.unsubscribe();
      throw error;
    }
  }

  #runSoon(): void {
    const run = new DueRun(this);
    this.#pending = run;
    this.#host.soon(run);
  }

  #wait(delay: number): void {
    if (delay === Infinity) return;
    const step = Math.min(delay, LONGEST_DELAY);
    const busy = this.#host.busy(`a timer of ${String(delay)} ms`);
    const timer = this.#timerOf(delay, step);
    // A clock in whose flush somebody threw closes what it drops: then there is nothing to wait for.
    timer.add(busy);
    this.#pending = timer;
    this.#busy = busy;
  }

  /** One that has come and is wanted again goes on: as with RxJS's AsyncAction, equal delays make one interval. */
  #timerOf(delay: number, step: number): Subscription {
    const elapsed = this.#elapsed;
    if (elapsed?.delay === delay) {
      this.#elapsed = undefined;
      return elapsed.timer.schedule(undefined, delay);
    }
    const come = (timer: SchedulerAction<unknown> | undefined): void => {
      this.#come(delay, step, timer);
    };
    return this.#host.clock.schedule(function (this: SchedulerAction<unknown> | undefined) {
      come(this);
    }, step);
  }

  #come(delay: number, step: number, timer: SchedulerAction<unknown> | undefined): void {
    this.#busy?.unsubscribe();
    const canGoOn = delay === step && this.#host.execute && timer?.schedule && !(timer instanceof VirtualAction);
    if (!canGoOn) {
      this.#disarm();
      if (delay > step) this.#wait(delay - step);
      else if (this.#host.execute) this.#host.execute(() => this.run());
      else this.#runSoon();
      return;
    }
    const elapsed = { timer, delay };
    this.#elapsed = elapsed;
    this.#pending = undefined;
    try {
      this.#host.execute?.(() => this.run());
    } finally {
      if (this.#elapsed === elapsed) {
        this.#elapsed = undefined;
        timer.unsubscribe();
      }
    }
  }

  #disarm(): void {
    this.#pending?.unsubscribe();
    this.#pending = undefined;
  }
}
