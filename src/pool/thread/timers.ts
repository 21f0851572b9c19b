/**
 * All timers of a pool, driven by one timer of the platform. Timers of one delay come due in the order they were set, so
 * each delay has a queue of its own and nothing is sorted. `fireDue` also works without the platform's timer, for a
 * thread that blocks.
 */
import { monotonicNow, realTimers } from '../../core/platform';
import { Fifo } from '../../core/fifo';
import { LONGEST_DELAY } from '../../core/platform';

class Timer {
  isCleared = false;

  constructor(
    readonly dueAt: number,
    public fire: () => void,
  ) {}
}

const noop = (): void => undefined;

export class Timers {
  readonly #queuesByDelay = new Map<number, Fifo<Timer>>();
  #count = 0;
  /** Clears the platform's timer. */
  #disarm: (() => void) | undefined;
  #armedFor = Infinity;

  set(ms: number, fire: () => void): Timer {
    const timer = new Timer(monotonicNow() + ms, fire);
    if (ms === Infinity) return timer;
    let queue = this.#queuesByDelay.get(ms);
    if (!queue) this.#queuesByDelay.set(ms, (queue = new Fifo()));
    queue.push(timer);
    this.#count++;
    this.#arm(timer.dueAt);
    return timer;
  }

  clear(timer: Timer | undefined): void {
    if (!timer || timer.isCleared) return;
    timer.isCleared = true;
    timer.fire = noop;
    if (timer.dueAt !== Infinity && --this.#count === 0) this.#reset();
  }

  /** Milliseconds until the next timer is due; `Infinity` without a timer. */
  get msUntilNext(): number {
    let next = Infinity;
    for (const [ms, queue] of this.#queuesByDelay) {
      while (queue.first?.isCleared) queue.shift();
      if (queue.first) next = Math.min(next, queue.first.dueAt);
      else this.#queuesByDelay.delete(ms);
    }
    return Math.max(0, next - monotonicNow());
  }

  /** Fires all due timers. Returns whether one was due. */
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

  /** Looked up anew for each timer: a callback may block, and fire further timers from within. */
  #nextDue(now: number): Timer | undefined {
    let next: Timer | undefined;
    for (const queue of this.#queuesByDelay.values()) {
      while (queue.first?.isCleared) queue.shift();
      if (queue.first && queue.first.dueAt <= now && !(next && next.dueAt <= queue.first.dueAt)) next = queue.first;
    }
    return next;
  }

  #arm(dueAt: number): void {
    if (dueAt >= this.#armedFor) return;
    this.#disarm?.();
    this.#armedFor = dueAt;
    const { setTimeout, clearTimeout, setImmediate } = realTimers();
    // Messages that have arrived are read first: a task that ended in time must not fail because this thread was busy.
    const afterReading = setImmediate ?? setTimeout;
    const timer = setTimeout(
      () => {
        this.#armedFor = Infinity;
        afterReading(() => {
          this.fireDue();
          if (this.#count > 0) this.#arm(monotonicNow() + this.msUntilNext);
        });
      },
      Math.min(LONGEST_DELAY, Math.max(0, Math.ceil(dueAt - monotonicNow()))),
    );
    // Pending work keeps the process alive; a timeout alone does not.
    (timer as { unref?: () => void }).unref?.();
    this.#disarm = () => {
      clearTimeout(timer);
    };
  }

  #reset(): void {
    this.#disarm?.();
    this.#disarm = undefined;
    this.#armedFor = Infinity;
    this.#queuesByDelay.clear();
  }
}

export type { Timer };
