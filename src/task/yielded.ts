/**
 * A task may yield a future, any other input (an Observable, a promise, an async iterable), arrays and records of inputs, or
 * `null` and `undefined`, which need no wait.
 */
import { describe } from '../core/describe';
import { isAsyncInput } from '../core/rx';
import { markQuotesValues } from '../core/sluice-error';
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import { allOf } from '../future/all';
import { begin, endedExecution, type Execution, type Sink } from '../future/execution';
import { beginExternalInput } from '../future/external-input';
import { SingleValueObservable } from '../future/single-value-observable';

/**
 * Begins what a task has yielded.
 *
 * @throws TypeError with the name of the task, if the yielded value is none of these.
 */
export function beginYielded(yielded: unknown, sink: Sink<unknown>, scheduler: BatchScheduler): Execution {
  if (yielded instanceof SingleValueObservable)
    return (yielded as SingleValueObservable<unknown>)[begin](sink, scheduler);
  if (yielded === null || yielded === undefined) {
    sink.succeed(yielded);
    return endedExecution;
  }
  if (isAsyncInput(yielded)) return beginExternalInput(yielded, sink, scheduler);
  if (typeof yielded === 'object') return allOf(yielded, `Task "${sink.name ?? ''}"`)[begin](sink, scheduler);
  throw markQuotesValues(
    new TypeError(
      `Task "${sink.name ?? ''}" yielded ${describe(yielded)} (${typeof yielded}). A task yields futures, Observables, ` +
        'promises, arrays and records of them, or null. Use a plain value directly, without yield.',
    ),
  );
}
