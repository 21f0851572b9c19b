/** The options of a task of a pool, and their checks. */
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
}

/** @throws TypeError that names the first invalid or unknown option. */
export function checkTaskConfig(caller: string, config: TaskConfig): void {
  checkOptions(caller, config, ['name', 'timeout', 'signal']);
  const { name, timeout, signal } = config;
  if (name !== undefined) checkString(`${caller}: name`, name);
  if (timeout !== undefined) checkMs(`${caller}: timeout`, timeout);
  if (signal !== undefined) checkSignal(`${caller}: signal`, signal);
}
