/**
 * Stands in for `src/pool/worker-file` in specs: the programs of threads are those that `build-threads.mjs` has built.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const FOLDER = process.env['SLUICE_THREADS'];
const PATHS = { supervisor: 'supervisor.cjs', 'node-entry': 'worker/node-entry.cjs' };

export const workerFile: typeof import('../../src/pool/worker-file').workerFile = (name) => {
  if (FOLDER === undefined)
    throw new Error('There is nothing for threads to run: see why at the start of what jest printed.');
  return pathToFileURL(join(FOLDER, 'pool', PATHS[name]));
};
