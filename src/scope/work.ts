/** The work of a scope: an awaitable, or a function that returns one; a generator function is run as the body of a task. */
import { Observable } from 'rxjs';
import { invalidOption } from '../core/describe';
import { isAsyncInput } from '../core/rx';
import type { Awaitable } from '../core/shape';
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import { runIn } from '../scheduler/frame';
import { begin, endedExecution, type Execution, type Sink } from '../future/execution';
import { isThenable } from '../core/is-thenable';
import { beginExternalInput } from '../future/external-input';
import { SingleValueObservable } from '../future/single-value-observable';
import { task } from '../task/task';
import { isAsyncFunction, isAsyncGeneratorFunction, isGeneratorFunction, isTaskBody } from '../task/task-body';
import { beginPromise } from './promise-wait';

/** The result of a function in a scope: a value, an awaitable, or, from a generator function, the steps of a task. */
export type ScopeResult<T> = Generator<unknown, T | Awaitable<T>, never> | Awaitable<T> | T;

/** An awaitable, or a function of one argument that returns one. */
export type ScopedWork<T> = Awaitable<T> | ((argument: unknown) => ScopeResult<T>);

interface WorkRun<T> {
  /** The argument of the function. */
  readonly argument: unknown;
  readonly sink: Sink<T>;
  readonly scheduler: BatchScheduler;
}

/** @throws TypeError unless `work` is an awaitable, or a function that can run in a scope. */
export function checkWork(option: string, work: unknown): void {
  if (!isAsyncInput(work))
    checkScopeFunction(option, 'a future, an Observable, a promise, or a function that returns one', work);
}

/** @throws TypeError unless `work` is a function that can run in a scope. */
export function checkScopeFunction(option: string, mustBe: string, work: unknown): void {
  if (typeof work !== 'function' || isAsyncInput(work)) throw invalidOption(option, mustBe, work);
  // An async generator would be taken for a stream, and the last future it yields for its value.
  if (isAsyncGeneratorFunction(work))
    throw invalidOption(option, `${mustBe}, and not an async generator function, whose result would be lost`, work);
}

/** Starts the work. Called within a drive. */
export function beginWork<T>(work: ScopedWork<T>, run: WorkRun<T>): Execution {
  if (typeof work !== 'function') return beginInput(work, run);
  const { argument, sink } = run;
  if (isGeneratorFunction(work)) return beginTask(work, run);
  try {
    const result: unknown = runIn(sink.frame, () => work(argument), isAsyncFunction(work));
    if (isAsyncInput(result)) return beginInput(result as Awaitable<T>, run);
    if (isTaskBody(result)) return beginTask(() => result, run);
    sink.succeed(result as T); // Cast: a `T`, because the type of the function guarantees it.
  } catch (error) {
    sink.fail(error);
  }
  return endedExecution;
}

function beginInput<T>(input: Awaitable<T>, { sink, scheduler }: WorkRun<T>): Execution {
  if (input instanceof SingleValueObservable) return (input as SingleValueObservable<T>)[begin](sink, scheduler);
  if (isThenable<T>(input) && !(input instanceof Observable)) return beginPromise(input, sink, scheduler);
  return beginExternalInput(input, sink, scheduler);
}

const beginTask = <T>(body: (argument: unknown) => unknown, { argument, sink, scheduler }: WorkRun<T>): Execution =>
  task(body)(argument)[begin](sink, scheduler);
