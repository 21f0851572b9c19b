/** Builds the package, so that figures are those of the current sources, and installs the peers. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('..', import.meta.url));

/** Exits the process if a step fails. */
export function prepare() {
  runOrExit(root, 'npm', ['run', 'build']);
  if (!arePeersInstalled()) runOrExit(here, 'npm', ['ci', '--no-audit', '--no-fund']);
}

function runOrExit(/** @type {string} */ cwd, /** @type {string} */ command, /** @type {string[]} */ args) {
  const { status } = spawnSync(command, args, { cwd, stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
}

/** Whether the versions that npm installed last are those of the lock file. */
function arePeersInstalled() {
  const installed = `${here}node_modules/.package-lock.json`;
  if (!existsSync(installed)) return false;
  const found = new Set(versionsIn(installed));
  return versionsIn(`${here}package-lock.json`).every((version) => found.has(version));
}

/** @returns {string[]} */
function versionsIn(/** @type {string} */ lockFile) {
  const { packages } = JSON.parse(readFileSync(lockFile, 'utf8'));
  // Optional packages for other platforms are not installed.
  const dependencies = Object.keys(packages).filter((path) => path !== '' && !packages[path].optional);
  return dependencies.map((path) => `${path}@${packages[path].version}`);
}
