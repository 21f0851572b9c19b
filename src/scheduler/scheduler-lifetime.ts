/**
 * The lifetime of a scheduler that serves one request. Every wait on the scheduler is registered with its lifetime, also
 * those of `async` functions and of plain subscribers, so that the end of the request ends them. A scheduler without an end
 * has no lifetime.
 */
import type { CancelledError } from '../core/errors';
import { LinkedQueue, type QueueLinks } from '../core/linked-queue';

/** A promise or subscriber that waits for a future of the request. */
export interface LifetimeWaiter extends QueueLinks {
  /** Ends the wait: cancels what is waited for, and fails the waiter with the error. */
  abort(error: unknown): void;
}

/** Work that runs without any waiter. */
interface LifetimeWork {
  cancel(reason: unknown): void;
}

/** A cache of values that a mutation may change. */
interface LifetimeCache {
  clearLoaded(): void;
}

export class SchedulerLifetime {
  readonly #caches: LifetimeCache[] = [];
  readonly #waiters = new LinkedQueue<LifetimeWaiter>();
  readonly #works = new Set<LifetimeWork>();
  #cancellation: CancelledError | undefined;
  #endError: (() => unknown) | undefined;

  /** Whether every wait is accepted. */
  get isOpen(): boolean {
    return !this.#cancellation && !this.#endError;
  }

  /**
   * The error with which a new wait is refused; undefined while waits are accepted.
   *
   * @param isOfWork whether the waiter belongs to a scope task or a started future, whose clean-up may wait after a cancellation
   */
  refusal(isOfWork: () => boolean): { readonly error: unknown } | undefined {
    if (this.#endError) return { error: this.#endError() };
    return this.#cancellation && !isOfWork() ? { error: this.#cancellation } : undefined;
  }

  addWaiter(waiter: LifetimeWaiter): void {
    this.#waiters.push(waiter);
  }

  removeWaiter(waiter: LifetimeWaiter): void {
    this.#waiters.remove(waiter);
  }

  addCache(cache: LifetimeCache): void {
    this.#caches.push(cache);
  }

  /** Clears the caches of the scheduler, except for the values that were written since the last call. */
  clearCaches(): void {
    for (const cache of this.#caches) cache.clearLoaded();
  }

  /** Whether started work has not ended yet. */
  get hasWork(): boolean {
    return this.#works.size > 0;
  }

  addWork(work: LifetimeWork): void {
    if (this.#cancellation) work.cancel(this.#cancellation.reason);
    else this.#works.add(work);
  }

  removeWork(work: LifetimeWork): void {
    this.#works.delete(work);
  }

  /**
   * Cancels all that is awaited or started. Later waits fail with the same error, except those of scope tasks and started
   * futures, which may be cleaning up.
   */
  cancel(error: CancelledError): void {
    if (this.#cancellation || this.#endError) return;
    this.#cancellation = error;
    const works = [...this.#works];
    this.#works.clear();
    this.#abortWaiters(error);
    for (const work of works) work.cancel(error.reason);
  }

  /**
   * Ends all waits that are left. Started work runs on, since its caller wants it without waiting for it.
   *
   * @param makeError makes the error of a wait, which a caller of a later wait receives too
   */
  end(makeError: () => unknown): void {
    if (this.#endError) return;
    this.#endError = makeError;
    this.#works.clear();
    if (this.#waiters.size > 0) this.#abortWaiters(makeError());
  }

  #abortWaiters(error: unknown): void {
    // A waiter that is added meanwhile is refused or is a clean-up, and not among these.
    for (const waiter of [...this.#waiters]) if (waiter.isQueued) waiter.abort(error);
  }
}
