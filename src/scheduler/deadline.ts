/**
 * A deadline limits how long a `block` may occupy this thread. A program with endless work would never return to the `block`
 * that runs it, so the run queue checks the deadline between its steps and postpones the rest when the time is up.
 */

/** Number of steps between two readings of the clock. */
const STEPS_PER_CHECK = 16;

export class Deadline {
  readonly #now: () => number;
  readonly #endsAt: number;
  /** The deadline of the `block` around this one. */
  #outer: Deadline | undefined;
  #isOver = false;
  #stepsUntilCheck = 0;

  constructor(
    readonly timeoutMs: number,
    now: () => number,
  ) {
    this.#now = now;
    this.#endsAt = timeoutMs === Infinity ? Infinity : now() + timeoutMs;
  }

  /** Runs `work` with this deadline in force, in addition to the deadlines already in force. */
  enforce<R>(work: () => R): R {
    if (this.#endsAt === Infinity) return work();
    this.#outer = exchange(this);
    try {
      return work();
    } finally {
      exchange(this.#outer);
    }
  }

  /** The innermost deadline that is over: this one, or one around it. */
  get passed(): Deadline | undefined {
    this.#isOver ||= this.#now() >= this.#endsAt;
    return this.#isOver ? this : this.#outer?.passed;
  }

  /** Remaining ms until the first of this deadline and those around it. */
  get remainingMs(): number {
    return Math.min(this.#endsAt - this.#now(), this.#outer?.remainingMs ?? Infinity);
  }

  /** Whether a deadline in force is over. The method is for loops: only every 16th call reads the clock. */
  hasPassed(): boolean {
    if (this.#stepsUntilCheck-- > 0) return this.#isOver;
    this.#stepsUntilCheck = STEPS_PER_CHECK;
    this.#isOver ||= this.passed !== undefined;
    return this.#isOver;
  }
}

let inForce: Deadline | undefined;

function exchange(next: Deadline | undefined): Deadline | undefined {
  const previous = inForce;
  inForce = next;
  return previous;
}

/** Whether the time of a `block` is over. Called once for each step of the run queue. */
export const isTimeUp = (): boolean => inForce?.hasPassed() === true;

/** The innermost deadline in force that is over. */
export const passedDeadline = (): Deadline | undefined => inForce?.passed;

/** Longest time in ms that a blocking wait may sleep. */
export const remainingMs = (): number => Math.max(0, inForce?.remainingMs ?? Infinity);
