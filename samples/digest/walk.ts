/**
 * The walk finds what there is to digest in a folder and all that are below it. Its order depends on the names only,
 * so that it is the same every time.
 */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dirent } from 'node:fs';
import type { Place } from './row';

/**
 * Everything that is not a folder; and folders that cannot be read, so that whoever opens them finds out why.
 * A symbolic link is not followed, wherever it leads: what is in the folder is found under its own name, once, and a
 * walk that follows no link cannot go in circles. A link that leads nowhere is a find, too.
 */
export async function* walk(folder: string): AsyncGenerator<Place, void, undefined> {
  const open = [''];
  for (let below = open.pop(); below !== undefined; below = open.pop()) {
    const entries = await entriesOf(join(folder, below));
    if (entries === null) {
      yield { folder, path: below };
      continue;
    }
    const folders: string[] = [];
    for (const entry of entries) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) folders.push(path);
      else if (!entry.isSymbolicLink() || !(await leadsSomewhere(join(folder, path)))) yield { folder, path };
    }
    // The last one that is pushed is the next to be opened.
    open.push(...folders.reverse());
  }
}

/** In the order of their names, by code unit: the same on every machine. Null if the folder cannot be read. */
async function entriesOf(folder: string): Promise<readonly Dirent[] | null> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.sort((one, other) => (one.name < other.name ? -1 : 1));
  } catch {
    return null;
  }
}

async function leadsSomewhere(link: string): Promise<boolean> {
  try {
    await stat(link);
    return true;
  } catch {
    return false;
  }
}
