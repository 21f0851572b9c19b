/**
 * Before the specs: the package, built as for its users, for the threads that specs start. What jest does to load
 * TypeScript it does in its own thread alone. `SLUICE_THREADS` names the folder of what is built; the package is around
 * it.
 */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** @throws where the build fails: a spec is never to run what an earlier state of the sources has left. */
export default async function buildThreads() {
  // The tools that build need a newer Node than what they build does: for older ones it is built before.
  if (process.env.SLUICE_THREADS !== undefined) return;
  const { build } = await import('tsdown');
  const cache = join(root, 'node_modules', '.cache', 'sluice');
  mkdirSync(cache, { recursive: true });
  // A run has its own, so that none takes away what another is using.
  const folder = mkdtempSync(join(cache, 'threads-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  copyFileSync(join(root, 'package.json'), join(folder, 'package.json'));
  const outDir = join(folder, 'dist');
  const config = join(root, 'tsdown.config.mts');
  await build({ cwd: root, config, outDir, dts: false, logLevel: 'error' });
  process.env.SLUICE_THREADS = outDir;
}
