/** The internals of RxJS that sluice needs and RxJS does not export are used only in this file. */
import { isThenable } from './is-thenable';
import {
  Observable,
  Subscription,
  type ObservableInput,
  type Subscriber,
  type TeardownLogic,
  type Unsubscribable,
} from 'rxjs';
import { immediateProvider } from 'rxjs/internal/scheduler/immediateProvider';
import { createOperatorSubscriber } from 'rxjs/internal/operators/OperatorSubscriber';
import { reportUnhandledError } from 'rxjs/internal/util/reportUnhandledError';

/**
 * An Observable whose subscribe function is a method, which avoids a closure for each instance. `Observable` calls
 * `_subscribe` with the subscriber and catches thrown errors.
 */
export abstract class MethodObservable<T> extends Observable<T> {
  /** @internal */
  abstract _subscribe(subscriber: Subscriber<T>): TeardownLogic;
}

/**
 * Adds the teardown of a subscription. RxJS pushes it to an empty array, for which V8 reserves 17 slots, and most subscriptions
 * have one teardown.
 */
export function addTeardown(subscriber: Subscriber<never>, teardown: Unsubscribable): void {
  // Cast: needed, because the member is private in RxJS.
  const internals = subscriber as unknown as { _finalizers: Unsubscribable[] | null };
  if (internals._finalizers === null && !subscriber.closed) internals._finalizers = [teardown];
  else subscriber.add(teardown);
}

const realTime = {};

/**
 * The clock in force: one object for real time, another one for each `TestScheduler.run`. Work armed in one time domain does
 * not fire in another.
 */
export const currentTimeDomain = (): object => immediateProvider.delegate ?? realTime;

export const isVirtualTime = (): boolean => immediateProvider.delegate !== undefined;

/**
 * Runs `fire` at the end of this turn: as a microtask, or in the current frame of virtual time. `asapScheduler` uses the
 * same function, but stops working after a `TestScheduler.run` that was aborted while work was scheduled on it.
 */
export function atEndOfTurn(fire: () => void): Subscription {
  const handle = immediateProvider.setImmediate(fire);
  return new Subscription(() => immediateProvider.clearImmediate(handle));
}

/** A subscriber of an operator, which is closed with its destination, also while a synchronous source emits. */
export { createOperatorSubscriber };

/** Reports an error as RxJS does: to `config.onUnhandledError`, or by throwing it in a later task of the event loop. */
export const reportUnhandled = (error: unknown): void => {
  reportUnhandledError(error);
};

// RxJS uses `Symbol.observable` only if that symbol existed while RxJS was loaded, else the string '@@observable'.
const observableKey =
  Object.getOwnPropertySymbols(Observable.prototype).find((symbol) => symbol.description?.endsWith('observable')) ??
  '@@observable';

const isObject = (value: unknown): value is object =>
  (typeof value === 'object' || typeof value === 'function') && value !== null;

/** @throws the error of a getter of the value */
const hasThenOrObservable = (value: object): boolean =>
  value instanceof Observable || isThenable(value) || observableKey in value;

/** Whether the value is a Map, also of another realm: under jest, a Map received from a worker thread is one. */
export const isMap = (value: unknown): value is ReadonlyMap<unknown, unknown> =>
  value instanceof Map || Object.prototype.toString.call(value) === '[object Map]';

/** Whether the value is a promise, another thenable, a future, or an Observable of any library. Never throws. */
export function isPromiseOrObservable(value: unknown): value is ObservableInput<unknown> {
  if (!isObject(value)) return false;
  try {
    return hasThenOrObservable(value);
  } catch {
    // A revoked Proxy, or an object whose getter throws, cannot be awaited.
    return false;
  }
}

/**
 * Whether the value is an Observable, a promise, an async iterable or a ReadableStream. Arrays and strings are Observable
 * inputs too, but as results of a function they are plain values.
 *
 * @throws the error of a getter of the value, which callers report as the failure of the awaited value
 */
export function isAsyncInput(value: unknown): value is ObservableInput<unknown> {
  if (!isObject(value)) return false;
  if (hasThenOrObservable(value)) return true;
  return Symbol.asyncIterator in value || ('getReader' in value && typeof value.getReader === 'function');
}
