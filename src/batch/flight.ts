/**
 * One flush in the air: one call of the resolver, from take-off until its result has been matched to its keys. When
 * nobody waits for any of them any more, it is aborted.
 */
import { defaultIfEmpty, from, type ObservableInput } from 'rxjs';
import { describe, describeKeys } from '../core/describe';
import { BatchResultError, isError, MissingResultError } from '../core/errors';
import { isAsyncInput } from '../core/rx';
import type { Execution, Sink } from '../future/execution';
import { beginInput } from '../future/foreign';
import { Single } from '../future/single';
import { runIn } from '../scheduler/frame';
import type { FlushReason } from '../scheduler/events';
import type { Flush } from './flush';
import type { Item } from './item';
import type { Window } from './window';
import type { World } from './world';

interface Boarding<K, V> {
  readonly window: Window<K, V>;
  readonly items: ReadonlyMap<unknown, Item<K, V>>;
  readonly reason: FlushReason;
}

export class Flight<K, V> implements Sink<unknown> {
  readonly #world: World<K, V>;
  readonly #boarding: Boarding<K, V>;
  readonly #items: readonly Item<K, V>[];
  readonly #keys: readonly K[];
  /** A resolver runs outside of all that is on around those who asked. */
  readonly frame = undefined;
  #execution: Execution | undefined;
  #controller: AbortController | undefined;
  /** Its result is here, or nobody waits for one. */
  #isOver = false;
  #isAborted = false;
  #hasEarlyResults = false;
  /** Keys that are not settled and that somebody waits for. */
  #wanted: number;

  constructor(world: World<K, V>, boarding: Boarding<K, V>) {
    this.#world = world;
    this.#boarding = boarding;
    const items: Item<K, V>[] = [];
    const keys: K[] = [];
    for (const item of boarding.items.values()) {
      items.push(item);
      keys.push(item.key);
    }
    this.#items = items;
    this.#keys = keys;
    this.#wanted = keys.length;
  }

  takeOff(): void {
    this.#world.tookOff(this.#boarding.window, this.#keys, this.#boarding.reason);
    try {
      const { resolve } = this.#world;
      const result: unknown = runIn(undefined, () => resolve(this.#keys, new FlushOf(this)));
      if (isAsyncInput(result)) this.#await(result);
      else this.succeed(result);
    } catch (error) {
      this.fail(error);
    }
  }

  /** The resolver's answer: each result to its key. */
  succeed(result: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    try {
      this.#match(result);
    } catch (error) {
      // A Map of their own making, or an element with a getter that throws.
      this.#failRest(error);
    }
    this.#land();
  }

  #match(result: unknown): void {
    if (Array.isArray(result) && result.length === this.#keys.length) this.#matchByPlace(result);
    else if (result instanceof Map) this.#matchByKey(result);
    else if (result === undefined && this.#hasEarlyResults) this.#matchByKey(new Map());
    else this.#failRest(this.#wrongResult(result));
  }

  /** The resolver failed: so do the keys it left. */
  fail(error: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#failRest(error);
    this.#land();
  }

  /** Somebody has left; the last one takes the light with him. */
  leave(): void {
    if (--this.#wanted > 0 || this.#isOver) return;
    this.#isOver = true;
    this.#isAborted = true;
    this.#land();
    this.#controller?.abort();
    this.#execution?.cancel();
  }

  #await(result: ObservableInput<unknown>): void {
    const { scheduler } = this.#world;
    // A resolver that gives every result early may end without one.
    const input = result instanceof Single ? result : from(result).pipe(defaultIfEmpty<unknown, unknown>(undefined));
    const execution = beginInput(input, this, scheduler);
    // Its keys may have left while it was subscribed to.
    if (this.#isOver) execution.cancel();
    else this.#execution = execution;
  }

  describe(): string {
    const count = String(this.#keys.length);
    return `batch "${this.#world.options.name}" in flight (${count} key(s): ${describeKeys(this.#keys)})`;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#isAborted) this.#controller.abort();
    return this.#controller.signal;
  }

  settleEarly(key: K, method: 'succeed' | 'fail', result: unknown): void {
    const item = this.#boarding.items.get(this.#world.options.identityOf(key));
    if (!item) {
      throw new TypeError(
        `flush.${method}: batch "${this.#world.options.name}" was not asked for key ${describe(key)} in this flush. ` +
          `It was asked for ${describeKeys(this.#keys)}.`,
      );
    }
    this.#hasEarlyResults = true;
    this.#world.scheduler.runQueue.drive(() => {
      if (method === 'fail') this.#failItem(item, result);
      else this.#succeedItem(item, result as V); // FlushOf says so
    });
  }

  #matchByPlace(results: readonly unknown[]): void {
    let place = 0;
    for (const item of this.#items) this.#give(item, results[place++]);
  }

  #matchByKey(results: ReadonlyMap<unknown, unknown>): void {
    const { name } = this.#world.options;
    for (const item of this.#items) {
      const { key, identity } = item;
      if (results.has(key)) this.#give(item, results.get(key));
      else if (results.has(identity)) this.#give(item, results.get(identity));
      else this.#failItem(item, new MissingResultError(name, key, describe(key)));
    }
  }

  #failRest(error: unknown): void {
    for (const item of this.#items) this.#failItem(item, error);
  }

  /** An `Error` among the results is the failure of its key. */
  #give(item: Item<K, V>, result: unknown): void {
    if (isError(result)) this.#failItem(item, result);
    else this.#succeedItem(item, result as V); // the resolver's type says so
  }

  #succeedItem(item: Item<K, V>, value: V): void {
    if (item.isSettled) return;
    try {
      this.#boarding.window.cache?.keep(item, value);
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
    this.#boarding.window.cache?.forget(item);
    item.fail(error);
  }

  #wrongResult(result: unknown): BatchResultError {
    const got = Array.isArray(result) ? `an array of ${String(result.length)}` : describe(result);
    return new BatchResultError(this.#world.options.name, this.#keys, { got, keysText: describeKeys(this.#keys) });
  }

  #land(): void {
    this.#world.landed(this.#boarding.window, this.#keys);
  }
}

/** What the resolver sees of it. */
class FlushOf<K, V> implements Flush<K, V> {
  readonly #flight: Flight<K, V>;

  constructor(flight: Flight<K, V>) {
    this.#flight = flight;
  }

  get signal(): AbortSignal {
    return this.#flight.signal;
  }

  readonly succeed = (key: K, value: V): void => this.#flight.settleEarly(key, 'succeed', value);
  readonly fail = (key: K, error: unknown): void => this.#flight.settleEarly(key, 'fail', error);
}
