/**
 * The walk finds the files in a folder and its subfolders. Their order depends only on their names, so that two walks
 * of the same folder give the same order.
 */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dirent } from 'node:fs';
import type { Place } from './row';

/**
 * Yields every entry that is not a folder, and every folder that cannot be read, so that its row states the reason.
 * Symbolic links are not followed: each file is yielded once, under its own name, and the walk cannot run in circles.
 * A link without a target is yielded, because it is a finding.
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
      else if (!entry.isSymbolicLink() || !(await hasTarget(join(folder, path)))) yield { folder, path };
    }
    // `open` is a stack: in reverse order, the first folder is the next one opened.
    open.push(...folders.reverse());
  }
}

/** Entries sorted by code unit, the same on every machine; `null` if the folder cannot be read. */
async function entriesOf(folder: string): Promise<readonly Dirent[] | null> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.sort((one, other) => (one.name < other.name ? -1 : 1));
  } catch {
    return null;
  }
}

async function hasTarget(link: string): Promise<boolean> {
  try {
    await stat(link);
    return true;
  } catch {
    return false;
  }
}
