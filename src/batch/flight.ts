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
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import type { FeedGraph, FeedingFunction } from '../scheduler/feed-graph';
import { isPlain, runCleanup, runInActive, switchTo, type Frame } from '../scheduler/frame';
import { instrumentation, type EndOutcome, type KeyFailures, type ObservedBatch } from '../scheduler/instrumentation';
import type { Waiter } from '../scheduler/waiter';
import type { BatchOptions } from './batch-config';
import { hasLateResults, LateResults } from './late-results';
import { matchResults, type ResultReceiver } from './match-results';
import type { PendingKey } from './pending-key';
import { FlushHandle, type Resolver } from './resolver';
import { runResolver } from './resolving';

/** The batch of a flight. */
export interface FlightOwner<K, V> extends ObservedBatch {
  readonly scheduler: BatchScheduler;
  readonly ofFunction: FeedingFunction;
  /** The graph is undefined while no policy looks at it. */
  readonly state: { readonly feedGraph: FeedGraph | undefined };
  /** Whether values are kept in a store, beside their pending keys. */
  readonly hasStore: boolean;
  keep(key: PendingKey<K, V>, value: V): void;
  forget(key: PendingKey<K, V>): void;
  /**
   * Called before the first result of the resolver is delivered; with late results, before the last. A receiver may block on
   * the same batch function, which needs the slot.
   */
  releaseSlot(): void;
  /** Called after the last result has been delivered. `outcome` is undefined for an aborted flight. */
  onFlightFinished(outcome: EndOutcome, failures: KeyFailures | undefined): void;
}

export class Flight<K, V> implements Sink<unknown>, ResultReceiver<K, V> {
  /** The array that the resolver gets, and may change. */
  readonly passedKeys: readonly K[];
  hasEarlyResults = false;
  /** Whether the resolver returned a promise, as an `async` function does. */
  isOfPromise = false;
  readonly #batch: FlightOwner<K, V>;
  readonly #options: BatchOptions<K>;
  readonly #scheduler: BatchScheduler;
  readonly #feedGraph: FeedGraph | undefined;
  #execution: Execution | undefined;
  #controller: AbortController | undefined;
  /** Whether the result has arrived, or the flight has been aborted. */
  #isOver = false;
  #isAborted = false;
  /** Defined if the results contain late ones. */
  #late: LateResults | undefined;
  /** The number of failed keys, and the first error. */
  #failures: KeyFailures | undefined;
  /** Number of keys that have a waiter and no result. */
  #wantedCount: number;
  /** No key before this index is wanted. */
  #firstWanted = 0;
  /** The keys by identity, once the resolver settles one early. */
  #byIdentity: Map<unknown, PendingKey<K, V>> | undefined;

  constructor(
    batch: FlightOwner<K, V>,
    readonly pendingKeys: readonly PendingKey<K, V>[],
    options: BatchOptions<K>,
  ) {
    this.#batch = batch;
    this.#options = options;
    this.#scheduler = batch.scheduler;
    this.#feedGraph = batch.state.feedGraph;
    this.passedKeys = this.keys;
    this.#wantedCount = pendingKeys.length;
  }

  get name(): string {
    return this.#options.name;
  }

  get role(): 'flight' {
    return 'flight';
  }

  /** A resolver runs on the scheduler of its batch, and sees no context of the waiters. */
  get frame(): Frame | undefined {
    return this.#scheduler.resolverFrame;
  }

  /** The requested keys, independent of changes that the resolver makes to its array. */
  get keys(): readonly K[] {
    return this.pendingKeys.map(({ key }) => key);
  }

  get parent(): Waiter | undefined {
    // A key without waiters never gets a new one.
    while (this.pendingKeys[this.#firstWanted]?.isWanted === false) this.#firstWanted++;
    return this.pendingKeys[this.#firstWanted]?.firstWaiter;
  }

  get partition(): unknown {
    return this.#batch.partition;
  }

  start(resolve: Resolver<K, V>): void {
    try {
      const { frame } = this;
      switchTo(frame);
      const result: unknown = isPlain(frame)
        ? this.#callResolver(resolve)
        : runInActive(frame, () => this.#callResolver(resolve));
      if (isAsyncInput(result)) this.#await(result);
      else this.succeed(result);
    } catch (error) {
      this.fail(error);
    }
  }

  #callResolver(resolve: Resolver<K, V>): unknown {
    return runResolver(this, resolve, new FlushHandle<K, V>(this));
  }

  /** Receives the results of the resolver and matches them to the keys. */
  succeed(result: unknown): void {
    if (this.#isOver) return;
    try {
      if (hasLateResults(result)) this.#late = new LateResults(this, this.#scheduler);
      else this.releaseSlotOnce();
      instrumentation.current?.emit({ type: 'batch-resolved', batch: this.#batch, keys: this.keys, result });
      matchResults(result, this);
    } catch (error) {
      // The result cannot be matched, or a method of a custom Map or a getter of the result throws.
      this.#late?.cancel();
      this.#failWith(error);
      return;
    }
    if (this.#late) this.#late.onMatched();
    else this.finish();
  }

  /** Receives a failure of the resolver, which fails all keys without a result. */
  fail(error: unknown): void {
    if (!this.#isOver) this.#failWith(error);
  }

  #failWith(error: unknown): void {
    this.releaseSlotOnce();
    // A failure after early results for all keys has no receiver among the waiters.
    if (this.pendingKeys.every(({ isSettled }) => isSettled)) {
      reportUnhandledFailure(`${describeBatch(this.#options.name)}, whose keys had all been settled by then`, error);
    }
    for (const pending of this.pendingKeys) this.#failKey(pending, error);
    this.#batch.onFlightFinished(failure(error), this.#failures);
  }

  /** Called when a key loses its last waiter. The flight is aborted with the last key. */
  onKeyUnwanted(): void {
    if (--this.#wantedCount === 0) this.#abort();
  }

  /** Aborts the flight if none of the keys without a result has a waiter. */
  #abortIfUnwanted(): void {
    if (this.#wantedCount === 0 && this.pendingKeys.some(({ isSettled }) => !isSettled)) this.#abort();
  }

  #abort(): void {
    if (this.#isOver) return;
    this.#isAborted = true;
    this.releaseSlotOnce();
    this.#batch.onFlightFinished(undefined, this.#failures);
    if (this.#controller) runCleanup(this.frame, () => this.#controller?.abort());
    this.#execution?.cancel();
    this.#late?.cancel();
  }

  #await(result: ObservableInput<unknown>): void {
    const isFuture = result instanceof SingleValueObservable;
    this.isOfPromise = !isFuture && 'then' in result;
    // An Observable may complete without a value if the resolver settles every key early.
    const input =
      isFuture || this.isOfPromise ? result : from(result).pipe(defaultIfEmpty<unknown, unknown>(undefined));
    const execution = beginInput(input, this, this.#scheduler);
    // The last waiter may have unsubscribed during the subscription.
    if (this.#isOver) execution.cancel();
    else this.#execution = execution;
  }

  describe(): string {
    const count = String(this.pendingKeys.length);
    return `${describeBatch(this.#options.name)} in flight (${count} key(s): ${describeKeys(this.keys)})`;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#isAborted) this.#controller.abort();
    return this.#controller.signal;
  }

  #pendingKeyOf(key: K): PendingKey<K, V> | undefined {
    this.#byIdentity ??= new Map(this.pendingKeys.map((pending) => [pending.identity, pending]));
    return this.#byIdentity.get(this.#options.identityOf(key));
  }

  settleEarly(key: K, method: 'succeed' | 'fail', result: unknown): void {
    const pending = this.#pendingKeyOf(key);
    if (!pending) {
      throw markQuotesValues(
        new TypeError(
          `flush.${method}: key ${describe(key)} does not belong to this flush of ${describeBatch(this.#options.name)}. ` +
            `Its keys are ${describeKeys(this.keys)}. Settle only keys that the resolver received.`,
        ),
      );
    }
    this.hasEarlyResults = true;
    this.#scheduler.runQueue.drive(() => {
      if (method === 'fail') this.#failKey(pending, result);
      // Cast: `result` is a `V`, because `FlushHandle.succeed` accepts nothing else.
      else this.#succeedKey(pending, result as V);
      this.#late?.drop(pending);
      this.#abortIfUnwanted();
    });
  }

  receive(pending: PendingKey<K, V>, result: unknown): void {
    // An earlier result may have made the last waiter unsubscribe.
    if (this.#isAborted) return;
    if (!this.#late || !isPromiseOrObservable(result)) this.#settleKey(pending, result);
    else if (pending.isSettled) ignoreRejection(result);
    else this.#waitForKey(this.#late, pending, result);
  }

  /** An `Error` among the results is the failure of its key. */
  #settleKey(pending: PendingKey<K, V>, result: unknown): void {
    if (isError(result)) this.#failKey(pending, result);
    else this.#succeedKey(pending, result as V); // Cast: a result of a `Resolver<K, V>`, because it is not an Error.
  }

  #waitForKey(late: LateResults, pending: PendingKey<K, V>, result: ObservableInput<unknown>): void {
    late.waitFor(pending, result, {
      onValue: (value) => {
        this.#settleKey(pending, value);
        this.#abortIfUnwanted();
      },
      onError: (error) => {
        this.#failKey(pending, error);
        this.#abortIfUnwanted();
      },
    });
  }

  #succeedKey(pending: PendingKey<K, V>, value: V): void {
    if (pending.isSettled) return;
    if (this.#batch.hasStore && !this.#store(pending, value)) return;
    if (pending.isWanted) this.#wantedCount--;
    if (this.#feedGraph) this.#addDelivery(this.#feedGraph, pending);
    pending.succeed(value);
  }

  /** An error of a store fails only the key whose value it was to keep. */
  #store(pending: PendingKey<K, V>, value: V): boolean {
    try {
      this.#batch.keep(pending, value);
      return true;
    } catch (error) {
      this.#failKey(pending, error);
      return false;
    }
  }

  #failKey(pending: PendingKey<K, V>, error: unknown): void {
    if (pending.isSettled) return;
    if (pending.isWanted) this.#wantedCount--;
    if (this.#failures) this.#failures.count++;
    else this.#failures = { count: 1, first: error };
    this.#batch.forget(pending);
    const { firstWaiter: to } = pending;
    const title = (): string => `${describeBatch(this.#options.name)}, key ${describe(pending.key)}`;
    extendStack(error, { from: this, title, future: to, to });
    if (this.#feedGraph) this.#addDelivery(this.#feedGraph, pending);
    pending.fail(error);
  }

  #addDelivery(graph: FeedGraph, pending: PendingKey<K, V>): void {
    for (const waiter of pending.waiters()) graph.addDelivery(this.#batch.ofFunction, waiter);
  }

  releaseSlotOnce(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#batch.releaseSlot();
  }

  finish(): void {
    this.#batch.onFlightFinished(success(undefined), this.#failures);
  }
}

/** Prevents an unhandled rejection of a promise whose key is settled already. */
function ignoreRejection(result: ObservableInput<unknown>): void {
  if ('then' in result) Promise.resolve(result).catch(() => undefined);
}
