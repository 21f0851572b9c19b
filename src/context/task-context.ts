/**
 * Something that is on while one task runs, and off while others do: a log's indentation, a transaction, a timer. What
 * the task waits for runs in it too. The idea is asynq's `AsyncContext`.
 */
import type { Switchable } from '../scheduler/frame';

/**
 * `resume` turns it on and `pause` turns it off, each in turn. A task that goes on without waiting is never paused. What
 * either throws fails the task it is of, and no other.
 *
 * ```
 * task    r--p      r--p
 * others      ~~~~~~    ~~~
 * ```
 *
 * @example
 * class Indented extends TaskContext {
 *   resume() { console.group(); }
 *   pause() { console.groupEnd(); }
 * }
 * within(new Indented(), nameOf(7)).subscribe(console.log);
 */
export abstract class TaskContext implements Switchable {
  /** The task is left: it waits, and others run. */
  abstract pause(): void;
  /** The task goes on. */
  abstract resume(): void;

  /** It is turned on for the first time: `resume()`, unless you say otherwise. */
  enter(): void {
    this.resume();
  }

  /** It is turned off for good, while it is on: `pause()`, unless you say otherwise. */
  leave(): void {
    this.pause();
  }
}
