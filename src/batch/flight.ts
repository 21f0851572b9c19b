/**
 * One flush in flight: one call of the resolver, from its start until its results have been matched to the keys. The
 * flight is aborted when its last waiter unsubscribes.
 */
import { defaultIfEmpty, from, type ObservableInput } from 'rxjs';
import { describe, describeBatch, describeKeys } from '../core/describe';
import { failure, success } from '../core/outcome';
import { isError, markQuotesValues } from '../core/sluice-error';
import { reportUnhandledFailure } from '../core/report';
import { isPromiseOrObservable, isAsyncInput } from '../core/rx';
import type { Execution, Sink } from '../future/execution';
import { beginInput } from '../future/external-input';
import { extendStack } from '../future/logical-stack';
import { SingleValueObservable } from '../future/single-value-observable';
import { runCleanup, runIn, type Frame } from '../scheduler/frame';
import { instrumentation, type EndOutcome, type KeyFailures } from '../scheduler/instrumentation';
import type { FlushReason } from '../scheduler/events';
import type { Waiter } from '../scheduler/waiter';
import { FlushHandle } from './flush';
import type { Item } from './item';
import { hasLateResults, LateResults } from './late-results';
import { match, type RequestedItems } from './match';
import { runResolver } from './resolving';
import type { Window } from './window';
import type { BatchQueue } from './batch-queue';

interface FlushedBatch<K, V> {
  readonly window: Window<K, V>;
  readonly items: ReadonlyMap<unknown, Item<K, V>>;
  readonly reason: FlushReason;
}

export class Flight<K, V> implements Sink<unknown> {
  readonly #queue: BatchQueue<K, V>;
  readonly #batch: FlushedBatch<K, V>;
  readonly #items: readonly Item<K, V>[];
  /** The array that the resolver gets, and may change. */
  readonly #passedKeys: readonly K[];
  /** A resolver runs on the scheduler of its batch, and sees no context of the waiters. */
  readonly frame: Frame | undefined;
  #execution: Execution | undefined;
  #controller: AbortController | undefined;
  /** Whether the result has arrived, or the flight has been aborted. */
  #isOver = false;
  #isAborted = false;
  /** Defined if the results contain late ones. */
  #late: LateResults | undefined;
  hasEarlyResults = false;
  /** Whether the resolver returned a promise, as an `async` function does. */
  isOfPromise = false;
  /** The number of failed keys, and the first error. */
  #failures: KeyFailures | undefined;
  /** Number of keys that have a waiter and no result. */
  #wantedCount: number;
  /** No item before this index is wanted. */
  #firstWanted = 0;

  constructor(queue: BatchQueue<K, V>, batch: FlushedBatch<K, V>) {
    this.#queue = queue;
    this.frame = queue.scheduler.frame;
    this.#batch = batch;
    this.#items = [...batch.items.values()];
    this.#passedKeys = this.keys;
    this.#wantedCount = this.#items.length;
  }

  /** The requested keys, independent of changes that the resolver makes to its array. */
  get keys(): readonly K[] {
    return this.#items.map(({ key }) => key);
  }

  get #request(): RequestedItems<K, V> {
    const { name } = this.#queue.options;
    return { batch: name, items: this.#items, passedKeys: this.#passedKeys, hasEarlyResults: this.hasEarlyResults };
  }

  get role(): 'flight' {
    return 'flight';
  }

  get parent(): Waiter | undefined {
    // An item without waiters never gets a new one.
    while (this.#items[this.#firstWanted]?.isWanted === false) this.#firstWanted++;
    return this.#items[this.#firstWanted]?.firstWaiter;
  }

  start(): void {
    this.#queue.addInFlight(this.#batch.window, this, this.#batch.reason);
    try {
      const { resolve } = this.#queue;
      const result: unknown = runIn(this.frame, () =>
        runResolver(this, () => resolve(this.#passedKeys, new FlushHandle<K, V>(this))),
      );
      if (isAsyncInput(result)) this.#await(result);
      else this.succeed(result);
    } catch (error) {
      this.fail(error);
    }
  }

  /** Receives the results of the resolver and matches them to the keys. */
  succeed(result: unknown): void {
    if (this.#isOver) return;
    try {
      if (hasLateResults(result)) this.#late = new LateResults(this, this.#queue.scheduler);
      else this.end();
      instrumentation.current?.emit({ type: 'batch-resolved', batch: this.#batch.window, keys: this.keys, result });
      match(result, this.#request, (item, value) => this.#deliver(item, value));
    } catch (error) {
      // The result cannot be matched, or a method of a custom Map or a getter of the result throws.
      this.#late?.cancel();
      this.#failWith(error);
      return;
    }
    if (this.#late) this.#late.onMatched();
    else this.land();
  }

  /** Receives a failure of the resolver, which fails all keys without a result. */
  fail(error: unknown): void {
    if (!this.#isOver) this.#failWith(error);
  }

  #failWith(error: unknown): void {
    this.end();
    // A failure after early results for all keys has no receiver among the waiters.
    if (this.#items.every(({ isSettled }) => isSettled)) {
      reportUnhandledFailure(
        `${describeBatch(this.#queue.options.name)}, whose keys had all been settled by then`,
        error,
      );
    }
    for (const item of this.#items) this.#failItem(item, error);
    this.#landAs(failure(error));
  }

  /** Called when a key loses its last waiter. The flight is aborted with the last key. */
  onItemUnwanted(): void {
    if (--this.#wantedCount === 0) this.#abort();
  }

  /** Aborts the flight if none of the keys without a result has a waiter. */
  #abortIfUnwanted(): void {
    if (this.#wantedCount === 0 && this.#items.some(({ isSettled }) => !isSettled)) this.#abort();
  }

  #abort(): void {
    if (this.#isOver) return;
    this.#isAborted = true;
    this.end();
    this.#landAs(undefined);
    if (this.#controller) runCleanup(this.frame, () => this.#controller?.abort());
    this.#execution?.cancel();
    this.#late?.cancel();
  }

  #await(result: ObservableInput<unknown>): void {
    const { scheduler } = this.#queue;
    this.isOfPromise = !(result instanceof SingleValueObservable) && 'then' in result;
    // An Observable may complete without a value if the resolver settles every key early.
    const input =
      result instanceof SingleValueObservable ? result : from(result).pipe(defaultIfEmpty<unknown, unknown>(undefined));
    const execution = beginInput(input, this, scheduler);
    // The last waiter may have unsubscribed during the subscription.
    if (this.#isOver) execution.cancel();
    else this.#execution = execution;
  }

  describe(): string {
    const count = String(this.#items.length);
    return `${describeBatch(this.#queue.options.name)} in flight (${count} key(s): ${describeKeys(this.keys)})`;
  }

  get partition(): unknown {
    return this.#batch.window.partition;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#isAborted) this.#controller.abort();
    return this.#controller.signal;
  }

  settleEarly(key: K, method: 'succeed' | 'fail', result: unknown): void {
    const item = this.#batch.items.get(this.#queue.options.identityOf(key));
    if (!item) {
      throw markQuotesValues(
        new TypeError(
          `flush.${method}: key ${describe(key)} does not belong to this flush of ${describeBatch(this.#queue.options.name)}. ` +
            `Its keys are ${describeKeys(this.keys)}. Settle only keys that the resolver received.`,
        ),
      );
    }
    this.hasEarlyResults = true;
    this.#queue.scheduler.runQueue.drive(() => {
      if (method === 'fail') this.#failItem(item, result);
      else this.#succeedItem(item, result as V); // FlushHandle has the type
      this.#late?.drop(item);
      this.#abortIfUnwanted();
    });
  }

  #deliver(item: Item<K, V>, result: unknown): void {
    // An earlier result may have made the last waiter unsubscribe.
    if (this.#isAborted) return;
    if (!this.#late || !isPromiseOrObservable(result)) this.#settleItem(item, result);
    else if (item.isSettled) ignoreRejection(result);
    else this.#waitForItem(this.#late, item, result);
  }

  /** An `Error` among the results is the failure of its key. */
  #settleItem(item: Item<K, V>, result: unknown): void {
    if (isError(result)) this.#failItem(item, result);
    else this.#succeedItem(item, result as V); // the type of the resolver
  }

  #waitForItem(late: LateResults, item: Item<K, V>, result: ObservableInput<unknown>): void {
    late.waitFor(item, result, {
      onValue: (value) => {
        this.#settleItem(item, value);
        this.#abortIfUnwanted();
      },
      onError: (error) => {
        this.#failItem(item, error);
        this.#abortIfUnwanted();
      },
    });
  }

  #succeedItem(item: Item<K, V>, value: V): void {
    if (item.isSettled) return;
    try {
      this.#queue.cache?.keep(this.#batch.window.partition, item, value);
    } catch (error) {
      // An error of a store fails only the key whose value it was to keep.
      this.#failItem(item, error);
      return;
    }
    if (item.isWanted) this.#wantedCount--;
    item.succeed(value);
  }

  #failItem(item: Item<K, V>, error: unknown): void {
    if (item.isSettled) return;
    if (item.isWanted) this.#wantedCount--;
    if (this.#failures) this.#failures.count++;
    else this.#failures = { count: 1, first: error };
    this.#queue.cache?.forget(this.#batch.window.partition, item);
    const { firstWaiter: to } = item;
    const title = (): string => `${describeBatch(this.#queue.options.name)}, key ${describe(item.key)}`;
    extendStack(error, { from: this, title, future: to, to });
    item.fail(error);
  }

  /** Called before the last result is delivered: its receiver may block on the same batch function, which needs the slot. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#queue.releaseSlot(this.#batch.window);
  }

  land(): void {
    this.#landAs(success(undefined));
  }

  /** @param outcome - Undefined for an aborted flight. */
  #landAs(outcome: EndOutcome): void {
    instrumentation.current?.emit({
      type: 'batch-ended',
      batch: this.#batch.window,
      outcome,
      failures: this.#failures,
    });
    this.#queue.removeInFlight(this);
  }
}

/** Prevents an unhandled rejection of a promise whose key is settled already. */
function ignoreRejection(result: ObservableInput<unknown>): void {
  if ('then' in result) Promise.resolve(result).catch(() => undefined);
}
