/**
 * Where the programs that threads run are: beside this file, compiled as it is. A thread of Node runs JavaScript alone;
 * in the sources a program is TypeScript, and is required there by whatever made the process understand it.
 */
import { dirname, extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What `new Worker` takes. A URL does not travel to another thread; its `href` does. */
export function workerFile(name: 'supervisor' | 'worker-entry'): URL {
  const path = join(dirname(__filename), name + extname(__filename));
  return path.endsWith('.ts') ? requiring(path) : pathToFileURL(path);
}

/** A thread inherits the hooks for `require`; those for `import`, and for its program, in some versions of Node only. */
function requiring(path: string): URL {
  const file = JSON.stringify(path);
  const program = `import { createRequire } from 'node:module'; createRequire(${file})(${file});`;
  return new URL(`data:text/javascript,${encodeURIComponent(program)}`);
}
