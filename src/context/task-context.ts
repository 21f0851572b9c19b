/**
 * A task context is state that is on while one task runs and off while other tasks run, such as the indentation of a log, a
 * transaction or a timer. The inputs that the task awaits run in it too. The idea is asynq's `AsyncContext`.
 */
import type { Switchable } from '../scheduler/frame';

/**
 * The base class of contexts. `resume` turns the context on and `pause` turns it off, alternately. A task that never waits
 * is never paused. An error of either method fails the task of this context, and no other.
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
  /** Turns the context off: the task waits, and other tasks run. */
  abstract pause(): void;
  /** Turns the context on: the task goes on. */
  abstract resume(): void;

  /** Turns the context on for the first time. Calls `resume()` unless overridden. */
  enter(): void {
    this.resume();
  }

  /** Turns the context off for the last time, if it is on. Calls `pause()` unless overridden. */
  leave(): void {
    this.pause();
  }
}
