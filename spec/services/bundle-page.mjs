/**
 * Bundles the page of `browser-checks.ts`, the browser's door and the program of its workers, RxJS included, into the
 * folder it is given.
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
