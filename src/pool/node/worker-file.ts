/**
 * The worker file is the program that a thread runs. It stands beside this file and is compiled in the same way. A thread of
 * Node runs only JavaScript; where the sources run uncompiled, the thread requires the TypeScript file through the loader
 * of the process.
 */
import { existsSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Returns the URL for `new Worker`. A URL cannot be sent to another thread, but its `href` can.
 *
 * @throws Error where a bundler has moved this file and left the worker files behind.
 */
export function workerFile(name: 'supervisor' | 'worker-entry'): URL {
  // A bundle may leave it undefined.
  const here: unknown = typeof __filename === 'string' ? __filename : undefined;
  const path = typeof here === 'string' ? join(dirname(here), name + extname(here)) : '';
  if (!existsSync(path)) throw new Error(BUNDLED);
  return path.endsWith('.ts') ? urlOfRequire(path) : pathToFileURL(path);
}

const BUNDLED =
  'sluice is in a bundle; leave it out, and install it where the bundle runs (esbuild `--external:sluice`; rollup and vite ' +
  '`external: [/^sluice/]`; webpack `externals: [/^sluice/]` with `externalsType: "node-commonjs"`). The programs of its ' +
  'worker threads are files of the package, and do not stand beside the bundle.';

/** A thread inherits the hooks of loaders for `require`; those for `import` and for its program only in some Node versions. */
function urlOfRequire(path: string): URL {
  const file = JSON.stringify(path);
  const program = `import { createRequire } from 'node:module'; createRequire(${file})(${file});`;
  return new URL(`data:text/javascript,${encodeURIComponent(program)}`);
}
