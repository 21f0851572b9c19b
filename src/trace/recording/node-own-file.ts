/** Files with recorded data are readable only by the user of the process, and are never written to another user's file. */
import { closeSync, existsSync, lstatSync, openSync, realpathSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const OWNER_ONLY = 0o600;

/** Throws if the file cannot be written. A file that did not exist is removed again. */
export function checkWritable(path: string): void {
  const isNew = !existsSync(path);
  closeSync(openSync(path, flagFor(path, 'a'), OWNER_ONLY));
  // The path may be a link to the new file.
  if (isNew) unlinkSync(realpathSync(path));
}

/** Replaces the content of the file. An existing file keeps its mode. */
export function writeOwnFile(path: string, content: string): void {
  writeFileSync(path, content, { flag: flagFor(path, 'w'), mode: OWNER_ONLY });
}

/**
 * A new file is created exclusively, so a link that another user creates meanwhile is not followed.
 *
 * @throws Error if the path belongs to another user, in a folder that all users can write to.
 */
function flagFor(path: string, flag: 'a' | 'w'): string {
  const existing = lstatSync(path, { throwIfNoEntry: false });
  if (!existing) return `${flag}x`;
  // Windows has no user ids.
  const user = process.getuid?.();
  if (user !== undefined && existing.uid !== user && isWritableByAll(dirname(path))) {
    throw new Error('the file belongs to another user, in a folder that all users can write to');
  }
  return flag;
}

function isWritableByAll(folder: string): boolean {
  return (statSync(folder).mode & 0o002) !== 0;
}
