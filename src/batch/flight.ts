/**
 * One flush in the air: one call of the resolver, from take-off until its result has been matched to its keys. When
 * nobody waits for any of them any more, it is aborted.
 */
import { defaultIfEmpty, from, type ObservableInput } from 'rxjs';
import { describe, describeBatch, describeKeys } from '../core/describe';
import { failure, success } from '../core/outcome';
import { isError, quoting } from '../core/sluice-error';
import { reportLost } from '../core/report';
import { arrivesLater, isAsyncInput } from '../core/rx';
import type { Execution, Sink } from '../future/execution';
import { beginInput } from '../future/external-input';
import { passedThrough } from '../future/logical-stack';
import { SingleValueObservable } from '../future/single-value-observable';
import { runAside, runIn, type Frame } from '../scheduler/frame';
import { instrumentation, type EndedOutcome, type KeyFailures } from '../scheduler/instrumentation';
import type { FlushReason } from '../scheduler/events';
import type { Waiter } from '../scheduler/waiter';
import { FlushHandle } from './flush-handle';
import type { Item } from './item';
import { hasLateResults, LateResults } from './late-results';
import { match, type Asked } from './match';
import { whileResolving } from './resolving';
import type { Window } from './window';
import type { BatchQueue } from './batch-queue';

interface Boarding<K, V> {
  readonly window: Window<K, V>;
  readonly items: ReadonlyMap<unknown, Item<K, V>>;
  readonly reason: FlushReason;
}

export class Flight<K, V> implements Sink<unknown> {
  readonly #queue: BatchQueue<K, V>;
  readonly #boarding: Boarding<K, V>;
  readonly #items: readonly Item<K, V>[];
  /** What the resolver is handed. */
  readonly #handed: readonly K[];
  /** A resolver runs outside of all that is on around those who asked, on the scheduler of its batch. */
  readonly frame: Frame | undefined;
  #execution: Execution | undefined;
  #controller: AbortController | undefined;
  /** Its result is here, or nobody waits for one. */
  #isOver = false;
  #isAborted = false;
  /** Once there are results that have yet to arrive. */
  #late: LateResults | undefined;
  hasEarlyResults = false;
  /** Whether the resolver has given a promise, as an `async` function does. */
  isOfPromise = false;
  /** Keys that failed, and what the first of them failed with. */
  #failures: KeyFailures | undefined;
  /** Keys that are not settled and that somebody waits for. */
  #wanted: number;
  /** No item before this one is wanted. */
  #first = 0;

  constructor(world: BatchQueue<K, V>, boarding: Boarding<K, V>) {
    this.#queue = world;
    this.frame = world.scheduler.frame;
    this.#boarding = boarding;
    this.#items = [...boarding.items.values()];
    this.#handed = this.keys;
    this.#wanted = this.#items.length;
  }

  /** Those it was asked for, whatever the resolver has done to what it was handed. */
  get keys(): readonly K[] {
    return this.#items.map(({ key }) => key);
  }

  get #asked(): Asked<K, V> {
    const { name } = this.#queue.options;
    return { batch: name, items: this.#items, handed: this.#handed, hasEarlyResults: this.hasEarlyResults };
  }

  get role(): 'flight' {
    return 'flight';
  }

  get above(): Waiter | undefined {
    // None that has been left is wanted again.
    while (this.#items[this.#first]?.isWanted === false) this.#first++;
    return this.#items[this.#first]?.firstWaiter;
  }

  takeOff(): void {
    this.#queue.addInFlight(this.#boarding.window, this, this.#boarding.reason);
    try {
      const { resolve } = this.#queue;
      const result: unknown = runIn(this.frame, () =>
        whileResolving(this, () => resolve(this.#handed, new FlushHandle<K, V>(this))),
      );
      if (isAsyncInput(result)) this.#await(result);
      else this.succeed(result);
    } catch (error) {
      this.fail(error);
    }
  }

  /** The resolver's answer: each result to its key. */
  succeed(result: unknown): void {
    if (this.#isOver) return;
    try {
      if (hasLateResults(result)) this.#late = new LateResults(this, this.#queue.scheduler);
      else this.over();
      instrumentation.current?.emit({ type: 'resolved', batch: this.#boarding.window, keys: this.keys, result });
      match(result, this.#asked, (item, value) => this.#give(item, value));
    } catch (error) {
      // It cannot be matched; or a Map of their own making throws, or an element with a getter that does.
      this.#late?.cancel();
      this.#failWith(error);
      return;
    }
    if (this.#late) this.#late.matched();
    else this.land();
  }

  /** The resolver failed: so do the keys it left. */
  fail(error: unknown): void {
    if (!this.#isOver) this.#failWith(error);
  }

  #failWith(error: unknown): void {
    this.over();
    // A resolver may have settled all keys before: then its failure has no receiver among them.
    if (this.#items.every(({ isSettled }) => isSettled)) {
      reportLost(`${describeBatch(this.#queue.options.name)}, whose keys had all been settled by then`, error);
    }
    for (const item of this.#items) this.#failItem(item, error);
    this.#landAs(failure(error));
  }

  /** Somebody has left; the last one takes the light with him. */
  leave(): void {
    if (--this.#wanted === 0) this.#abort();
  }

  /** Of the keys that have no result yet, all may have been left. */
  #abortIfLeft(): void {
    if (this.#wanted === 0 && this.#items.some(({ isSettled }) => !isSettled)) this.#abort();
  }

  #abort(): void {
    if (this.#isOver) return;
    this.#isAborted = true;
    this.over();
    this.#landAs(undefined);
    if (this.#controller) runAside(this.frame, () => this.#controller?.abort());
    this.#execution?.cancel();
    this.#late?.cancel();
  }

  #await(result: ObservableInput<unknown>): void {
    const { scheduler } = this.#queue;
    this.isOfPromise = !(result instanceof SingleValueObservable) && 'then' in result;
    // A resolver that gives every result early may end without one.
    const input =
      result instanceof SingleValueObservable ? result : from(result).pipe(defaultIfEmpty<unknown, unknown>(undefined));
    const execution = beginInput(input, this, scheduler);
    // Its keys may have left while it was subscribed to.
    if (this.#isOver) execution.cancel();
    else this.#execution = execution;
  }

  describe(): string {
    const count = String(this.#items.length);
    return `${describeBatch(this.#queue.options.name)} in flight (${count} key(s): ${describeKeys(this.keys)})`;
  }

  get partition(): unknown {
    return this.#boarding.window.partition;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#isAborted) this.#controller.abort();
    return this.#controller.signal;
  }

  settleEarly(key: K, method: 'succeed' | 'fail', result: unknown): void {
    const item = this.#boarding.items.get(this.#queue.options.identityOf(key));
    if (!item) {
      throw quoting(
        new TypeError(
          `flush.${method}: ${describeBatch(this.#queue.options.name)} was not asked for key ${describe(key)} in this flush. ` +
            `It was asked for ${describeKeys(this.keys)}.`,
        ),
      );
    }
    this.hasEarlyResults = true;
    this.#queue.scheduler.runQueue.drive(() => {
      if (method === 'fail') this.#failItem(item, result);
      else this.#succeedItem(item, result as V); // FlushHandle says so
      this.#late?.drop(item);
      this.#abortIfLeft();
    });
  }

  #give(item: Item<K, V>, result: unknown): void {
    // A result that was handed out may have let the last waiter go.
    if (this.#isAborted) return;
    if (!this.#late || !arrivesLater(result)) this.#put(item, result);
    else if (item.isSettled) ignore(result);
    else this.#wait(this.#late, item, result);
  }

  /** An `Error` among the results is the failure of its key. */
  #put(item: Item<K, V>, result: unknown): void {
    if (isError(result)) this.#failItem(item, result);
    else this.#succeedItem(item, result as V); // the resolver's type says so
  }

  #wait(late: LateResults, item: Item<K, V>, result: ObservableInput<unknown>): void {
    late.wait(item, result, {
      value: (value) => {
        this.#put(item, value);
        this.#abortIfLeft();
      },
      error: (error) => {
        this.#failItem(item, error);
        this.#abortIfLeft();
      },
    });
  }

  #succeedItem(item: Item<K, V>, value: V): void {
    if (item.isSettled) return;
    try {
      this.#queue.cache?.keep(this.#boarding.window.partition, item, value);
    } catch (error) {
      // A store that throws fails the key it was to keep, and no other.
      this.#failItem(item, error);
      return;
    }
    if (item.isWanted) this.#wanted--;
    item.succeed(value);
  }

  #failItem(item: Item<K, V>, error: unknown): void {
    if (item.isSettled) return;
    if (item.isWanted) this.#wanted--;
    if (this.#failures) this.#failures.count++;
    else this.#failures = { count: 1, first: error };
    this.#queue.cache?.forget(this.#boarding.window.partition, item);
    const { firstWaiter: to } = item;
    const title = (): string => `${describeBatch(this.#queue.options.name)}, key ${describe(item.key)}`;
    passedThrough(error, { from: this, title, future: to, to });
    item.fail(error);
  }

  /** Called before the last result is handed out: a receiver may block on the very function that gave it. */
  over(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#queue.releaseSlot(this.#boarding.window);
  }

  land(): void {
    this.#landAs(success(undefined));
  }

  /** Undefined when it was aborted. */
  #landAs(how: EndedOutcome): void {
    instrumentation.current?.emit({ type: 'landed', batch: this.#boarding.window, how, failures: this.#failures });
    this.#queue.removeInFlight(this);
  }
}

/** A promise that is not waited for may fail; that of a settled key is no unhandled rejection. */
function ignore(result: ObservableInput<unknown>): void {
  if ('then' in result) Promise.resolve(result).catch(() => undefined);
}
