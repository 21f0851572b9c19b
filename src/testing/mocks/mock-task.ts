/**
 * Putting a mock in the place of a task, for all who call it: as a future, in another task, by `block`, in a scope, from
 * an operator. The idea is asynq's `mock_.patch`; the names are those that jest's users know.
 */
import { invalidOption } from '../../core/describe';
import type { Future } from '../../future/future';
import type { WorkerResult } from '../../pool/api/job';
import type { PoolTask } from '../../pool/api/worker-pool-base';
import { mockTargetOf } from './mock-target';
import { TaskMock, type PoolTaskAnswer, type TaskAnswer } from './task-mock';

/**
 * Mocks a task, a batch function or a task of a pool, until `restore()` or the end of a `using` block. Futures that run
 * already go on with the original; those that were only built run the mock. With an implementation it runs that; without,
 * and with no other behaviour, calls fail with an `UnansweredMockError`.
 *
 * A mocked batch function answers each key by itself: there is no flush, and neither cache nor `prime` count.
 *
 * @throws TypeError for a function that is none of these, and for an implementation that is no function.
 * @example
 * using users = mockTask(userById).returns({ name: 'Ada' });
 * await page(7); // asks userById
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
  const seat = mockTargetOf(fn, 'mockTask');
  if (implementation !== undefined && typeof implementation !== 'function') {
    throw invalidOption('mockTask: its implementation', 'a function', implementation);
  }
  const mock = new TaskMock<readonly unknown[], unknown, unknown, unknown>(seat);
  return implementation ? mock.implements(implementation) : mock;
}
