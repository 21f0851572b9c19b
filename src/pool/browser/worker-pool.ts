/** The pool on the Web Workers of a browser. */
import { invalidOption } from '../../core/describe';
import { browserPlatform } from './platform';
import type { WorkerPoolConfig } from '../host/pool-config';
import { WorkerPoolBase } from '../api/worker-pool-base';

/**
 * Runs functions on threads: by reference to a module, or as source if they stand by themselves. What they are given and
 * what they give is copied, or moved by `transfer`.
 *
 * A browser brings nothing to a thread that sleeps: `block`, `get` and `wait` can't wait for a pool here. An Observable
 * that emits without a pause is not held up in its worker either: what nobody has asked for yet is kept there.
 *
 * @throws TypeError for an option that makes no sense, or none in a browser: `resourceLimits`, `env`, `execArgv`.
 * @example
 * await using pool = new WorkerPool({ size: 2 });
 * await pool.do((n: number) => n ** 2, 12); // 144
 */
export class WorkerPool extends WorkerPoolBase {
  constructor(config: WorkerPoolConfig = {}) {
    refuseOptionsOfNode(config);
    super(config, browserPlatform);
  }
}

function refuseOptionsOfNode(config: WorkerPoolConfig | null): void {
  for (const option of ['resourceLimits', 'env', 'execArgv'] as const) {
    const given = config?.[option];
    if (given !== undefined)
      throw invalidOption(`WorkerPool: ${option}`, "left out in a browser, since it is Node's", given);
  }
}
