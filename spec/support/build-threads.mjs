/**
 * Before the specs: the package, built as for its users, for the threads that specs start. What jest does to load
 * TypeScript it does in its own thread alone.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'tsdown';

const root = fileURLToPath(new URL('../..', import.meta.url));

export default async function buildThreads() {
  const cache = join(root, 'node_modules', '.cache', 'sluice');
  mkdirSync(cache, { recursive: true });
  // A run has its own, so that none takes away what another is using.
  const folder = mkdtempSync(join(cache, 'threads-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  try {
    await build({ cwd: root, outDir: folder, dts: false, logLevel: 'error' });
    process.env.SLUICE_THREADS = folder;
  } catch (error) {
    // Specs without threads run all the same; those with threads say that there is nothing to run.
    console.error(error);
  }
}
