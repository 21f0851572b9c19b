/** The result of a virtual task, delivered as by a thread: one value, awaited if it is a promise, or the items of a stream. */
import { from, Subscription, takeUntil, tap, type Observable } from 'rxjs';
import type { AsyncValue } from '../../future/async-value';
import type { Demand } from './demand';
import { isPromised, streamOf } from './items-call';

export interface ResultObserver {
  /** Emits when the observer takes no more items, also in the middle of a synchronous stream. */
  readonly over$: Observable<void>;
  onValue(value: unknown): void;
  onItem(item: unknown): void;
  onStreamEnd(): void;
  fail(error: unknown): void;
}

export function subscribeToResult(result: unknown, demand: Demand, observer: ResultObserver): Subscription {
  const error = (fault: unknown): void => {
    observer.fail(fault);
  };
  if (isPromised(result)) {
    const subscription = new Subscription();
    const next = (value: unknown): void => {
      subscription.add(subscribeToResult(value, demand, observer));
    };
    subscription.add(from(result).subscribe({ next, error }));
    return subscription;
  }
  const stream = streamOf(result, demand);
  if (!stream) {
    observer.onValue(result);
    return Subscription.EMPTY;
  }
  return stream.pipe(takeUntil(observer.over$)).subscribe({
    next: (item) => {
      observer.onItem(item);
    },
    error,
    complete: () => {
      observer.onStreamEnd();
    },
  });
}

/** Prevents an unhandled rejection of a promise that is subscribed to only after the duration of the task. */
export function preventUnhandledRejection(result: unknown): void {
  if (isPromise(result)) void result.then(undefined, () => undefined);
}

/** Converts a job to a promise. `onSettled` is called before any reaction to the promise runs. */
export const promiseOf = <T>(job: AsyncValue<T>, onSettled: () => void): Promise<T> =>
  new Promise((resolve, reject) => {
    job.pipe(tap({ error: onSettled, complete: onSettled })).subscribe({ next: resolve, error: reject });
  });

const isPromise = (value: unknown): value is Promise<unknown> =>
  Object.prototype.toString.call(value) === '[object Promise]';
