/**
 * Bundles the page of `browser-checks.ts`, the browser entry point of the pool and the program of its workers, with RxJS,
 * into the folder of the first argument.
 */
import { fileURLToPath } from 'node:url';
import { build } from 'tsdown';
import { withoutNode } from '../support/without-node.mjs';

const [, , outDir] = process.argv;

await build({
  config: false,
  cwd: fileURLToPath(new URL('../..', import.meta.url)),
  entry: {
    page: 'spec/services/browser-checks.ts',
    pool: 'src/pool.browser.ts',
    'worker-entry': 'src/pool/browser/worker-entry.ts',
  },
  outDir,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  dts: false,
  plugins: [withoutNode],
  fixedExtension: true,
  deps: { alwaysBundle: [/./], onlyBundle: false },
  logLevel: 'error',
});
