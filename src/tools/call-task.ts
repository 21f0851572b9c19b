/**
 * Tasks and functions of every other kind, called alike: what comes back is a Future. The idea is asynq's `async_call`.
 */
import { invalidOption } from '../core/describe';
import type { Future } from '../future/future';
import { task, type TaskResult } from '../task/task';
import { taskDefinitionOf } from '../task/task-body';
import { standFor } from './sharing/parameters';

/**
 * Whether a function is a task: made by `task`, or by a tool that makes one, as `dedupe` and `retryTask` do. A batch
 * function is none.
 *
 * @example
 * isTask(task(() => 1)); // true
 * isTask(() => 1); // false
 */
export const isTask = (value: unknown): value is (...args: readonly never[]) => Future<unknown> =>
  typeof value === 'function' && taskDefinitionOf(value) !== undefined;

/**
 * A future of what a function gives, whatever it is: a task, a batch function, a generator function, a plain or an
 * `async` one. Cold as all futures are: each subscription calls it. What it throws is the failure of the future.
 *
 * @throws TypeError at once if it is given no function, or an async generator function.
 * @example
 * callTask((n: number) => n * 2, 21).subscribe(console.log); // 42
 */
export const callTask = <A extends readonly unknown[], R>(fn: (...args: A) => R, ...args: A): Future<TaskResult<R>> =>
  asTask('callTask: its function', fn)(...args);

/** The function itself if it is a task; else a task of it, which keeps `this`, name and arguments. */
export function asTask<This, A extends readonly unknown[], R>(
  what: string,
  fn: (this: This, ...args: A) => R,
): (this: This, ...args: A) => Future<TaskResult<R>> {
  checkFunction(what, fn);
  // A task returns a future of its result, so that what `R` stands for is that future.
  return isTask(fn) ? (fn as (this: This, ...args: A) => Future<TaskResult<R>>) : task(fn);
}

export function checkFunction(what: string, fn: unknown): void {
  if (typeof fn !== 'function') throw invalidOption(what, 'a task, a batch function, or any other function', fn);
}

/** A task that stands for `fn` where people see one: under its name, and with as many parameters. */
export function taskLike<This, A extends readonly unknown[], R>(
  fn: (...args: never[]) => unknown,
  body: (this: This, ...args: A) => R,
): (this: This, ...args: A) => Future<TaskResult<R>> {
  Object.defineProperty(body, 'name', { value: fn.name, configurable: true });
  Object.defineProperty(body, 'length', { value: fn.length, configurable: true });
  standFor(body, fn);
  return task(body);
}
