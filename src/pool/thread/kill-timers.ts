/** How long tasks that were cancelled may yet go on, by their place. */
import type { Timer, Timers } from './timers';

export class KillTimers {
  readonly #deadlines: Timers;
  readonly #ms: number;
  readonly #pending = new Map<number, Timer>();

  constructor(deadlines: Timers, ms: number) {
    this.#deadlines = deadlines;
    this.#ms = ms;
  }

  /** Some may yet cost the thread, and all that begins there meanwhile. */
  get arePending(): boolean {
    return this.#pending.size > 0;
  }

  start(place: number, atItsEnd: () => void): void {
    this.#pending.set(place, this.#deadlines.set(this.#ms, atItsEnd));
  }

  clear(place: number): void {
    this.#deadlines.clear(this.#pending.get(place));
    this.#pending.delete(place);
  }

  clearAll(): void {
    for (const place of this.#pending.keys()) this.clear(place);
  }
}
