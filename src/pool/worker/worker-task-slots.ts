/** The side of the worker of the task slots: what it has received, runs and has ended. `wire/task-slots` is the side of the host. */
import { atomics, objectTag } from '../wire/intrinsics';
import { ENDED, LOADING, RUNNING, SENT } from '../wire/task-slots';

const { compareExchange, store } = atomics;

export class WorkerTaskSlots {
  readonly #states: Int32Array;
  readonly #isShared: boolean;

  constructor(buffer: ArrayBufferLike) {
    this.#states = new Int32Array(buffer);
    this.#isShared = objectTag(buffer) === '[object SharedArrayBuffer]';
  }

  /** A task was received. Where memory is not shared, this copies the state that the host has set on its side. */
  markReceived(slot: number): void {
    if (!this.#isShared) store(this.#states, slot, SENT);
  }

  /** Claims a task to run it; false if the host took it back. */
  begin(slot: number): boolean {
    return compareExchange(this.#states, slot, SENT, RUNNING) === SENT;
  }

  markLoading(slot: number): void {
    store(this.#states, slot, LOADING);
  }

  markRunning(slot: number): void {
    store(this.#states, slot, RUNNING);
  }

  markEnded(slot: number): void {
    store(this.#states, slot, ENDED);
  }
}
