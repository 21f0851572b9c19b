/** Recording the flushes of a batch function: what a test asserts of batching. */
import type { Subscription } from 'rxjs';
import { invalidOption } from '../../core/describe';
import { isBatchFunction, type BatchFunction } from '../../batch/batch';
import { AsyncValue } from '../../future/async-value';
import type { FlushEvent } from '../../scheduler/events';

/**
 * Records every flush of a batch function from now on, on whatever scheduler. A mocked one has none.
 *
 * @throws TypeError if it is given no batch function.
 * @example
 * using names = probeBatch(nameOf);
 * await all([1, 2, 3].map(authorName));
 * names.count; // 1
 * names.keys; // [[1, 0]]
 */
export function probeBatch<K, V>(batchFunction: BatchFunction<K, V>): BatchProbe<K> {
  if (!isBatchFunction(batchFunction)) {
    throw invalidOption('probeBatch: its function', 'a batch function, as batch() makes it', batchFunction);
  }
  return new BatchProbe<K>(batchFunction);
}

export class BatchProbe<K> implements Disposable {
  #flushes: FlushEvent<K>[] = [];
  readonly #awaited = new Set<AsyncValue<FlushEvent<K>>>();
  readonly #subscription: Subscription;

  /** @internal */
  constructor({ flushes$ }: Pick<BatchFunction<K, unknown>, 'flushes$'>) {
    this.#subscription = flushes$.subscribe((flush) => {
      this.#flushes.push(flush);
      const awaited = [...this.#awaited];
      this.#awaited.clear();
      for (const next of awaited) if (!next.isSet) next.set(flush);
    });
  }

  /** As they took off: `keys`, why just then (`reason`), and when (`at`, in ms). */
  get flushes(): readonly FlushEvent<K>[] {
    return this.#flushes;
  }

  /** The keys of each flush. */
  get keys(): readonly (readonly K[])[] {
    return this.#flushes.map(({ keys }) => keys);
  }

  get count(): number {
    return this.#flushes.length;
  }

  /**
   * The next flush from now on: hot, so that it may be asked for first, and awaited when all is set in motion. Fails with
   * a `CancelledError` if the probe is stopped before.
   */
  next(): AsyncValue<FlushEvent<K>> {
    const next = new AsyncValue<FlushEvent<K>>();
    if (this.#subscription.closed) next.cancel('The probe was stopped.');
    else this.#awaited.add(next);
    return next;
  }

  /** Forgets the flushes so far. */
  clear(): void {
    this.#flushes = [];
  }

  /** Records no more. What it has recorded can still be read. */
  stop(): void {
    this.#subscription.unsubscribe();
    const awaited = [...this.#awaited];
    this.#awaited.clear();
    for (const next of awaited) next.cancel('The probe was stopped.');
  }

  [Symbol.dispose](): void {
    this.stop();
  }
}
