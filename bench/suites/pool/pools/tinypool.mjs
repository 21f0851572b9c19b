/** Tinypool: a smaller fork of piscina, with the same options. */
import { fileURLToPath } from 'node:url';
import { Tinypool } from 'tinypool';
import { threads, workUrl } from './open-pool.mjs';
import { all } from './gather-promises.mjs';

/** @returns {import('./open-pool.mjs').OpenPool<Promise<unknown>>} */
export function openTinypool() {
  const pool = new Tinypool({ filename: fileURLToPath(workUrl), minThreads: threads, maxThreads: threads });
  return {
    name: 'tinypool',
    run: (name, input) => pool.run(input, { name }),
    move: (name, bytes) => pool.run(bytes, { name, transferList: [bytes.buffer] }),
    all,
    close: () => pool.destroy(),
  };
}
