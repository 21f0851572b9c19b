/**
 * The global setup of jest builds the package, as for publishing, for the threads that specs start: jest transforms
 * TypeScript only in its own thread. `SLUICE_THREADS` is the path of the `dist` folder within the built package.
 */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** @throws if the build fails, so that no spec runs an earlier build. */
export default async function buildThreads() {
  // The build tools need a newer Node than the package does. For older versions, the package is built in advance.
  if (process.env.SLUICE_THREADS !== undefined) return;
  const { build } = await import('tsdown');
  const cache = join(root, 'node_modules', '.cache', 'sluice');
  mkdirSync(cache, { recursive: true });
  // Each run of jest has its own folder, so that none removes files that another uses.
  const folder = mkdtempSync(join(cache, 'threads-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  copyFileSync(join(root, 'package.json'), join(folder, 'package.json'));
  const outDir = join(folder, 'dist');
  const config = join(root, 'tsdown.config.mts');
  await build({ cwd: root, config, outDir, dts: false, logLevel: 'error' });
  process.env.SLUICE_THREADS = outDir;
}
