/**
 * How a thread that sleeps is woken by another. Whoever waits listens for a moment before it falls asleep: to be woken
 * takes both sides longer than most of the answers that are waited for.
 */
import { atomics, now } from './intrinsics';

const { add, load, notify, wait } = atomics;

/** In ms: about as long as it takes to fall asleep and be woken. */
const LISTENING = 0.04;

export class WakeSignal {
  readonly #rings: Int32Array;

  /** @param buffer memory that both sides share */
  constructor(readonly buffer: ArrayBufferLike = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)) {
    this.#rings = new Int32Array(buffer);
  }

  /** To be taken before one looks whether there is anything to do, and handed to `sleep` if there is not. */
  get notifiedCount(): number {
    return load(this.#rings, 0);
  }

  notify(): void {
    add(this.#rings, 0, 1);
    notify(this.#rings, 0);
  }

  /** Until it rings, or has rung since; for so many ms at most. */
  sleep(since: number, ms: number): void {
    if (!this.ringsSoon(since, ms)) wait(this.#rings, 0, since, ms);
  }

  /** Listens for a moment; true if it has rung. */
  ringsSoon(since: number, ms = LISTENING): boolean {
    const end = now() + (ms < LISTENING ? ms : LISTENING);
    while (load(this.#rings, 0) === since) if (now() >= end) return false;
    return true;
  }
}
