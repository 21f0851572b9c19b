/**
 * The benchmarks: `npm run bench -- batching [--json]`. Sluice is built and the peers are installed first, so that a
 * figure always belongs to the sources as they are; then the suite runs alone in a process that can collect garbage on
 * demand. Whatever is not a result goes to stderr.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('..', import.meta.url));
const suites = readdirSync(`${here}suites`);
const [suite, ...flags] = process.argv.slice(2);
const unknownFlag = flags.find((flag) => flag !== '--json');

if (!suites.includes(suite)) {
  refuse(suite === undefined ? 'Name a benchmark suite' : `There is no benchmark suite "${suite}"`, suites);
} else if (unknownFlag !== undefined) {
  refuse(`There is no option "${unknownFlag}"`, ['--json']);
} else {
  demand(root, 'npm', ['run', 'build']);
  if (!peersAreInstalled()) demand(here, 'npm', ['ci', '--no-audit', '--no-fund']);
  const command = ['--expose-gc', `${here}run.mjs`, suite, ...flags];
  process.exitCode = spawnSync(process.execPath, command, { stdio: 'inherit' }).status ?? 1;
}

/** @param {string} complaint @param {readonly string[]} known */
function refuse(complaint, known) {
  console.error(`${complaint}; those there are: ${known.join(', ')}.`);
  process.exitCode = 1;
}

/** Runs a step that the figures depend on; without it there is nothing to measure. */
function demand(/** @type {string} */ cwd, /** @type {string} */ command, /** @type {string[]} */ args) {
  const { status } = spawnSync(command, args, { cwd, stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
}

/** What npm noted down when it last installed must be what the lock file asks for now. */
function peersAreInstalled() {
  const installed = `${here}node_modules/.package-lock.json`;
  if (!existsSync(installed)) return false;
  const found = new Set(versionsIn(installed));
  return versionsIn(`${here}package-lock.json`).every((version) => found.has(version));
}

/** @returns {string[]} */
function versionsIn(/** @type {string} */ lockFile) {
  const { packages } = JSON.parse(readFileSync(lockFile, 'utf8'));
  // What is optional may be for another machine, and not be here even when all is.
  const dependencies = Object.keys(packages).filter((path) => path !== '' && !packages[path].optional);
  return dependencies.map((path) => `${path}@${packages[path].version}`);
}
