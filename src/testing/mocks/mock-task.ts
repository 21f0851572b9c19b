/**
 * `mockTask` replaces a task by a mock for all its callers, however they call it: as a future, in another task, by
 * `block`, in a scope, or from an operator. The idea is asynq's `mock_.patch`; the method names are like jest's.
 */
import { checkFunction } from '../../core/option-values';
import type { Future } from '../../future/future';
import type { WorkerResult } from '../../pool/api/job';
import type { PoolTask } from '../../pool/api/worker-pool-base';
import { mockTargetOf } from './mock-target';
import { TaskMock, type PoolTaskAnswer, type TaskAnswer } from './task-mock';

/**
 * Mocks a task, a batch function or a task of a pool, until `restore()` or the end of a `using` block. A future that runs
 * already continues with the original; a future that was only built runs the mock. Without an implementation or another
 * behaviour, calls fail with an `UnansweredMockError`.
 *
 * A mocked batch function answers each key separately: without a flush, without the cache, and without primed values.
 *
 * @param fn a function made by `task()`, `batch()` or the `task()` of a pool
 * @param implementation a function that each call runs instead, as with `implements`
 * @throws TypeError if `fn` is another kind of function, or `implementation` is not a function.
 * @example
 * using users = mockTask(userById).returns({ name: 'Ada' });
 * await page(7); // calls userById(7)
 * users.calls; // [[7]]
 */
export function mockTask<A extends readonly unknown[], R>(
  fn: PoolTask<A, R>,
  implementation?: (...args: A) => PoolTaskAnswer<WorkerResult<R>>,
): TaskMock<A, WorkerResult<R>, unknown, PoolTaskAnswer<WorkerResult<R>>>;
export function mockTask<This, A extends readonly unknown[], T>(
  fn: (this: This, ...args: A) => Future<T>,
  implementation?: (this: This, ...args: A) => TaskAnswer<T>,
): TaskMock<A, T, This>;
export function mockTask(
  fn: (...args: never) => unknown,
  implementation?: (...args: readonly unknown[]) => unknown,
): TaskMock<readonly unknown[], unknown, unknown, unknown> {
  const target = mockTargetOf(fn, 'mockTask');
  if (implementation !== undefined) checkFunction('mockTask: implementation', implementation);
  const mock = new TaskMock<readonly unknown[], unknown, unknown, unknown>(target);
  return implementation ? mock.implements(implementation) : mock;
}
