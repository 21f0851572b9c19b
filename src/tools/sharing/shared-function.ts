/** A function whose equal calls share a result: the task users call, and the task that is run for them. */
import type { Future } from '../../future/future';
import type { TaskResult } from '../../task/task';
import { asTask, taskLike } from '../call-task';
import type { SharedCalls } from './shared-calls';

/** The calls that share with each other, and the identity of one call among them. */
interface CallIdentity<V> {
  readonly calls: SharedCalls<V>;
  readonly identity: string;
}

export function sharedFunction<This, A extends readonly unknown[], R>(
  tool: string,
  fn: (this: This, ...args: A) => R,
  identify: (self: This, args: A) => CallIdentity<TaskResult<R>>,
): (this: This, ...args: A) => Future<TaskResult<R>> {
  const run = runnerOf(tool, fn);
  const shared = function (this: This, ...args: A): Future<TaskResult<R>> {
    const { calls, identity } = identify(this, args);
    return calls.future({ name: fn.name, identity, run: () => Reflect.apply(run, this, args) });
  };
  return taskLike<This, A, Future<TaskResult<R>>>(fn, shared);
}

/**
 * The task that is run once for all callers.
 *
 * @throws TypeError if `fn` is not a function.
 */
export const runnerOf = <This, A extends readonly unknown[], R>(
  tool: string,
  fn: (this: This, ...args: A) => R,
): ((this: This, ...args: A) => Future<TaskResult<R>>) => asTask(`${tool}: its function`, fn);
