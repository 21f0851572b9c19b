/**
 * A context in which a task must not wait: for what has to happen in one go. The idea is asynq's `NonAsyncContext`.
 */
import { SuspensionError } from '../core/errors';
import { isSwitchedAside } from '../scheduler/frame';
import { TaskContext } from './task-context';

/**
 * A suspension inside it fails the task with a `SuspensionError`. To yield what has its value at once is no suspension.
 * To let others run is one, though: `start()`, `block()`, or to set what others wait for.
 *
 * @example
 * within(forbidSuspension(), Future.of(7)).subscribe(console.log); // 7
 */
export const forbidSuspension = (): TaskContext => new NoSuspension();

class NoSuspension extends TaskContext {
  override pause(): void {
    if (!isSwitchedAside()) throw new SuspensionError();
  }

  override resume(): void {
    // It is never paused.
  }

  override leave(): void {
    // Its end is no suspension.
  }
}
