/**
 * One flush in the air: one call of the resolver, from take-off until its result has been matched to its keys. When
 * nobody waits for any of them any more, it is aborted.
 */
import { defaultIfEmpty, from, type ObservableInput } from 'rxjs';
import { describe, describeKeys } from '../core/describe';
import { BatchResultError, MissingResultError } from '../core/errors';
import { failure, success, type Outcome } from '../core/outcome';
import { isAsyncInput } from '../core/rx';
import type { Execution, Sink } from '../future/execution';
import { begin } from '../future/execution';
import { beginForeign } from '../future/foreign';
import { Single } from '../future/single';
import type { FlushReason } from '../scheduler/events';
import type { Flush } from './flush';
import type { Item } from './item';
import type { Window } from './window';
import type { World } from './world';

interface Boarding<K, V> {
  readonly window: Window<K, V>;
  readonly items: readonly Item<K, V>[];
  readonly byIdentity: ReadonlyMap<unknown, Item<K, V>>;
  readonly reason: FlushReason;
}

export class Flight<K, V> implements Sink<unknown> {
  readonly #world: World<K, V>;
  readonly #boarding: Boarding<K, V>;
  readonly #keys: readonly K[];
  #execution: Execution | undefined;
  #controller: AbortController | undefined;
  #hasLanded = false;
  #hasEarlyResults = false;

  constructor(world: World<K, V>, boarding: Boarding<K, V>) {
    this.#world = world;
    this.#boarding = boarding;
    this.#keys = boarding.items.map((item) => item.key);
  }

  takeOff(): void {
    this.#world.tookOff(this.#boarding.window, this.#keys, this.#boarding.reason);
    try {
      const result: unknown = this.#world.resolve(this.#keys, this.#asFlush());
      if (isAsyncInput(result)) this.#await(result);
      else this.succeed(result);
    } catch (error) {
      this.fail(error);
    }
  }

  /** The resolver's answer: each result to its key. */
  succeed(result: unknown): void {
    if (this.#hasLanded) return;
    if (Array.isArray(result) && result.length === this.#keys.length) this.#matchByPlace(result);
    else if (result instanceof Map) this.#matchByKey(result);
    else if (result === undefined && this.#hasEarlyResults) this.#failMissing();
    else this.#settleRest(() => failure(this.#wrongResult(result)));
    this.#land();
  }

  /** The resolver failed: so do the keys it left. */
  fail(error: unknown): void {
    if (this.#hasLanded) return;
    this.#settleRest(() => failure(error));
    this.#land();
  }

  /** Somebody has left; the last one takes the light with him. */
  leave(): void {
    if (this.#hasLanded || this.#boarding.items.some((item) => item.isWanted)) return;
    this.#land();
    this.#controller?.abort();
    this.#execution?.cancel();
  }

  #await(result: ObservableInput<unknown>): void {
    const { scheduler, options } = this.#world;
    const describeFlight = (): string =>
      `batch "${options.name}" in flight (${String(this.#keys.length)} key(s): ${describeKeys(this.#keys)})`;
    const execution =
      result instanceof Single
        ? (result as Single<unknown>)[begin](this, scheduler)
        : // A resolver that gives every result early may end without one.
          beginForeign(from(result).pipe(defaultIfEmpty<unknown, unknown>(undefined)), this, scheduler, describeFlight);
    // Its keys may have left while it was subscribed to.
    if (this.#hasLanded) execution.cancel();
    else this.#execution = execution;
  }

  #asFlush(): Flush<K, V> {
    const controllerOf = (): AbortController => (this.#controller ??= this.#newController());
    return {
      get signal(): AbortSignal {
        return controllerOf().signal;
      },
      succeed: (key, value) => this.#settleEarly(key, success(value), 'succeed'),
      fail: (key, error) => this.#settleEarly(key, failure(error), 'fail'),
    };
  }

  #newController(): AbortController {
    const controller = new AbortController();
    if (this.#hasLanded && !this.#boarding.items.every((item) => item.isSettled)) controller.abort();
    return controller;
  }

  #settleEarly(key: K, outcome: Outcome<V>, method: string): void {
    const item = this.#boarding.byIdentity.get(this.#world.options.identityOf(key));
    if (!item) {
      throw new TypeError(
        `flush.${method}: batch "${this.#world.options.name}" was not asked for key ${describe(key)} in this flush. ` +
          `It was asked for ${describeKeys(this.#keys)}.`,
      );
    }
    this.#hasEarlyResults = true;
    this.#world.scheduler.runQueue.drive(() => this.#settle(item, outcome));
  }

  #matchByPlace(results: readonly unknown[]): void {
    this.#boarding.items.forEach((item, index) => this.#settle(item, outcomeOf<V>(results[index])));
  }

  #matchByKey(results: ReadonlyMap<unknown, unknown>): void {
    this.#settleRest((item) => {
      const name = results.has(item.key) ? item.key : item.identity;
      return results.has(name) ? outcomeOf<V>(results.get(name)) : this.#missing(item);
    });
  }

  #failMissing(): void {
    this.#settleRest((item) => this.#missing(item));
  }

  #missing({ key }: Item<K, V>): Outcome<V> {
    return failure(new MissingResultError(this.#world.options.name, key, describe(key)));
  }

  #wrongResult(result: unknown): BatchResultError {
    const got = Array.isArray(result) ? `an array of ${String(result.length)}` : describe(result);
    return new BatchResultError(this.#world.options.name, this.#keys, { got, keysText: describeKeys(this.#keys) });
  }

  #settleRest(outcomeFor: (item: Item<K, V>) => Outcome<V>): void {
    for (const item of this.#boarding.items) {
      if (!item.isSettled) this.#settle(item, outcomeFor(item));
    }
  }

  #settle(item: Item<K, V>, outcome: Outcome<V>): void {
    if (item.isSettled) return;
    this.#world.cache?.settled(item, outcome);
    item.settle(outcome);
  }

  #land(): void {
    this.#hasLanded = true;
    this.#world.landed(this.#boarding.window, this.#keys);
  }
}

/** An `Error` among the results is the failure of its key. */
const outcomeOf = <V>(result: unknown): Outcome<V> =>
  result instanceof Error ? failure(result) : success(result as V); // the resolver's type says so
