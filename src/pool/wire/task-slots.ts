/**
 * Task slots hold the state of each task that was sent to one thread, in memory that host and worker share. Both sides
 * claim a task that has not begun by an atomic exchange: the worker to run it, the host to take it back, even from a
 * worker that is too busy to read messages. After a crash the slots show which tasks had begun.
 *
 * Where memory cannot be shared, each side has slots of its own. Then the host takes nothing back, and sends one task at
 * a time.
 */
import { atomics } from './intrinsics';

const { compareExchange, load, store } = atomics;

const FREE = 0;
export const SENT = 1;
const TAKEN_BACK = 2;
export const LOADING = 3;
export const RUNNING = 4;
export const ENDED = 5;

/** More slots than a thread is ever sent ahead, so that tasks which wait for tasks of their own pool can nest deeply. */
const COUNT = 16_384;

export type TaskPhase = 'queue' | 'load' | 'run';

/** The side of the host. */
export class TaskSlots {
  readonly buffer: ArrayBufferLike;
  readonly isShared: boolean;
  readonly #states: Int32Array;
  readonly #released: number[] = [];
  /** Slots from this one on were never used. */
  #firstUnused = 0;

  constructor(canShare: boolean) {
    const bytes = COUNT * Int32Array.BYTES_PER_ELEMENT;
    this.isShared = canShare;
    this.buffer = canShare ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
    this.#states = new Int32Array(this.buffer);
  }

  get freeCount(): number {
    return this.#released.length + COUNT - this.#firstUnused;
  }

  /** Takes a free slot for a task that is sent now. */
  take(): number {
    const slot = this.#released.pop() ?? this.#firstUnused++;
    store(this.#states, slot, SENT);
    return slot;
  }

  /** False for a free slot, and for anything that is not the number of a slot. */
  isTaken(slot: number): boolean {
    return slot >= 0 && slot < this.#firstUnused && load(this.#states, slot) !== FREE;
  }

  release(slot: number): void {
    store(this.#states, slot, FREE);
    this.#released.push(slot);
  }

  /** True if the task had not begun; then the worker skips it. */
  takeBack(slot: number): boolean {
    return this.isShared && compareExchange(this.#states, slot, SENT, TAKEN_BACK) === SENT;
  }

  /** Whether the worker had begun the task; true where memory is not shared, because it may have. */
  hasBegun(slot: number): boolean {
    return !this.isShared || this.phase(slot) !== 'queue';
  }

  /** Whether the task has ended; its result may still be on its way. */
  hasEnded(slot: number): boolean {
    return load(this.#states, slot) === ENDED;
  }

  phase(slot: number): TaskPhase {
    const state = load(this.#states, slot);
    if (state === LOADING) return 'load';
    return state === RUNNING || !this.isShared ? 'run' : 'queue';
  }
}
