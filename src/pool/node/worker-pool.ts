/** `WorkerPool` on the worker threads of Node. */
import { captureStack } from '../../core/call-site';
import { NodePlatform } from './platform';
import { moduleThatLoads } from './pool-module';
import type { WorkerPoolConfig } from '../host/pool-config';
import { WorkerPoolBase } from '../api/worker-pool-base';

/**
 * Runs functions on worker threads. A function is sent as a reference to a module, or as its source if it uses no variables of
 * the surrounding scope. Arguments and results are copied, or moved by `transfer`.
 *
 * @param config the options; times are in ms
 * @defaultValue `config` is `{}`
 * @throws TypeError for an invalid option.
 * @example
 * await using pool = new WorkerPool({ size: 2 });
 * await pool.do((n: number) => n ** 2, 12); // 144
 */
export class WorkerPool extends WorkerPoolBase {
  constructor(config: WorkerPoolConfig = {}) {
    super(config, new NodePlatform(moduleThatLoads(captureStack(new.target))));
  }
}
