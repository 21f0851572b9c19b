/**
 * The only seam to the internals of RxJS: what sluice needs of it and RxJS does not export. A change of RxJS is
 * mended here.
 */
import { Observable, Subscription, type ObservableInput, type Subscriber, type TeardownLogic } from 'rxjs';
import { immediateProvider } from 'rxjs/internal/scheduler/immediateProvider';
import { reportUnhandledError } from 'rxjs/internal/util/reportUnhandledError';

/**
 * An Observable whose subscribe function is a method, so that a subclass costs no closure for each instance.
 * `Observable` calls `_subscribe` with the subscriber, and catches what it throws.
 */
export abstract class MethodObservable<T> extends Observable<T> {
  /** @internal */
  abstract _subscribe(subscriber: Subscriber<T>): TeardownLogic;
}

const real = {};

/**
 * Whose time it is: one object while time is real, another during each `TestScheduler.run`. What was armed in one
 * era will not fire in the next.
 */
export const currentTimeDomain = (): object => immediateProvider.delegate ?? real;

export const isVirtualTime = (): boolean => immediateProvider.delegate !== undefined;

/**
 * Runs `fire` at the end of this turn: as a microtask, or in this frame of virtual time. It is what `asapScheduler` is
 * made of; that one waits for ever after a `TestScheduler.run` that was aborted while something was scheduled on it.
 */
export function atEndOfTurn(fire: () => void): Subscription {
  const handle = immediateProvider.setImmediate(fire);
  return new Subscription(() => immediateProvider.clearImmediate(handle));
}

/** An error that nobody is there to receive goes where RxJS sends them: `config.onUnhandledError`, or it is thrown. */
export const reportUnhandled = (error: unknown): void => {
  reportUnhandledError(error);
};

// As RxJS names it: the symbol only if somebody had made it by the time RxJS was loaded.
const observableName =
  Object.getOwnPropertySymbols(Observable.prototype).find((symbol) => symbol.description?.endsWith('observable')) ??
  '@@observable';

const isObject = (value: unknown): value is object =>
  (typeof value === 'object' || typeof value === 'function') && value !== null;

/** @throws what a getter of the value throws. */
const standsForValue = (value: object): boolean =>
  value instanceof Observable || ('then' in value && typeof value.then === 'function') || observableName in value;

/** Also a Map of another realm, as what a thread sends is under jest. */
export const isMap = (value: unknown): value is ReadonlyMap<unknown, unknown> =>
  value instanceof Map || Object.prototype.toString.call(value) === '[object Map]';

/** Whether it is no value but stands for one: a promise or another thenable, a future, or an Observable of any library. */
export function arrivesLater(value: unknown): value is ObservableInput<unknown> {
  if (!isObject(value)) return false;
  try {
    return standsForValue(value);
  } catch {
    // A revoked Proxy, or a getter that throws: a value that cannot be looked at cannot be waited for.
    return false;
  }
}

/**
 * Whether a value arrives later: an Observable, a promise, an async iterable or a ReadableStream. Arrays and strings
 * are Observable inputs too, but as results of a function they are meant as values.
 *
 * @throws what a getter of the value throws: where it is waited for, that is its failure.
 */
export function isAsyncInput(value: unknown): value is ObservableInput<unknown> {
  if (!isObject(value)) return false;
  if (standsForValue(value)) return true;
  return Symbol.asyncIterator in value || ('getReader' in value && typeof value.getReader === 'function');
}
