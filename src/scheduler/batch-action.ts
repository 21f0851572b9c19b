/**
 * An action of the BatchScheduler keeps RxJS's contract: `schedule` inside `work` runs the same action again, a finished
 * action stays open, and a closed action does nothing. With a delay, the action waits on the clock; without one, it runs at
 * the end of the turn.
 */
import { Subscription, VirtualAction, type SchedulerAction, type SchedulerLike } from 'rxjs';
import { LONGEST_DELAY } from '../core/platform';
import { runNested, type Frame } from './frame';

export interface ActionHost {
  readonly clock: SchedulerLike;
  /** The frame for an action scheduled by the running code. */
  frame(): Frame | undefined;
  /** Runs the action at the end of this turn, unless the run is closed before. */
  enqueue(run: DueRun): void;
  /** Runs `work` now, as part of the scheduler. Without this method, an action whose timer fired is enqueued. */
  execute?(work: () => void): void;
  /** Registers a running timer, whose work may still join a batch, until the subscription is closed. */
  trackTimer(description: string): Subscription;
}

/** One run of an action that is due. Closed after the run, or when another run replaces it. */
class DueRun extends Subscription {
  constructor(readonly action: { run(): void } & Subscription) {
    super();
  }
}

export type { DueRun }; // only an action creates one

export class BatchAction<T> extends Subscription implements SchedulerAction<T> {
  readonly #host: ActionHost;
  readonly #work: (this: SchedulerAction<T>, state?: T) => void;
  #state: T | undefined;
  /** The frame in which the action was scheduled and in which it runs. */
  #frame: Frame | undefined;
  /** The timer or the due run, which the next `schedule` replaces. */
  #pending: Subscription | undefined;
  /** Closed when the timer has fired. */
  #trackedTimer: Subscription | undefined;
  /** The timer that started the current run. */
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
    else this.#enqueue();
    return this;
  }

  run(): void {
    this.#disarm();
    try {
      runNested(this.#frame, () => this.#work(this.#state));
    } catch (error) {
      this.unsubscribe();
      throw error;
    }
  }

  #enqueue(): void {
    const run = new DueRun(this);
    this.#pending = run;
    this.#host.enqueue(run);
  }

  #wait(delay: number): void {
    if (delay === Infinity) return;
    const step = Math.min(delay, LONGEST_DELAY);
    const trackedTimer = this.#host.trackTimer(`a timer of ${String(delay)} ms`);
    const timer = this.#startTimer(delay, step);
    // An RxJS scheduler closes its remaining actions when one of them throws; the timer then never fires.
    timer.add(trackedTimer);
    this.#pending = timer;
    this.#trackedTimer = trackedTimer;
  }

  /** Reuses the timer of the current run for an equal delay: as in RxJS's AsyncAction, equal delays share one interval. */
  #startTimer(delay: number, step: number): Subscription {
    const elapsed = this.#elapsed;
    if (elapsed?.delay === delay) {
      this.#elapsed = undefined;
      return elapsed.timer.schedule(undefined, delay);
    }
    const onTimer = (timer: SchedulerAction<unknown> | undefined): void => {
      this.#onTimer(delay, step, timer);
    };
    return this.#host.clock.schedule(function (this: SchedulerAction<unknown> | undefined) {
      onTimer(this);
    }, step);
  }

  #onTimer(delay: number, step: number, timer: SchedulerAction<unknown> | undefined): void {
    this.#trackedTimer?.unsubscribe();
    const isReusable = delay === step && this.#host.execute && timer?.schedule && !(timer instanceof VirtualAction);
    if (!isReusable) {
      this.#disarm();
      if (delay > step) this.#wait(delay - step);
      else if (this.#host.execute) this.#host.execute(() => this.run());
      else this.#enqueue();
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
