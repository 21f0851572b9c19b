/** A function whose equal calls share what comes, in whatever way: the task that people call, and the task it asks. */
import type { Future } from '../../future/future';
import type { TaskResult } from '../../task/task';
import { asTask, taskLike } from '../call-task';
import type { SharedCalls } from './shared-calls';

/** Where a call is shared, and by what it is told from others. */
interface Place<V> {
  readonly calls: SharedCalls<V>;
  readonly identity: string;
}

export function sharedFunction<This, A extends readonly unknown[], R>(
  tool: string,
  fn: (this: This, ...args: A) => R,
  placeOf: (self: This, args: A) => Place<TaskResult<R>>,
): (this: This, ...args: A) => Future<TaskResult<R>> {
  const ask = askedByMany(tool, fn);
  const shared = function (this: This, ...args: A): Future<TaskResult<R>> {
    const { calls, identity } = placeOf(this, args);
    return calls.future({ name: fn.name, identity, make: () => Reflect.apply(ask, this, args) });
  };
  return taskLike<This, A, Future<TaskResult<R>>>(fn, shared);
}

/**
 * The task that is run for all who ask.
 *
 * @throws TypeError if it is given no function.
 */
export const askedByMany = <This, A extends readonly unknown[], R>(
  tool: string,
  fn: (this: This, ...args: A) => R,
): ((this: This, ...args: A) => Future<TaskResult<R>>) => asTask(`${tool}: its function`, fn);
