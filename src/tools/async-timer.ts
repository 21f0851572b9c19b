/** How long a task has been at work itself, its waits left out. The idea is asynq's `AsyncTimer`. */
import { invalidOption } from '../core/describe';
import { checkOptions } from '../core/options';
import { TaskContext } from '../context/task-context';

export interface AsyncTimerConfig {
  /** The time, in ms (`performance.now()`). */
  readonly now?: () => number;
}

/**
 * A context that counts the ms for which the tasks inside it are on. One timer may be around many tasks, at the same
 * time or within each other: no moment counts twice.
 *
 * ```
 * task     r--p      r--p
 * elapsed  0++3333333+++6
 * ```
 *
 * @throws TypeError for a wrong option.
 * @example
 * const timer = new AsyncTimer();
 * within(timer, report(7)).subscribe(() => console.log(`${timer.elapsed} ms of our own`));
 */
export class AsyncTimer extends TaskContext {
  readonly #now: () => number;
  #elapsed = 0;
  #since = 0;
  /** It may be around a task, and around what that waits for as well. */
  #depth = 0;

  constructor(config: AsyncTimerConfig = {}) {
    super();
    checkOptions('AsyncTimer', config, ['now']);
    const { now = () => performance.now() } = config;
    if (typeof now !== 'function') throw invalidOption('AsyncTimer: now', 'a function giving the time in ms', now);
    this.#now = now;
  }

  /** So many ms, up to now. */
  get elapsed(): number {
    return this.#depth > 0 ? this.#elapsed + this.#now() - this.#since : this.#elapsed;
  }

  /** Whether a task inside it is on. */
  get isRunning(): boolean {
    return this.#depth > 0;
  }

  override resume(): void {
    if (this.#depth === 0) this.#since = this.#now();
    this.#depth++;
  }

  override pause(): void {
    // Before the clock is asked, which may throw.
    this.#depth--;
    if (this.#depth === 0) this.#elapsed += this.#now() - this.#since;
  }
}
