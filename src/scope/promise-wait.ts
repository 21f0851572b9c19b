/**
 * A promise, waited for to its end. Nothing can stop what runs behind it, so to cancel it is to ask, by a signal, and to
 * wait; what it gives in spite of that is told as if it had not been cancelled.
 */
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import type { ExternalWait } from '../scheduler/scheduler-state';
import type { Execution, Sink } from '../future/execution';

export function beginPromise<T>(promise: PromiseLike<T>, sink: Sink<T>, scheduler: BatchScheduler): Execution {
  const { state: era } = scheduler;
  const what = (): string => `the promise of task "${sink.name ?? 'anonymous'}"`;
  const waited: ExternalWait = { describe: what, waited: () => [{ waiter: sink, what: what() }] };
  let isSettled = false;
  const settle = (tell: () => void): void => {
    // A thenable may be less careful than a promise.
    if (isSettled) return;
    isSettled = true;
    era.removeExternalWait(waited);
    scheduler.runQueue.drive(tell);
  };
  const fail = (error: unknown): void => {
    settle(() => {
      sink.fail(error);
    });
  };
  era.addExternalWait(waited);
  try {
    promise.then((value) => {
      settle(() => {
        sink.succeed(value);
      });
    }, fail);
  } catch (error) {
    fail(error);
  }
  return heedless;
}

/** Whether it runs already, whoever waits for it. Other thenables may be lazy: a query builder runs when it is awaited. */
export const isPromise = (work: object): boolean => Object.prototype.toString.call(work) === '[object Promise]';

/** The execution of what cannot be stopped. */
export const heedless: Execution = {
  cancel: () => undefined, // its sink will hear of it
};
