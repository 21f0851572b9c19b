/** The contenders: sluice, BullMQ used plainly, and piscina, which is the floor: it needs no network. */
import { fileURLToPath } from 'node:url';
import { Queue, QueueEvents } from 'bullmq';
import { Redis } from 'ioredis';
import { Piscina } from 'piscina';
import { FleetPool } from '../../../sluice-fleet.mjs';
import { startWorkers } from '../worker-processes.mjs';

/**
 * @typedef {object} Contender
 * @property {string} name
 * @property {(n: number) => PromiseLike<number>} call
 * @property {() => Promise<unknown>} close
 *
 * @typedef {{ url: string, workers: number }} ContenderConfig
 */

/** Calls that a worker runs at a time. */
const CONCURRENCY = 16;
const THREADS = 2;
const workUrl = new URL('../work.mjs', import.meta.url);

/** @param {ContenderConfig} config @returns {Promise<Contender>} */
export async function sluice({ url, workers }) {
  const queue = `sluice-${workers}`;
  const program = new URL('./sluice-worker.mjs', import.meta.url);
  const endWorkers = await startWorkers(program, workers, [url, queue, String(THREADS)]);
  const pool = new FleetPool({ connection: url, queue, modules: new URL('..', import.meta.url) });
  await pool.ready;
  const { tiny } = pool.module(workUrl);
  const close = async () => {
    await pool.close();
    await endWorkers();
  };
  return { name: 'sluice', call: tiny, close };
}

/** A job is kept for a second after its end, because `waitUntilFinished` may look for it later. @param {ContenderConfig} config @returns {Promise<Contender>} */
export async function bullmq({ url, workers }) {
  const name = `bullmq-${workers}`;
  const program = new URL('./bullmq-worker.mjs', import.meta.url);
  const endWorkers = await startWorkers(program, workers, [url, name, String(CONCURRENCY)]);
  const connections = [1, 2].map(() => new Redis(url, { maxRetriesPerRequest: null }));
  const queue = new Queue(name, { connection: connections[0] });
  const events = new QueueEvents(name, { connection: connections[1] });
  // Each waiter adds listeners to both.
  for (const emitter of [queue, events]) emitter.setMaxListeners(0);
  await Promise.all([queue.waitUntilReady(), events.waitUntilReady()]);
  const options = { removeOnComplete: { age: 1 } };
  const call = async (/** @type {number} */ n) => (await queue.add('tiny', n, options)).waitUntilFinished(events);
  const close = async () => {
    await events.close();
    await queue.close();
    for (const connection of connections) connection.disconnect();
    await endWorkers();
  };
  return { name: 'BullMQ', call, close };
}

/** @returns {Promise<Contender>} */
export async function piscina() {
  const pool = new Piscina({ filename: fileURLToPath(workUrl), minThreads: THREADS, maxThreads: THREADS });
  return { name: 'piscina', call: (n) => pool.run(n, { name: 'tiny' }), close: () => pool.destroy() };
}
