/** A worker of sluice, as `npx sluice worker` starts it, with the threads that its arguments name. */
import { fileURLToPath } from 'node:url';
import { runFleetWorker } from '../../../sluice-fleet.mjs';

const [connection, queue, size] = process.argv.slice(2);
const modules = fileURLToPath(new URL('..', import.meta.url));
const worker = runFleetWorker({ connection, queue, modules, size: Number(size) });
process.once('SIGTERM', () => void worker.close({ force: true }).then(() => process.exit()));
await worker.ready();
process.send?.('ready');
