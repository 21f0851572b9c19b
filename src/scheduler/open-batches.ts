/**
 * The batches that stand open, and the moment they are let through: quiescence, when no task can go on and no
 * microtask is left. Then every batch that is ready is offered to the policy, and those it chooses are flushed.
 */
import { reportUnhandled } from '../core/rx';
import type { FlushReason } from './events';
import type { FlushPolicy, OpenBatch } from './flush-policy';
import type { RunQueue } from './run-queue';
import type { Waiter } from './waiter';

export interface Flushable extends OpenBatch {
  /** Why it may go now, or undefined while it may not; `isBusy` says that something may yet join. */
  readyFor(isBusy: boolean): FlushReason | undefined;
  /** It stands open for so many ms, whatever else there is: those who wait in it may ask for more when it has gone. */
  readonly isWindowOpen: boolean;
  /** Whether it may go if it must. */
  readonly canBeForced: boolean;
  flush(reason: FlushReason): void;
  describe(): string;
  /** Who waits for its keys. */
  askers(): Iterable<Asker>;
  /** Once it has taken off. */
  readonly flight: Waiter | undefined;
  /** Whether its resolver is assumed to end only after it has got what this waiter asks for, and no key before that. */
  waitsFor(asker: Waiter): boolean;
  /** Whether it is open, and may not go while that one is in flight. */
  isBlockedBy(flown: Flushable): boolean;
  /** Fails one who waits for a key, and no other; false if it does not wait for that any more. */
  reject(asker: Asker, error: unknown): boolean;
}

/** Somebody who waits for a key of a batch. */
export interface Asker {
  readonly key: unknown;
  readonly waiter: Waiter;
}

const FLUSH_IN_POLICY =
  'A flush policy called flush() or block(), while the batches that are open wait for its choice. ' +
  'A policy only chooses: return the batches that shall go now.';

export class OpenBatches {
  readonly #open = new Set<Flushable>();
  /** Full, and waiting for room in the air. */
  readonly #full = new Set<Flushable>();
  readonly #inFlight = new Set<Flushable>();
  readonly #policy: FlushPolicy;
  readonly #runQueue: RunQueue;
  #isChoosing = false;

  constructor(policy: FlushPolicy, runQueue: RunQueue) {
    this.#policy = policy;
    this.#runQueue = runQueue;
  }

  get isEmpty(): boolean {
    return this.#open.size === 0;
  }

  /** What has keys that somebody waits for, and whether it is in the air. */
  *all(): Generator<readonly [Flushable, 'open' | 'full' | 'in flight']> {
    for (const batch of this.#open) yield [batch, 'open'];
    for (const batch of this.#full) yield [batch, 'full'];
    for (const batch of this.#inFlight) yield [batch, 'in flight'];
  }

  /** What is in the air, in words. */
  describeFlights(): string[] {
    return Array.from(this.#inFlight, (batch) => batch.describe());
  }

  open(batch: Flushable): void {
    this.#open.add(batch);
  }

  close(batch: Flushable): void {
    this.#open.delete(batch);
    this.#full.delete(batch);
  }

  /** It takes no more keys, and goes when there is room for it. */
  seal(batch: Flushable): void {
    this.#open.delete(batch);
    this.#full.add(batch);
  }

  addInFlight(batch: Flushable): void {
    this.#inFlight.add(batch);
  }

  removeInFlight(batch: Flushable): void {
    this.#inFlight.delete(batch);
  }

  /**
   * Flushes what is ready and chosen; false when nothing was. What waits for others to join comes after what does not:
   * those who wait for that may be the ones to join.
   */
  flushReady(isBusy: boolean): boolean {
    if (this.#flush((batch) => batch.readyFor(true))) return true;
    return !isBusy && !this.#hasOpenWindow() && this.#flush((batch) => batch.readyFor(false));
  }

  /** The same for all that can go, whatever it was waiting for. */
  flushForced(): boolean {
    return this.#flush((batch) => (batch.canBeForced ? 'forced' : undefined));
  }

  /** Whether one is open that waits for no others to join: tasks that wait for it may go on, and ask for more. */
  get hasUnheld(): boolean {
    for (const batch of this.#open) if (batch.isWindowOpen || batch.readyFor(true)) return true;
    return false;
  }

  #hasOpenWindow(): boolean {
    for (const { isWindowOpen } of this.#open) if (isWindowOpen) return true;
    return false;
  }

  #flush(reasonFor: (batch: Flushable) => FlushReason | undefined): boolean {
    const reasons = new Map<Flushable, FlushReason>();
    const ready: Flushable[] = [];
    for (const batch of this.#open) {
      const reason = reasonFor(batch);
      if (!reason) continue;
      reasons.set(batch, reason);
      ready.push(batch);
    }
    if (ready.length === 0) return false;
    const chosen = this.#choose(ready);
    for (const batch of chosen) {
      // An earlier one of this round may have taken the last place, or emptied it.
      if (!this.#open.has(batch) || !batch.canBeForced) continue;
      // Each with all that its resolver starts before the next.
      this.#runQueue.drive(() => batch.flush(reasons.get(batch) ?? 'forced'));
    }
    return chosen.length > 0;
  }

  #choose(ready: readonly Flushable[]): readonly Flushable[] {
    if (this.#isChoosing) throw new TypeError(FLUSH_IN_POLICY);
    this.#isChoosing = true;
    try {
      const offered = new Set<OpenBatch>(ready);
      const isOffered = (batch: OpenBatch): batch is Flushable => offered.has(batch);
      const chosen = this.#policy(ready, [...this.#inFlight]).filter(isOffered);
      return chosen.length === 0 && this.#inFlight.size === 0 ? ready.slice(0, 1) : chosen;
    } catch (error) {
      // A policy that throws must not leave everybody waiting.
      reportUnhandled(error);
      return ready;
    } finally {
      this.#isChoosing = false;
    }
  }
}
