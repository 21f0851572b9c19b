/** What can be run in a scope: something to wait for, or a function that gives it, also as the body of a task. */
import { Observable } from 'rxjs';
import { invalidOption } from '../core/describe';
import { isAsyncInput } from '../core/rx';
import type { Awaitable } from '../core/shape';
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import { runIn } from '../scheduler/frame';
import { begin, ended, type Execution, type Sink } from '../future/execution';
import { beginExternalInput } from '../future/external-input';
import { SingleValueObservable } from '../future/single-value-observable';
import { task } from '../task/task';
import { isAsyncFunction, isAsyncGeneratorFunction, isGeneratorFunction, isTaskBody } from '../task/task-body';
import { beginPromise } from './promise-wait';

/** What a function in a scope gives: a value, something to wait for, or, as a generator function, steps of a task. */
export type ScopeResult<T> = Generator<unknown, T | Awaitable<T>, never> | Awaitable<T> | T;

interface Beginning<A, T> {
  /** What the function is called with. */
  readonly argument: A;
  readonly sink: Sink<T>;
  readonly scheduler: BatchScheduler;
}

/** @throws TypeError unless it can be waited for, or is a function that can be run in a scope. */
export function checkWork(what: string, work: unknown): void {
  if (!isAsyncInput(work))
    checkFunction(what, 'a future, an Observable, a promise, or a function that gives one', work);
}

/** @throws TypeError unless it is a function that can be run in a scope. */
export function checkFunction(what: string, mustBe: string, work: unknown): void {
  if (typeof work !== 'function' || isAsyncInput(work)) throw invalidOption(what, mustBe, work);
  // As of a task: yielding futures by mistake would end with the last of them for a value.
  const isRight = !isAsyncGeneratorFunction(work);
  if (!isRight)
    throw invalidOption(what, `${mustBe}, and no async generator function, whose result would be lost`, work);
}

/** Runs it, within a drive. */
export function beginWork<A, T>(
  work: Awaitable<T> | ((argument: A) => ScopeResult<T>),
  beginning: Beginning<A, T>,
): Execution {
  if (typeof work !== 'function') return beginInput(work, beginning);
  const { argument, sink } = beginning;
  if (isGeneratorFunction(work)) return beginTask(work as (argument: A) => unknown, beginning);
  try {
    const call = (): unknown => (work as (argument: A) => unknown)(argument);
    const result = runIn(sink.frame, call, isAsyncFunction(work));
    if (isAsyncInput(result)) return beginInput(result as Awaitable<T>, beginning);
    if (isTaskBody(result)) return beginTask(() => result, beginning);
    sink.succeed(result as T); // the function's own type says so
  } catch (error) {
    sink.fail(error);
  }
  return ended;
}

function beginInput<A, T>(input: Awaitable<T>, { sink, scheduler }: Beginning<A, T>): Execution {
  if (input instanceof SingleValueObservable) return (input as SingleValueObservable<T>)[begin](sink, scheduler);
  if (isThenable(input)) return beginPromise(input, sink, scheduler);
  return beginExternalInput(input, sink, scheduler);
}

const beginTask = <A, T>(body: (argument: A) => unknown, { argument, sink, scheduler }: Beginning<A, T>): Execution =>
  task(body)(argument)[begin](sink, scheduler);

const isThenable = <T>(input: Awaitable<T>): input is PromiseLike<T> =>
  !(input instanceof Observable) && 'then' in input && typeof input.then === 'function';
