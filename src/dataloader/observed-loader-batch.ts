/**
 * A batch of a loader as an instrumentation and `BatchScheduler.events$` see it. It is made only while something observes,
 * once for a batch: the loads of an unobserved batch pay for nothing.
 */
import { failure, success } from '../core/outcome';
import { describeBatch, describeKeys } from '../core/describe';
import { runningTask } from '../scheduler/ambient';
import { currentScheduler, type BatchScheduler } from '../scheduler/batch-scheduler';
import type { FlushReason } from '../scheduler/events';
import { runIn } from '../scheduler/frame';
import { instrumentation, type EndOutcome, type KeyFailures, type ObservedBatch } from '../scheduler/instrumentation';
import type { KeyWaiter } from '../scheduler/open-batches';
import type { Waiter } from '../scheduler/waiter';

/** A load outside of tasks: its promise is awaited somewhere. */
const AWAITED: Waiter = { isAwaited: true };

export class ObservedLoaderBatch<K> implements ObservedBatch, Waiter {
  readonly role = 'flight';
  readonly partition = undefined;
  readonly heldFor = undefined;
  readonly isFull = false;
  readonly state: object;
  readonly #waiters: KeyWaiter[] = [];
  #failures: KeyFailures | undefined;

  private constructor(
    /** The loader: one object for all its batches. */
    readonly ofFunction: object,
    readonly name: string,
    readonly scheduler: BatchScheduler,
  ) {
    this.state = scheduler.state;
  }

  /** The observed batch; undefined if nothing observes. */
  static opened<K>(loader: object, nameOf: () => string): ObservedLoaderBatch<K> | undefined {
    const scheduler = currentScheduler();
    if (!instrumentation.current && !scheduler.events.observed) return undefined;
    const batch = new ObservedLoaderBatch<K>(loader, nameOf(), scheduler);
    instrumentation.current?.emit({ type: 'batch-opened', batch });
    return batch;
  }

  get size(): number {
    return this.#waiters.length;
  }

  get parent(): Waiter | undefined {
    return this.#waiters[0]?.waiter;
  }

  keyWaiters(): Iterable<KeyWaiter> {
    return this.#waiters;
  }

  describe(): string {
    return `${describeBatch(this.name)} in flight (${String(this.size)} key(s): ${describeKeys(this.#keys)})`;
  }

  onKeyRequested(key: K): void {
    const waiter: Waiter = runningTask() ?? AWAITED;
    this.#waiters.push({ key, waiter });
    instrumentation.current?.emit({ type: 'key-requested', batch: this, key, waiter, future: undefined, isNew: true });
  }

  onCacheHit(key: K): void {
    const { name, scheduler } = this;
    const waiter: Waiter = runningTask() ?? AWAITED;
    instrumentation.current?.emit({ type: 'key-cached', name, key, waiter, future: undefined, scheduler });
  }

  onDispatched(reason: FlushReason): void {
    const { name, scheduler } = this;
    const keys = this.#keys;
    if (keys.length === 0) return;
    instrumentation.current?.emit({ type: 'batch-flushed', batch: this, flight: this, keys, reason });
    this.#publish({ type: 'flush', batch: name, keys, reason, at: scheduler.now() });
  }

  onResults(result: unknown): void {
    instrumentation.current?.emit({ type: 'batch-resolved', batch: this, keys: this.#keys, result });
  }

  onKeyFailed(first: unknown): void {
    if (this.#failures) this.#failures.count++;
    else this.#failures = { count: 1, first };
  }

  onFailed(error: unknown): void {
    this.#failures = { count: this.size, first: error };
    this.#end(failure(error));
  }

  /** Called when the scheduler takes over the keys of the batch, which is never dispatched. */
  onAdopted(): void {
    instrumentation.current?.emit({ type: 'batch-ended', batch: this, outcome: undefined, failures: undefined });
  }

  onSettled(): void {
    this.#end(success(undefined));
  }

  #end(outcome: EndOutcome): void {
    const { name, scheduler } = this;
    instrumentation.current?.emit({ type: 'batch-ended', batch: this, outcome, failures: this.#failures });
    this.#publish({ type: 'land', batch: name, keys: this.#keys, at: scheduler.now() });
  }

  get #keys(): unknown[] {
    return this.#waiters.map(({ key }) => key);
  }

  #publish(event: Parameters<BatchScheduler['events']['next']>[0]): void {
    const { scheduler } = this;
    if (!scheduler.events.observed) return;
    runIn(scheduler.frame, () => {
      scheduler.events.next(event);
    });
  }
}
