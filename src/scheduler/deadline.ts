/**
 * How long a `block` may yet hold this thread. A program that always has something to do never comes back to the
 * `block` that drives it; so the run queue asks here between its steps, and lets go of all when time is up.
 */
const STEPS_BETWEEN_LOOKS = 16;

export class Deadline {
  readonly #now: () => number;
  readonly #endsAt: number;
  /** That of the `block` around this one. */
  #outer: Deadline | undefined;
  #isOver = false;
  #stepsToLook = 0;

  constructor(
    readonly timeoutMs: number,
    now: () => number,
  ) {
    this.#now = now;
    this.#endsAt = timeoutMs === Infinity ? Infinity : now() + timeoutMs;
  }

  /** Does `work` with this deadline in force, and those that are already. */
  enforce<R>(work: () => R): R {
    if (this.#endsAt === Infinity) return work();
    this.#outer = exchange(this);
    try {
      return work();
    } finally {
      exchange(this.#outer);
    }
  }

  /** Itself or the innermost around it that is over. */
  get passed(): Deadline | undefined {
    this.#isOver ||= this.#now() >= this.#endsAt;
    return this.#isOver ? this : this.#outer?.passed;
  }

  /** How many ms are left, here and around it. */
  get left(): number {
    return Math.min(this.#endsAt - this.#now(), this.#outer?.left ?? Infinity);
  }

  /** For a loop: looks at the clock now and then. */
  hasPassed(): boolean {
    if (this.#stepsToLook-- > 0) return this.#isOver;
    this.#stepsToLook = STEPS_BETWEEN_LOOKS;
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

/** Whether whoever goes on must let go: asked once a step. */
export const isTimeUp = (): boolean => inForce?.hasPassed() === true;

/** The deadline that is over, if one is. */
export const passedDeadline = (): Deadline | undefined => inForce?.passed;

/** How many ms whoever sleeps may sleep. */
export const timeLeft = (): number => Math.max(0, inForce?.left ?? Infinity);
