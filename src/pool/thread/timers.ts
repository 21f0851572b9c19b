/**
 * What is to happen if nothing else does in time: one timer for all of it. Those of one length come due in the order
 * they were set, so each length has a line of its own, and nothing is sorted. `due` also works without a timer, for a
 * thread that sleeps.
 */
import { monotonicNow, realTimers } from '../../core/platform';
import { Fifo } from '../../core/fifo';
import { LONGEST_DELAY } from '../../scheduler/batch-action';

export class Timer {
  isOff = false;

  constructor(
    readonly at: number,
    public fire: () => void,
  ) {}
}

const nothing = (): void => undefined;

export class Timers {
  readonly #queuesByDelay = new Map<number, Fifo<Timer>>();
  #count = 0;
  /** Takes back the timer that is armed. */
  #disarm: (() => void) | undefined;
  #timerAt = Infinity;

  set(ms: number, fire: () => void): Timer {
    const deadline = new Timer(monotonicNow() + ms, fire);
    if (ms === Infinity) return deadline;
    let line = this.#queuesByDelay.get(ms);
    if (!line) this.#queuesByDelay.set(ms, (line = new Fifo()));
    line.push(deadline);
    this.#count++;
    this.#arm(deadline.at);
    return deadline;
  }

  clear(deadline: Timer | undefined): void {
    if (!deadline || deadline.isOff) return;
    deadline.isOff = true;
    deadline.fire = nothing;
    if (deadline.at !== Infinity && --this.#count === 0) this.#forget();
  }

  /** How many ms from now the next is due. */
  get untilNext(): number {
    let next = Infinity;
    for (const [ms, line] of this.#queuesByDelay) {
      while (line.first?.isOff) line.shift();
      if (line.first) next = Math.min(next, line.first.at);
      else this.#queuesByDelay.delete(ms);
    }
    return Math.max(0, next - monotonicNow());
  }

  /** Fires what is due; whether anything was. */
  fireDue(): boolean {
    const now = monotonicNow();
    let hasFired = false;
    for (let due = this.#nextDue(now); due; due = this.#nextDue(now)) {
      const { fire } = due;
      this.clear(due);
      fire();
      hasFired = true;
    }
    return hasFired;
  }

  /** One by one: whoever is told may block, and wait for the next. */
  #nextDue(now: number): Timer | undefined {
    let next: Timer | undefined;
    for (const line of this.#queuesByDelay.values()) {
      while (line.first?.isOff) line.shift();
      if (line.first && line.first.at <= now && !(next && next.at <= line.first.at)) next = line.first;
    }
    return next;
  }

  #arm(at: number): void {
    if (at >= this.#timerAt) return;
    this.#disarm?.();
    this.#timerAt = at;
    const { setTimeout, clearTimeout, setImmediate } = realTimers();
    // Once what has come has been read: whoever answered in time is not to pay for it that this thread was busy.
    const afterReading = setImmediate ?? setTimeout;
    const timer = setTimeout(
      () => {
        this.#timerAt = Infinity;
        afterReading(() => {
          this.fireDue();
          if (this.#count > 0) this.#arm(monotonicNow() + this.untilNext);
        });
      },
      Math.min(LONGEST_DELAY, Math.max(0, Math.ceil(at - monotonicNow()))),
    );
    // Whoever waits for the pool keeps the process; a time-out alone does not.
    (timer as { unref?: () => void }).unref?.();
    this.#disarm = () => {
      clearTimeout(timer);
    };
  }

  #forget(): void {
    this.#disarm?.();
    this.#disarm = undefined;
    this.#timerAt = Infinity;
    this.#queuesByDelay.clear();
  }
}
