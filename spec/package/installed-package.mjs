/** The package as it is installed: packed, unpacked into a temporary folder, and linked to the dependencies of this project. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** The time limit of a step in ms; only a step that hangs reaches it. */
const STEP_TIMEOUT = 120_000;

/** Installs the package, and returns the folder. */
export function installPackage(/** @type {readonly string[]} */ dependencies) {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-consumer-'));
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, 'sluice'), { recursive: true });
  const [{ filename }] = JSON.parse(
    run('packing', folder, 'npm', ['pack', root, '--json', '--ignore-scripts', '--silent']),
  );
  run('unpacking', folder, 'tar', ['-xzf', filename, '-C', join(modules, 'sluice'), '--strip-components=1']);
  for (const name of dependencies) link(join(root, 'node_modules', name), join(modules, name));
  return folder;
}

/** Makes a folder be found at another path. */
export function link(/** @type {string} */ target, /** @type {string} */ path) {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path, 'junction');
}

/** Runs a command and returns its output; throws if the command fails. */
export function run(
  /** @type {string} */ step,
  /** @type {string} */ cwd,
  /** @type {string} */ command,
  /** @type {readonly string[]} */ args,
) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8', timeout: STEP_TIMEOUT });
  if (status !== 0) throw new Error(`${step} failed:\n${error ?? stdout + stderr}`);
  return stdout;
}
