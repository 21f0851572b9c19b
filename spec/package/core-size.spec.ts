/** The size of the core in a bundle: what an application that uses `batch`, `task`, `all` and `Future` sends to a browser. */
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { builtFiles } from '../support/built-package';

/** Bytes of the minified and compressed bundle, without RxJS. */
const BUDGET = 30_000;

it('a bundle of the core stays within its budget', async () => {
  const { outputFiles } = await build({
    stdin: { contents: `export { batch, task, all, Future } from './index.mjs';`, resolveDir: builtFiles() },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'neutral',
    external: ['rxjs', 'rxjs/*'],
    write: false,
  });
  const [bundle] = outputFiles;
  const size = gzipSync(bundle?.contents ?? '', { level: 9 }).length;
  expect(size).toBeGreaterThan(BUDGET / 2);
  expect(size).toBeLessThan(BUDGET);
});
