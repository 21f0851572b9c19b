/** The pool on threads of Node. */
import { nodePlatform } from './platform';
import type { WorkerPoolConfig } from '../host/pool-config';
import { WorkerPoolBase } from '../api/worker-pool-base';

/**
 * Runs functions on threads: by reference to a module, or as source if they stand by themselves. What they are given and
 * what they give is copied, or moved by `transfer`.
 *
 * @throws TypeError for an option that makes no sense.
 * @example
 * await using pool = new WorkerPool({ size: 2 });
 * await pool.do((n: number) => n ** 2, 12); // 144
 */
export class WorkerPool extends WorkerPoolBase {
  constructor(config: WorkerPoolConfig = {}) {
    super(config, nodePlatform);
  }
}
