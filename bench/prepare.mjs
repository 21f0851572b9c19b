/** What figures depend on: the built package, so that they belong to the sources as they are, and the installed peers. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('..', import.meta.url));

/** Ends this process where a step fails. */
export function prepare() {
  demand(root, 'npm', ['run', 'build']);
  if (!arePeersInstalled()) demand(here, 'npm', ['ci', '--no-audit', '--no-fund']);
}

function demand(/** @type {string} */ cwd, /** @type {string} */ command, /** @type {string[]} */ args) {
  const { status } = spawnSync(command, args, { cwd, stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
}

/** What npm noted down when it last installed must be what the lock file asks for now. */
function arePeersInstalled() {
  const installed = `${here}node_modules/.package-lock.json`;
  if (!existsSync(installed)) return false;
  const found = new Set(versionsIn(installed));
  return versionsIn(`${here}package-lock.json`).every((version) => found.has(version));
}

/** @returns {string[]} */
function versionsIn(/** @type {string} */ lockFile) {
  const { packages } = JSON.parse(readFileSync(lockFile, 'utf8'));
  // An optional package may be for another machine, and be absent here though all are installed.
  const dependencies = Object.keys(packages).filter((path) => path !== '' && !packages[path].optional);
  return dependencies.map((path) => `${path}@${packages[path].version}`);
}
