/** The options of `close`, which ends a pool, and their checks. */
import { checkFlag, checkMs } from '../../core/option-values';
import { checkOptions } from '../../core/options';

export interface CloseConfig {
  /**
   * Whether queued and running tasks fail with a `PoolClosedError` at once.
   *
   * @defaultValue `false`
   */
  readonly force?: boolean;
  /**
   * Time in ms after which the pool is closed by force.
   *
   * @defaultValue `Infinity`
   */
  readonly timeout?: number;
}

/**
 * Fills in the defaults.
 *
 * @throws TypeError that names the first invalid or unknown option.
 */
export function checkedCloseOptions(caller: string, config: CloseConfig): Required<CloseConfig> {
  checkOptions(caller, config, ['force', 'timeout']);
  const { force = false, timeout = Infinity } = config;
  checkFlag(`${caller}: force`, force);
  checkMs(`${caller}: timeout`, timeout);
  return { force, timeout };
}
