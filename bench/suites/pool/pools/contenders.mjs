/** All pools under test. Each is opened for one workload and closed after it. */
import { openPiscina } from './piscina.mjs';
import { openSluice } from './sluice.mjs';
import { openTinypool } from './tinypool.mjs';
import { openWorkerpool } from './workerpool.mjs';

const contenders = [openSluice, openPiscina, openTinypool, openWorkerpool];

/**
 * @template T
 * @param {(pools: readonly import('./open-pool.mjs').OpenPool[]) => Promise<T>} use
 */
export async function withPools(use) {
  const pools = contenders.map((open) => open());
  try {
    return await use(pools);
  } finally {
    for (const pool of pools) await pool.close();
  }
}
