/** Workerpool: its threads run `workerpool-thread.mjs`, which registers the functions. */
import { fileURLToPath } from 'node:url';
import workerpool from 'workerpool';
import { threads } from './open-pool.mjs';
import { all } from './gather-promises.mjs';

const registration = fileURLToPath(new URL('./workerpool-thread.mjs', import.meta.url));

/** @returns {import('./open-pool.mjs').OpenPool<PromiseLike<unknown>>} */
export function openWorkerpool() {
  const pool = workerpool.pool(registration, { minWorkers: threads, maxWorkers: threads, workerType: 'thread' });
  return {
    name: 'workerpool',
    run: (name, input) => pool.exec(name, [input]),
    move: (name, bytes) => pool.exec(name, [bytes], { transfer: [bytes.buffer] }),
    all,
    close: () => pool.terminate(),
  };
}
