/** A batch probe records the flushes of a batch function, so that a test can assert which keys were batched together. */
import type { Subscription } from 'rxjs';
import { invalidOption } from '../../core/describe';
import { isBatchFunction, type BatchFunction } from '../../batch/batch';
import { AsyncValue } from '../../future/async-value';
import type { FlushEvent } from '../../scheduler/events';

/**
 * Records every flush of a batch function from now on, on all schedulers. A mocked batch function has no flushes.
 *
 * @param batchFunction a function made by `batch()`
 * @throws TypeError if `batchFunction` is not a batch function.
 * @example
 * using names = probeBatch(nameOf);
 * await all([1, 2, 3].map(authorName));
 * names.count; // 1
 * names.keys; // [[1, 0]]
 */
export function probeBatch<K, V>(batchFunction: BatchFunction<K, V>): BatchProbe<K> {
  if (!isBatchFunction(batchFunction)) {
    throw invalidOption('probeBatch: batchFunction', 'a batch function made by batch()', batchFunction);
  }
  return new BatchProbe<K>(batchFunction);
}

/** The recorded flushes of one batch function. `stop()` or the end of a `using` block ends the recording. */
export class BatchProbe<K> implements Disposable {
  #flushes: FlushEvent<K>[] = [];
  /** The values of `next()` that wait for a flush. */
  readonly #pending = new Set<AsyncValue<FlushEvent<K>>>();
  readonly #subscription: Subscription;

  /** @internal */
  constructor({ flushes$ }: Pick<BatchFunction<K, unknown>, 'flushes$'>) {
    this.#subscription = flushes$.subscribe((flush) => {
      this.#flushes.push(flush);
      const pending = [...this.#pending];
      this.#pending.clear();
      for (const next of pending) if (!next.isSet) next.set(flush);
    });
  }

  /** The flushes in the order of their starts: `keys`, what triggered the flush (`reason`), and its time (`at`, in ms). */
  get flushes(): readonly FlushEvent<K>[] {
    return this.#flushes;
  }

  /** The keys of each flush. */
  get keys(): readonly (readonly K[])[] {
    return this.#flushes.map(({ keys }) => keys);
  }

  /** Number of flushes. */
  get count(): number {
    return this.#flushes.length;
  }

  /**
   * Returns the next flush as a hot value: call it before the code under test runs, and await the value afterwards. The
   * value fails with a `CancelledError` if the probe is stopped first.
   */
  next(): AsyncValue<FlushEvent<K>> {
    const next = new AsyncValue<FlushEvent<K>>();
    if (this.#subscription.closed) next.cancel('The probe was stopped.');
    else this.#pending.add(next);
    return next;
  }

  /** Removes the recorded flushes; the recording continues. */
  clear(): void {
    this.#flushes = [];
  }

  /** Stops the recording. The recorded flushes can still be read. */
  stop(): void {
    this.#subscription.unsubscribe();
    const pending = [...this.#pending];
    this.#pending.clear();
    for (const next of pending) next.cancel('The probe was stopped.');
  }

  [Symbol.dispose](): void {
    this.stop();
  }
}
