/** `WorkerPool` on the Web Workers of a browser. */
import { invalidOption } from '../../core/describe';
import { browserPlatform } from './platform';
import type { WorkerPoolConfig } from '../host/pool-config';
import { WorkerPoolBase } from '../api/worker-pool-base';

/**
 * Runs functions on Web Workers. A function is sent as a reference to a module, or as its source if it uses no variables of
 * the surrounding scope. Arguments and results are copied, or moved by `transfer`.
 *
 * A browser delivers no messages to a blocked thread, so `block`, `get` and `wait` cannot wait for a pool here. A worker
 * cannot sleep either, so an Observable that emits without a pause is not held up: items beyond the demand of the
 * subscriber are kept in the worker.
 *
 * @param config the options; times are in ms
 * @defaultValue `config` is `{}`
 * @throws TypeError for an invalid option, and for the options of Node: `resourceLimits`, `env`, `execArgv`,
 * `maxHeapMbPerThread`.
 * @example
 * await using pool = new WorkerPool({ size: 2 });
 * await pool.do((n: number) => n ** 2, 12); // 144
 */
export class WorkerPool extends WorkerPoolBase {
  constructor(config: WorkerPoolConfig = {}) {
    refuseNodeOptions(config);
    super(config, browserPlatform);
  }
}

function refuseNodeOptions(config: WorkerPoolConfig | null): void {
  for (const option of ['resourceLimits', 'env', 'execArgv', 'maxHeapMbPerThread'] as const) {
    const value = config?.[option];
    if (value !== undefined)
      throw invalidOption(`WorkerPool: ${option}`, 'left out in a browser, because only Node supports it', value);
  }
}
