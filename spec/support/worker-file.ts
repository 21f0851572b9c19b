/** Replaces `src/pool/node/worker-file` in specs: the worker files are those that `build-threads.mjs` has built. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { builtFiles } from './built-package';

export const workerFile: typeof import('../../src/pool/node/worker-file').workerFile = (name) =>
  pathToFileURL(join(builtFiles(), 'pool', 'node', `${name}.cjs`));
