/**
 * The worker file is the program that a thread runs. It stands beside this file and is compiled in the same way. A thread of
 * Node runs only JavaScript; where the sources run uncompiled, the thread requires the TypeScript file through the loader
 * of the process.
 */
import { dirname, extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Returns the URL for `new Worker`. A URL cannot be sent to another thread, but its `href` can. */
export function workerFile(name: 'supervisor' | 'worker-entry'): URL {
  const path = join(dirname(__filename), name + extname(__filename));
  return path.endsWith('.ts') ? urlOfRequire(path) : pathToFileURL(path);
}

/** A thread inherits the hooks of loaders for `require`; those for `import` and for its program only in some Node versions. */
function urlOfRequire(path: string): URL {
  const file = JSON.stringify(path);
  const program = `import { createRequire } from 'node:module'; createRequire(${file})(${file});`;
  return new URL(`data:text/javascript,${encodeURIComponent(program)}`);
}
