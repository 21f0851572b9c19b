/** Files that hold what a program has done: new ones are for their owner alone, and none goes to another user. */
import { closeSync, existsSync, lstatSync, openSync, realpathSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Only the owner reads and writes it. */
const OWN = 0o600;

/** Throws where the file could not be written, and leaves nothing there. */
export function checkWritable(path: string): void {
  const isNew = !existsSync(path);
  closeSync(openSync(path, flagFor(path, 'a'), OWN));
  // It may be a link to it.
  if (isNew) unlinkSync(realpathSync(path));
}

/** Writes it anew. A file that exists keeps its mode. */
export function writeOwnFile(path: string, content: string): void {
  writeFileSync(path, content, { flag: flagFor(path, 'w'), mode: OWN });
}

/**
 * What is new is created exclusively: a link that another user puts there meanwhile is not followed. Throws where
 * something of another user lies at the path, in a folder that all users write to.
 */
function flagFor(path: string, flag: 'a' | 'w'): string {
  const existing = lstatSync(path, { throwIfNoEntry: false });
  if (!existing) return `${flag}x`;
  // Windows has no numbers of users.
  const user = process.getuid?.();
  if (user !== undefined && existing.uid !== user && isShared(dirname(path))) {
    throw new Error('it belongs to another user, in a folder that all users write to');
  }
  return flag;
}

function isShared(folder: string): boolean {
  return (statSync(folder).mode & 0o002) !== 0;
}
