/**
 * What is to happen if nothing else does in time: one timer for all of it. Those of one length come due in the order
 * they were set, so each length has a line of its own, and nothing is sorted. `due` also works without a timer, for a
 * thread that sleeps.
 */
import { Fifo } from '../scheduler/fifo';
import { LONGEST_DELAY } from '../scheduler/batch-action';

// Taken once, at load, so that a test's fake timers do not take them away.
const { setTimeout, clearTimeout, performance } = globalThis;
/** Once what has come has been read: whoever answered in time is not to pay for it that this thread was busy. */
const afterReading = (globalThis as { setImmediate?: (run: () => void) => unknown }).setImmediate ?? setTimeout;

export class Deadline {
  isOff = false;

  constructor(
    readonly at: number,
    public fire: () => void,
  ) {}
}

const nothing = (): void => undefined;

export class Deadlines {
  readonly #lines = new Map<number, Fifo<Deadline>>();
  #count = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timerAt = Infinity;

  set(ms: number, fire: () => void): Deadline {
    const deadline = new Deadline(performance.now() + ms, fire);
    if (ms === Infinity) return deadline;
    let line = this.#lines.get(ms);
    if (!line) this.#lines.set(ms, (line = new Fifo()));
    line.push(deadline);
    this.#count++;
    this.#arm(deadline.at);
    return deadline;
  }

  clear(deadline: Deadline | undefined): void {
    if (!deadline || deadline.isOff) return;
    deadline.isOff = true;
    deadline.fire = nothing;
    if (deadline.at !== Infinity && --this.#count === 0) this.#forget();
  }

  /** How many ms from now the next is due. */
  get untilNext(): number {
    let next = Infinity;
    for (const [ms, line] of this.#lines) {
      while (line.first?.isOff) line.shift();
      if (line.first) next = Math.min(next, line.first.at);
      else this.#lines.delete(ms);
    }
    return Math.max(0, next - performance.now());
  }

  /** Fires what is due; whether anything was. */
  fireDue(): boolean {
    const now = performance.now();
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
  #nextDue(now: number): Deadline | undefined {
    let next: Deadline | undefined;
    for (const line of this.#lines.values()) {
      while (line.first?.isOff) line.shift();
      if (line.first && line.first.at <= now && !(next && next.at <= line.first.at)) next = line.first;
    }
    return next;
  }

  #arm(at: number): void {
    if (at >= this.#timerAt) return;
    clearTimeout(this.#timer);
    this.#timerAt = at;
    const timer = setTimeout(
      () => {
        this.#timerAt = Infinity;
        afterReading(() => {
          this.fireDue();
          if (this.#count > 0) this.#arm(performance.now() + this.untilNext);
        });
      },
      Math.min(LONGEST_DELAY, Math.max(0, Math.ceil(at - performance.now()))),
    );
    // Whoever waits for the pool keeps the process; a time-out alone does not.
    (timer as { unref?: () => void }).unref?.();
    this.#timer = timer;
  }

  #forget(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#timerAt = Infinity;
    this.#lines.clear();
  }
}
