/** The options of `broadcast`, which runs a function on every thread, and their checks. */
import { checkFlag } from '../../core/option-values';
import { checkTaskConfig, type TaskConfig } from './task-config';

export interface BroadcastConfig extends TaskConfig {
  /**
   * Whether the function also runs on each thread that the pool starts later, before the tasks of that thread. The `signal`
   * ends this. A thread on which the function fails is replaced, and `events$` reports the error.
   *
   * @defaultValue `false`
   */
  readonly futureThreads?: boolean;
}

/**
 * Fills in the defaults.
 *
 * @throws TypeError that names the first invalid or unknown option.
 */
export function checkedBroadcastOptions(
  caller: string,
  config: BroadcastConfig,
): BroadcastConfig & { readonly futureThreads: boolean } {
  checkTaskConfig(caller, config, ['futureThreads']);
  const { futureThreads = false } = config;
  checkFlag(`${caller}: futureThreads`, futureThreads);
  return { ...config, futureThreads };
}
