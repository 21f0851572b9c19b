/** Piscina: a pool for one file; each task names an export. */
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { threads, workUrl } from './open-pool.mjs';
import { all } from './gather-promises.mjs';

/** @returns {import('./open-pool.mjs').OpenPool<Promise<unknown>>} */
export function openPiscina() {
  const pool = new Piscina({ filename: fileURLToPath(workUrl), minThreads: threads, maxThreads: threads });
  return {
    name: 'piscina',
    run: (name, input) => pool.run(input, { name }),
    move: (name, bytes) => pool.run(bytes, { name, transferList: [bytes.buffer] }),
    all,
    close: () => pool.destroy(),
  };
}
