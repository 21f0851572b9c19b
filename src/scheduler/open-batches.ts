/**
 * Open batches are flushed at quiescence: when no task can continue and no microtask is left. Every batch that is ready is
 * then offered to the flush policy, and the batches chosen by the policy are flushed.
 */
import { reportUnhandled } from '../core/rx';
import type { FlushReason } from './events';
import { LinkedQueue, type QueueLinks } from '../core/linked-queue';
import { FeedGraph, type FeedingFunction } from './feed-graph';
import { flushAll, type FlushPolicy, type OpenBatch } from './flush-policy';
import type { RunQueue } from './run-queue';
import type { Waiter } from './waiter';

/** `full`: the batch collects no more keys, and waits for another flight to end, because of its concurrency. */
type BatchPhase = 'open' | 'full' | 'in flight';

export interface Flushable extends OpenBatch, QueueLinks {
  /** Set by `OpenBatches`; undefined before the batch is opened, between close and flight, and after the flight. */
  phase: BatchPhase | undefined;
  readonly ofFunction: FeedingFunction;
  /** The names of the batch functions that the batch was held for. Set by `OpenBatches`. */
  heldFor: readonly string[] | undefined;
  /**
   * The reason why the batch can be flushed now; undefined if it cannot.
   *
   * @param isBusy whether a task may still add a key; a batch then waits for its `hold`. `true` finds the batches without one.
   */
  readyFor(isBusy: boolean): FlushReason | undefined;
  /** Whether the window is still open. Its waiters may request more keys after the flush. */
  readonly isWindowOpen: boolean;
  /** Whether the concurrency allows another flight, so that a forced flush is possible. */
  readonly hasFreeSlot: boolean;
  flush(reason: FlushReason): void;
  describe(): string;
  keyWaiters(): Iterable<KeyWaiter>;
  /** The flight, after the flush. */
  readonly flight: Waiter | undefined;
  /** Whether the resolver is assumed to settle no key and not to end before this waiter has its value. */
  waitsFor(waiter: Waiter): boolean;
  /** Whether this batch is open and cannot be flushed before the other one, in flight, has ended. */
  isBlockedBy(inFlight: Flushable): boolean;
  /** Fails only this waiter of a key. Returns false if the waiter no longer waits for the key. */
  reject(keyWaiter: KeyWaiter, error: unknown): boolean;
}

/** A waiter for a key of a batch. */
export interface KeyWaiter {
  readonly key: unknown;
  readonly waiter: Waiter;
}

const readyWhileBusy = (batch: Flushable): FlushReason | undefined => batch.readyFor(true);
const readyWhileIdle = (batch: Flushable): FlushReason | undefined => batch.readyFor(false);

const FLUSH_IN_POLICY =
  'A flush policy called flush() or block(). The open batches wait for the choice of that policy. ' +
  'A policy only chooses batches: return the batches to flush.';

export class OpenBatches {
  readonly #open = new LinkedQueue<Flushable>();
  readonly #full = new LinkedQueue<Flushable>();
  readonly #inFlight = new LinkedQueue<Flushable>();
  readonly #policy: FlushPolicy;
  readonly #runQueue: RunQueue;
  #isChoosing = false;
  #isForced = false;
  #feedGraph: FeedGraph | undefined;

  constructor(policy: FlushPolicy, runQueue: RunQueue) {
    this.#policy = policy;
    this.#runQueue = runQueue;
  }

  get isEmpty(): boolean {
    return this.#open.size === 0;
  }

  /** What is known of the batch functions that feed each other; undefined while no policy looks at it. */
  get feedGraph(): FeedGraph | undefined {
    return this.#feedGraph;
  }

  learnFeeds(): FeedGraph {
    return (this.#feedGraph ??= new FeedGraph());
  }

  /** The batches that may still feed this one. A forced flush does not wait for batches that cannot be flushed now. */
  feedersOf(batch: Flushable): readonly Flushable[] {
    const graph = this.learnFeeds();
    if (batch.phase !== 'open' || graph.isRequestedByResolver(batch)) return [];
    return Array.from(this.all()).filter(
      (other) =>
        other !== batch &&
        graph.mayFeed(other, batch) &&
        !(this.#isForced && (other.phase !== 'open' || !other.hasFreeSlot)),
    );
  }

  /** All batches with waiting keys. */
  *all(): Generator<Flushable> {
    yield* this.#open;
    yield* this.#full;
    yield* this.#inFlight;
  }

  describeFlights(): string[] {
    return Array.from(this.#inFlight, (batch) => batch.describe());
  }

  open(batch: Flushable): void {
    batch.phase = 'open';
    this.#open.push(batch);
  }

  /** Removes an open or a full batch. */
  close(batch: Flushable): void {
    if (batch.phase === 'open') this.#open.remove(batch);
    else if (batch.phase === 'full') this.#full.remove(batch);
    batch.phase = undefined;
  }

  /** Moves an open batch to the full ones, which wait for another flight to end. */
  markFull(batch: Flushable): void {
    this.close(batch);
    batch.phase = 'full';
    this.#full.push(batch);
  }

  addInFlight(batch: Flushable): void {
    batch.phase = 'in flight';
    this.#inFlight.push(batch);
    this.#feedGraph?.addFlight(batch);
  }

  removeInFlight(batch: Flushable): void {
    this.#inFlight.remove(batch);
    batch.phase = undefined;
  }

  /**
   * Flushes the ready batches that the policy chooses; returns false if none was flushed. Batches without `hold` flush first:
   * tasks waiting for them may still add keys to the held ones.
   */
  flushReady(isBusy: boolean): boolean {
    if (this.#open.size === 0) return false;
    if (this.#flush(readyWhileBusy)) return true;
    return !isBusy && !this.#hasOpenWindow() && this.#flush(readyWhileIdle);
  }

  /** Flushes all batches that can be forced, regardless of window and hold, as far as the policy chooses them. */
  flushForced(): boolean {
    this.#isForced = true;
    try {
      return this.#flush((batch) => (batch.hasFreeSlot ? 'forced' : undefined));
    } finally {
      this.#isForced = false;
    }
  }

  /** Whether a batch is open that has an open window, or is ready without `hold`. Its waiters may request more keys later. */
  get hasUnheld(): boolean {
    for (let batch = this.#open.first; batch; batch = this.#open.after(batch))
      if (batch.isWindowOpen || batch.readyFor(true)) return true;
    return false;
  }

  #hasOpenWindow(): boolean {
    for (let batch = this.#open.first; batch; batch = this.#open.after(batch)) if (batch.isWindowOpen) return true;
    return false;
  }

  #flush(reasonFor: (batch: Flushable) => FlushReason | undefined): boolean {
    const ready = this.#openWhere(reasonFor);
    const chosen = ready.length === 0 || this.#policy === flushAll ? ready : this.#choose(ready);
    if (this.#feedGraph) this.#noteHeld(new Set(chosen));
    const last = chosen[chosen.length - 1];
    for (const batch of chosen) {
      // An earlier flush of this round may have used the last slot of the concurrency, or cancelled the keys of this batch.
      if (batch.phase !== 'open' || !batch.hasFreeSlot) continue;
      const reason = reasonFor(batch) ?? 'forced';
      // All work started by this resolver runs before the next flush. What the last one starts runs in the drive around this loop.
      if (batch === last) batch.flush(reason);
      else this.#runQueue.drive(() => batch.flush(reason));
    }
    return chosen.length > 0;
  }

  #openWhere(condition: (batch: Flushable) => unknown): readonly Flushable[] {
    let found: Flushable[] | undefined;
    for (let batch = this.#open.first; batch; batch = this.#open.after(batch)) {
      if (!condition(batch)) continue;
      // A push to an empty array reserves 17 slots, and nearly always one batch is ready.
      if (found) found.push(batch);
      else found = [batch];
    }
    return found ?? [];
  }

  /** Notes for each open batch that is not flushed what it is held for. */
  #noteHeld(chosen: ReadonlySet<Flushable>): void {
    for (const batch of this.#open) {
      if (chosen.has(batch) || batch.isWindowOpen || !batch.hasFreeSlot) continue;
      const names = this.feedersOf(batch).map(({ name }) => name);
      if (names.length > 0) batch.heldFor = [...new Set([...(batch.heldFor ?? []), ...names])];
    }
  }

  #choose(ready: readonly Flushable[]): readonly Flushable[] {
    if (this.#isChoosing) throw new TypeError(FLUSH_IN_POLICY);
    this.#isChoosing = true;
    try {
      const offered = new Set<OpenBatch>(ready);
      const isOffered = (batch: OpenBatch): batch is Flushable => offered.has(batch);
      const chosen = this.#policy(ready, [...this.#inFlight]).filter(isOffered);
      // Batches that are not ready yet, or in flight, call the policy again later.
      const isLastCall = this.#inFlight.size === 0 && ready.length === this.#open.size;
      return chosen.length === 0 && isLastCall ? ready.slice(0, 1) : chosen;
    } catch (error) {
      // The error of a policy must not leave the waiters without a flush.
      reportUnhandled(error);
      return ready;
    } finally {
      this.#isChoosing = false;
    }
  }
}
