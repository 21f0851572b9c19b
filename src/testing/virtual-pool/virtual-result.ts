/** What a task has given, told as a thread tells it: a value, once it is there, or the items of a stream. */
import { from, Subscription, takeUntil, tap, type Observable } from 'rxjs';
import type { AsyncValue } from '../../future/async-value';
import type { Demand } from './demand';
import { isPromised, streamOf } from './items-call';

export interface ResultHearer {
  /** Emits when it takes no more, also in the middle of what emits without a pause. */
  readonly over$: Observable<void>;
  value(value: unknown): void;
  item(item: unknown): void;
  /** The stream has ended. */
  completed(): void;
  fail(error: unknown): void;
}

export function hearResult(result: unknown, demand: Demand, hearer: ResultHearer): Subscription {
  const error = (fault: unknown): void => {
    hearer.fail(fault);
  };
  if (isPromised(result)) {
    const hearing = new Subscription();
    const next = (value: unknown): void => {
      hearing.add(hearResult(value, demand, hearer));
    };
    hearing.add(from(result).subscribe({ next, error }));
    return hearing;
  }
  const stream = streamOf(result, demand);
  if (!stream) {
    hearer.value(result);
    return Subscription.EMPTY;
  }
  return stream.pipe(takeUntil(hearer.over$)).subscribe({
    next: (item) => {
      hearer.item(item);
    },
    error,
    complete: () => {
      hearer.completed();
    },
  });
}

/** A promise that is heard only when its time has come fails nobody until then. */
export function willBeHeard(result: unknown): void {
  if (isPromise(result)) void result.then(undefined, () => undefined);
}

/** `done` is called before anything that waits for the promise goes on. */
export const promiseOf = <T>(job: AsyncValue<T>, done: () => void): Promise<T> =>
  new Promise((resolve, reject) => {
    job.pipe(tap({ error: done, complete: done })).subscribe({ next: resolve, error: reject });
  });

const isPromise = (value: unknown): value is Promise<unknown> =>
  Object.prototype.toString.call(value) === '[object Promise]';
