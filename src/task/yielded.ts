/**
 * What a task may yield: a future, anything that brings a value later, a shape of those, or nothing (`null`,
 * `undefined`), for which it need not wait.
 */
import { describe } from '../core/describe';
import { isAsyncInput } from '../core/rx';
import { quoting } from '../core/sluice-error';
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import { allOf } from '../future/all';
import { begin, ended, type Execution, type Sink } from '../future/execution';
import { beginExternalInput } from '../future/external-input';
import { SingleValueObservable } from '../future/single-value-observable';

/** @throws TypeError for anything else, naming the task. */
export function beginYielded(yielded: unknown, sink: Sink<unknown>, scheduler: BatchScheduler): Execution {
  if (yielded instanceof SingleValueObservable)
    return (yielded as SingleValueObservable<unknown>)[begin](sink, scheduler);
  if (yielded === null || yielded === undefined) {
    sink.succeed(yielded);
    return ended;
  }
  if (isAsyncInput(yielded)) return beginExternalInput(yielded, sink, scheduler);
  if (typeof yielded === 'object') return allOf(yielded, `Task "${sink.name ?? ''}"`)[begin](sink, scheduler);
  throw quoting(
    new TypeError(
      `Task "${sink.name ?? ''}" yielded ${describe(yielded)} (${typeof yielded}). A task yields futures, Observables and ` +
        'promises, arrays and records of them, or null. For a plain value, use it as it is, without a yield.',
    ),
  );
}
