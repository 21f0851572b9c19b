/**
 * `forbidSuspension` makes a context in which a task must not wait, for work that must not be interleaved with other tasks.
 * The idea is asynq's `NonAsyncContext`.
 */
import { SuspensionError } from '../core/errors';
import { isSwitchingForCleanup } from '../scheduler/frame';
import { TaskContext } from './task-context';

/**
 * Makes a context that fails its task with a `SuspensionError` when the task suspends. Yielding a future that has its value
 * at once is not a suspension. Letting other tasks run is one: by `start()`, `block()`, or `set` of a value they wait for.
 *
 * @example
 * within(forbidSuspension(), Future.of(7)).subscribe(console.log); // 7
 */
export const forbidSuspension = (): TaskContext => new NoSuspension();

class NoSuspension extends TaskContext {
  override pause(): void {
    if (!isSwitchingForCleanup()) throw new SuspensionError();
  }

  override resume(): void {
    // `pause` throws, so the context is never paused and resumed.
  }

  override leave(): void {
    // Leaving the context is not a suspension.
  }
}
