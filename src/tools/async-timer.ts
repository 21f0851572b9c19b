/** The time a task spends running, without its waits. The idea is asynq's `AsyncTimer`. */
import { checkFunction } from '../core/option-values';
import { checkOptions } from '../core/options';
import { TaskContext } from '../context/task-context';

export interface AsyncTimerConfig {
  /**
   * The clock of the timer, in ms.
   *
   * @defaultValue `performance.now()`
   */
  readonly now?: () => number;
}

/**
 * A context that counts the ms during which the tasks inside it run. One timer may surround many tasks, side by side or
 * nested: each moment counts once. The source is asynq's `AsyncTimer`.
 *
 * ```
 * task     r--p      r--p
 * elapsed  0++3333333+++6
 * ```
 *
 * @throws TypeError for an invalid option.
 * @example
 * const timer = new AsyncTimer();
 * within(timer, report(7)).subscribe(() => console.log(`${timer.elapsed} ms of running time`));
 */
export class AsyncTimer extends TaskContext {
  readonly #now: () => number;
  #elapsed = 0;
  #resumedAt = 0;
  /** Number of resumed tasks: the timer may surround a task and also what that task awaits. */
  #depth = 0;

  constructor(config: AsyncTimerConfig = {}) {
    super();
    checkOptions('AsyncTimer', config, ['now']);
    const { now = () => performance.now() } = config;
    checkFunction('AsyncTimer: now', now, 'a function that returns the time in ms');
    this.#now = now;
  }

  /** Running time so far, in ms. */
  get elapsed(): number {
    return this.#depth > 0 ? this.#elapsed + this.#now() - this.#resumedAt : this.#elapsed;
  }

  /** Whether a task inside the timer is running now. */
  get isRunning(): boolean {
    return this.#depth > 0;
  }

  override resume(): void {
    if (this.#depth === 0) this.#resumedAt = this.#now();
    this.#depth++;
  }

  override pause(): void {
    // The depth changes before `now` is called, because `now` may throw.
    this.#depth--;
    if (this.#depth === 0) this.#elapsed += this.#now() - this.#resumedAt;
  }
}
