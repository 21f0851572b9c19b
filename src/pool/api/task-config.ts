/** The options of a task of a pool, and their checks. */
import { invalidOption } from '../../core/describe';
import { checkMs, checkSignal, checkString } from '../../core/option-values';
import { checkOptions } from '../../core/options';

export interface TaskConfig {
  /**
   * Name of the task, in errors and traces.
   *
   * @defaultValue the name of the function
   */
  readonly name?: string;
  /**
   * Time limit of a run in ms, its wait in the queue included.
   *
   * @defaultValue `taskTimeout` of the pool
   */
  readonly timeout?: number;
  /** Cancels all runs of the task when it is aborted. */
  readonly signal?: AbortSignal;
  /**
   * Tasks of a higher priority start before waiting tasks of a lower one. A task that waits ages: each second counts as much
   * as one step of priority, so that no task waits for ever.
   *
   * @defaultValue 0
   */
  readonly priority?: number;
}

/**
 * @param more the names of options that the caller takes besides those of a task
 * @throws TypeError that names the first invalid or unknown option.
 */
export function checkTaskConfig(caller: string, config: TaskConfig, more: readonly string[] = []): void {
  checkOptions(caller, config, ['name', 'timeout', 'signal', 'priority', ...more]);
  const { name, timeout, signal, priority } = config;
  if (name !== undefined) checkString(`${caller}: name`, name);
  if (timeout !== undefined) checkMs(`${caller}: timeout`, timeout);
  if (signal !== undefined) checkSignal(`${caller}: signal`, signal);
  if (priority !== undefined && !Number.isFinite(priority))
    throw invalidOption(`${caller}: priority`, 'a finite number', priority);
}
