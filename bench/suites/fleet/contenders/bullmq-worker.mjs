/** A worker of BullMQ, which runs the function on its own thread. */
import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { tiny } from '../work.mjs';

const [url, queue, concurrency] = process.argv.slice(2);
const connection = new Redis(url, { maxRetriesPerRequest: null });
const worker = new Worker(queue, async ({ data }) => tiny(data), { connection, concurrency: Number(concurrency) });
process.once('SIGTERM', () => process.exit());
await worker.waitUntilReady();
process.send?.('ready');
