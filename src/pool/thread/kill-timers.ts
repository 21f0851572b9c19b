/** Kill timers limit how long cancelled tasks of one thread may go on: one timer for each slot, `graceMs` long. */
import type { Timer, Timers } from './timers';

export class KillTimers {
  readonly #timers: Timers;
  readonly #graceMs: number;
  readonly #pending = new Map<number, Timer>();

  constructor(timers: Timers, graceMs: number) {
    this.#timers = timers;
    this.#graceMs = graceMs;
  }

  /** Whether a cancelled task may still make the pool end the thread, and with it every task that starts there meanwhile. */
  get arePending(): boolean {
    return this.#pending.size > 0;
  }

  start(slot: number, onElapsed: () => void): void {
    this.#pending.set(slot, this.#timers.set(this.#graceMs, onElapsed));
  }

  clear(slot: number): void {
    this.#timers.clear(this.#pending.get(slot));
    this.#pending.delete(slot);
  }

  clearAll(): void {
    for (const slot of this.#pending.keys()) this.clear(slot);
  }
}
