/**
 * A wait for a promise, always to its end. The code behind a promise cannot be stopped, so cancelling only aborts a
 * signal; the value or error of the promise is passed to the sink also after that.
 */
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import type { ExternalWait } from '../scheduler/contract';
import type { Execution, Sink } from '../future/execution';

export function beginPromise<T>(promise: PromiseLike<T>, sink: Sink<T>, scheduler: BatchScheduler): Execution {
  const { state } = scheduler;
  const title = (): string => `the promise of task "${sink.name ?? 'anonymous'}"`;
  const wait: ExternalWait = {
    queuedBefore: undefined,
    queuedAfter: undefined,
    isQueued: false,
    describe: title,
    waitDescriptions: () => [{ waiter: sink, what: title() }],
  };
  let isSettled = false;
  const settle = (notifySink: () => void): void => {
    // A thenable that is not a promise may call back twice.
    if (isSettled) return;
    isSettled = true;
    state.removeExternalWait(wait);
    scheduler.runQueue.drive(notifySink);
  };
  const fail = (error: unknown): void => {
    settle(() => {
      sink.fail(error);
    });
  };
  state.addExternalWait(wait);
  try {
    promise.then((value) => {
      settle(() => {
        sink.succeed(value);
      });
    }, fail);
  } catch (error) {
    fail(error);
  }
  return unstoppableExecution;
}

/** Whether `work` already runs without a waiter. Other thenables may be lazy: a query builder runs when it is awaited. */
export const isPromise = (work: object): boolean => Object.prototype.toString.call(work) === '[object Promise]';

/** The execution of a wait that cannot be stopped. */
export const unstoppableExecution: Execution = {
  cancel: () => undefined, // the sink is notified when the promise settles
};
