/**
 * The local site: the HTML manual of PostgreSQL from Debian, 1 169 pages of 7 KB in the median, in a cache below the
 * system's temporary folder. A system without apt gets a generated site.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateSite } from './generated.mjs';

const packageName = 'postgresql-doc-15';
const cache = join(tmpdir(), 'sluice-bench-crawl');

/** Returns the folder of the site, whose front page is `index.html`. */
export function localSite() {
  const manual = cached(packageName, downloadManual);
  if (manual) return join(manual, 'usr', 'share', 'doc', packageName, 'html');
  console.error(`${packageName} cannot be downloaded by apt-get: the site is generated`);
  return /** @type {string} */ (cached('generated', generateSite));
}

/**
 * Returns the folder of a name, which is made once. It gets its name when it is complete, so that an interrupted run
 * leaves no half of a site.
 *
 * @param {string} name
 * @param {(folder: string) => boolean} make returns false if it cannot
 */
function cached(name, make) {
  const folder = join(cache, name);
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  const unfinished = mkdtempSync(`${folder}-`);
  if (make(unfinished)) {
    renameSync(unfinished, folder);
    return folder;
  }
  rmSync(unfinished, { recursive: true });
  return undefined;
}

function downloadManual(/** @type {string} */ folder) {
  return (
    succeeds(folder, 'apt-get', 'download', packageName) &&
    succeeds(folder, 'dpkg', '-x', `${readdirSync(folder).find((name) => name.endsWith('.deb'))}`, '.')
  );
}

/** Runs a command, whose complaints matter only if it fails. @param {string} cwd @param {string} command @param {string[]} args */
function succeeds(cwd, command, ...args) {
  const { status, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) console.error(error?.message ?? stderr);
  return status === 0;
}
