/** Pools of one spec each, and what their tasks and subscribers do again and again. */
import { WorkerPool, type WorkerPoolConfig } from 'sluice/pool';
import { patience } from '../../support/patience';

/** Makes pools that are closed, by force, when the spec has ended. */
export function borrowed(): (config: WorkerPoolConfig) => WorkerPool {
  const pools: WorkerPool[] = [];
  afterEach(() => Promise.all(pools.splice(0).map((pool) => pool.close({ force: true }))));
  return (config) => {
    const pool = new WorkerPool(config);
    pools.push(pool);
    return pool;
  };
}

/** A task that holds its thread. */
export const nap = (ms: number): number => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  return ms;
};

/** Only what hangs is blocked on for so long. */
const PATIENCE = patience(10_000);

/** Blocks, and gives the value, or the name of the error. */
export function blockedOn(job: { block(ms: number): unknown }): unknown {
  try {
    return job.block(PATIENCE);
  } catch (error) {
    return (error as Error).name;
  }
}

/** Each thread of it has started. */
export async function allStarted(pool: WorkerPool): Promise<void> {
  while (pool.stats.idle < pool.size) await pool.do(() => 1);
}

/** A handler for what is expected to fail. */
export const ignore = (): void => undefined;

export const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

/** What comes of it, be it an error; only what hangs is given so long. */
export async function within(work: PromiseLike<unknown>): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise((resolve) => {
    timer = setTimeout(resolve, 2 * PATIENCE, 'timed out');
  });
  try {
    return await Promise.race([Promise.resolve(work).catch((error: unknown) => error), limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** A pool for one spec. */
export async function using(config: WorkerPoolConfig, use: (pool: WorkerPool) => Promise<void>): Promise<void> {
  const pool = new WorkerPool(config);
  try {
    await use(pool);
  } finally {
    await pool.close({ force: true });
  }
}
