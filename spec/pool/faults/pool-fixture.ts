/** Pools for one spec each, and what their tasks and subscribers do again and again. */
import { WorkerPool, type WorkerPoolConfig } from 'sluice/pool';
import { patience } from '../../support/patience';

/** Makes pools that are closed by force after each test. */
export function poolFixture(): (config: WorkerPoolConfig) => WorkerPool {
  const pools: WorkerPool[] = [];
  afterEach(() => Promise.all(pools.splice(0).map((pool) => pool.close({ force: true }))));
  return (config) => {
    const pool = new WorkerPool(config);
    pools.push(pool);
    return pool;
  };
}

/** Makes a pool for one callback, and closes it by force afterwards. */
export async function usePool(config: WorkerPoolConfig, use: (pool: WorkerPool) => Promise<void>): Promise<void> {
  const pool = new WorkerPool(config);
  try {
    await use(pool);
  } finally {
    await pool.close({ force: true });
  }
}

/** A task that blocks its thread for `ms`. */
export const blockThread = (ms: number): number => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  return ms;
};

/** The time limit in ms of a wait; only a wait that hangs reaches it. */
const TIME_LIMIT = patience(10_000);

/** Blocks on a job, and returns its value or the name of its error. */
export function blockOn(job: { block(ms: number): unknown }): unknown {
  try {
    return job.block(TIME_LIMIT);
  } catch (error) {
    return (error as Error).name;
  }
}

/** Resolves to the value or the error of `work`, or to `'timed out'` if it hangs. */
export async function settle(work: PromiseLike<unknown>): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise((resolve) => {
    timer = setTimeout(resolve, 2 * TIME_LIMIT, 'timed out');
  });
  try {
    return await Promise.race([Promise.resolve(work).catch((error: unknown) => error), limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves when all threads of the pool are idle. */
export async function waitForThreads(pool: WorkerPool): Promise<void> {
  while (pool.stats.idle < pool.size) await pool.do(() => 1);
}

/** An error handler for a task that is expected to fail. */
export const ignore = (): void => undefined;
