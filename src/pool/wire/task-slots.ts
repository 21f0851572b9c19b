/**
 * The places of one thread: what has become of each task it was sent, in memory that host and worker share. Whoever
 * wants a task that has not begun must win it here: the worker to run it, the host to take it back, even from a worker
 * that is too busy to listen. After a crash it tells which tasks had begun.
 *
 * Where memory can't be shared, each side has its own: then the host takes nothing back, and sends one task at a time.
 */
import { atomics, objectTag } from './intrinsics';

const { compareExchange, load, store } = atomics;

const FREE = 0;
const SENT = 1;
const TAKEN_BACK = 2;
const LOADING = 3;
const RUNNING = 4;
const ENDED = 5;

/** More than are ever sent ahead, so that tasks which wait for others of their own pool can nest deeply. */
const COUNT = 16_384;

export type Phase = 'queue' | 'load' | 'run';

/** The host's side. */
export class TaskSlots {
  readonly buffer: ArrayBufferLike;
  readonly isShared: boolean;
  readonly #states: Int32Array;
  readonly #free: number[] = [];
  #unused = 0;

  constructor(canShare: boolean) {
    const bytes = COUNT * Int32Array.BYTES_PER_ELEMENT;
    this.isShared = canShare;
    this.buffer = canShare ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
    this.#states = new Int32Array(this.buffer);
  }

  /** So many are free. */
  get left(): number {
    return this.#free.length + COUNT - this.#unused;
  }

  take(): number {
    const place = this.#free.pop() ?? this.#unused++;
    store(this.#states, place, SENT);
    return place;
  }

  release(place: number): void {
    store(this.#states, place, FREE);
    this.#free.push(place);
  }

  /** True if it had not begun; then the worker will pass over it. */
  takeBack(place: number): boolean {
    return this.isShared && compareExchange(this.#states, place, SENT, TAKEN_BACK) === SENT;
  }

  /** Whether it is what the worker was at. Where that can't be known, it may have been. */
  hasBegun(place: number): boolean {
    return !this.isShared || this.phase(place) !== 'queue';
  }

  /** It has ended, and its result may be on its way. */
  hasEnded(place: number): boolean {
    return load(this.#states, place) === ENDED;
  }

  phase(place: number): Phase {
    const state = load(this.#states, place);
    if (state === LOADING) return 'load';
    return state === RUNNING || !this.isShared ? 'run' : 'queue';
  }
}

/** The worker's side. */
export class WorkerTaskSlots {
  readonly #states: Int32Array;
  readonly #isShared: boolean;

  constructor(buffer: ArrayBufferLike) {
    this.#states = new Int32Array(buffer);
    this.#isShared = objectTag(buffer) === '[object SharedArrayBuffer]';
  }

  /** A place was filled by a message; where memory is not shared, this is how the worker knows. */
  fill(place: number): void {
    if (!this.#isShared) store(this.#states, place, SENT);
  }

  /** False if it was taken back. */
  begin(place: number): boolean {
    return compareExchange(this.#states, place, SENT, RUNNING) === SENT;
  }

  loading(place: number): void {
    store(this.#states, place, LOADING);
  }

  running(place: number): void {
    store(this.#states, place, RUNNING);
  }

  end(place: number): void {
    store(this.#states, place, ENDED);
  }
}
