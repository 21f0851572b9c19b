/**
 * Stands in for `src/pool/worker-file` in specs: the programs of threads are those that `build-threads.mjs` has built.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { builtFiles } from './built-package';

const PATHS = { supervisor: 'supervisor.cjs', 'node-entry': 'worker/node-entry.cjs' };

export const workerFile: typeof import('../../src/pool/worker-file').workerFile = (name) =>
  pathToFileURL(join(builtFiles(), 'pool', PATHS[name]));
