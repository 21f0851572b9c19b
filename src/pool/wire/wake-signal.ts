/**
 * A wake signal lets one thread wake another that sleeps: a counter in shared memory. A waiting thread polls the counter
 * for a moment before it sleeps, because falling asleep and waking up takes both sides longer than most of the replies
 * that they wait for.
 */
import { atomics, now } from './intrinsics';

const { add, load, notify, wait } = atomics;

/** How long to poll, in ms: about the time it takes to fall asleep and wake up. */
const POLL_TIME = 0.04;

export class WakeSignal {
  readonly #counter: Int32Array;

  /** @param buffer memory that both sides share */
  constructor(readonly buffer: ArrayBufferLike = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)) {
    this.#counter = new Int32Array(buffer);
  }

  /** Read it before checking whether there is work, and pass it to `sleep` if there is none. */
  get notifiedCount(): number {
    return load(this.#counter, 0);
  }

  notify(): void {
    add(this.#counter, 0, 1);
    notify(this.#counter, 0);
  }

  /**
   * Sleeps until the next notification; returns at once if one has come since `count` was read.
   *
   * @param ms the longest sleep
   */
  sleep(count: number, ms: number): void {
    if (!this.poll(count, ms)) wait(this.#counter, 0, count, ms);
  }

  /** Polls for a moment, `ms` at most; true if a notification has come since `count` was read. */
  poll(count: number, ms = POLL_TIME): boolean {
    const end = now() + (ms < POLL_TIME ? ms : POLL_TIME);
    while (load(this.#counter, 0) === count) if (now() >= end) return false;
    return true;
  }
}
