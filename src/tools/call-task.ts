/** Tasks and functions of every other kind, called alike: each call returns a Future. The idea is asynq's `async_call`. */
import { checkFunction } from '../core/option-values';
import type { Future } from '../future/future';
import { task, type TaskResult } from '../task/task';
import { taskDefinitionOf } from '../task/task-body';
import { inheritParameters } from './parameters';

/**
 * Whether a function is a task: made by `task`, or by a tool that makes tasks, such as `dedupe` and `retryTask`. A batch
 * function is not a task.
 *
 * @param value - Any value.
 * @example
 * isTask(task(() => 1)); // true
 * isTask(() => 1); // false
 */
export const isTask = (value: unknown): value is (...args: readonly never[]) => Future<unknown> =>
  typeof value === 'function' && taskDefinitionOf(value) !== undefined;

/**
 * A future of the result of any function: a task, a batch function, a generator function, a plain or an `async` function.
 * The future is cold: each subscription calls the function. An error that the function throws fails the future. The
 * source is asynq's `async_call`.
 *
 * @param fn - The function to call.
 * @param args - The arguments of the call.
 * @throws TypeError at once if `fn` is not a function, or is an async generator function.
 * @example
 * callTask((n: number) => n * 2, 21).subscribe(console.log); // 42
 */
export const callTask = <A extends readonly unknown[], R>(fn: (...args: A) => R, ...args: A): Future<TaskResult<R>> =>
  asTask('callTask: its function', fn)(...args);

/** Returns a task unchanged, and makes a task of any other function; the task keeps `this`, name and arguments. */
export function asTask<This, A extends readonly unknown[], R>(
  place: string,
  fn: (this: This, ...args: A) => R,
): (this: This, ...args: A) => Future<TaskResult<R>> {
  checkTaskOrFunction(place, fn);
  // For a task, `R` is the type of its future.
  return isTask(fn) ? (fn as (this: This, ...args: A) => Future<TaskResult<R>>) : task(fn);
}

export const checkTaskOrFunction = (place: string, fn: unknown): void =>
  checkFunction(place, fn, 'a task, a batch function, or any other function');

/** Makes a task of `body` that has the name, the length and the parameters of `fn`, which it wraps. */
export function taskLike<This, A extends readonly unknown[], R>(
  fn: (...args: never[]) => unknown,
  body: (this: This, ...args: A) => R,
): (this: This, ...args: A) => Future<TaskResult<R>> {
  Object.defineProperty(body, 'name', { value: fn.name, configurable: true });
  Object.defineProperty(body, 'length', { value: fn.length, configurable: true });
  inheritParameters(body, fn);
  return task(body);
}
