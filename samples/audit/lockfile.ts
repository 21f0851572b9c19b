/**
 * A lockfile is npm's record of the installed packages. Versions 2 and 3 have a map `packages` from folder to package.
 * This file reads and validates it, so that the other files can rely on its shape.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AuditError, reasonOf } from './audit-error';
import { isRecord, lockedPackage, type LockedPackage } from './locked-package';

/** Key of the root package in a lockfile. */
export const ROOT = '';

const FILE_NAME = 'package-lock.json';

/** Packages by folder. The separator is `/` on every platform. */
export type Lockfile = ReadonlyMap<string, LockedPackage>;

/** Reads a lockfile. A `path` to a folder means the lockfile inside that folder. */
export function readLockfile(path: string): Lockfile {
  const inFolder = join(path, FILE_NAME);
  const file = existsSync(inFolder) ? inFolder : path;
  return parseLockfile(readText(file), file);
}

/** Parses the text of a lockfile. `path` is used in error messages only. */
export function parseLockfile(text: string, path: string): Lockfile {
  const content = parseJson(text, path);
  const version = isRecord(content) ? content['lockfileVersion'] : undefined;
  if (!isRecord(content) || (version !== 2 && version !== 3)) {
    const found = version === undefined ? 'there is none' : `it is ${JSON.stringify(version)}`;
    throw new AuditError(`${path} is no lockfile to audit: expected its lockfileVersion to be 2 or 3, but ${found}`);
  }
  const packages = content['packages'];
  if (!isRecord(packages) || !isRecord(packages[ROOT])) {
    throw new AuditError(`${path} is no whole lockfile: its "packages" must have an entry "" for the root package`);
  }
  const lockfile = new Map(Object.entries(packages).map(([folder, entry]) => [folder, readEntry(entry, folder, path)]));
  for (const [folder, { linksTo }] of lockfile) {
    if (linksTo !== null && typeof lockfile.get(linksTo)?.linksTo === 'string') {
      throw new AuditError(
        `${path} is damaged: its entry "${folder}" is a link to "${linksTo}", which is a link itself`,
      );
    }
  }
  return lockfile;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const reason = isFolderError(error) ? `it is a folder, and has no ${FILE_NAME} in it` : reasonOf(error);
    throw new AuditError(`cannot read ${path}: ${reason}`, { cause: error });
  }
}

function isFolderError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EISDIR';
}

function parseJson(text: string, path: string): unknown {
  try {
    // Editors on Windows may write a byte order mark, which npm accepts as well.
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new AuditError(`${path} is not JSON: ${reasonOf(error)}`, { cause: error });
  }
}

function readEntry(entry: unknown, folder: string, path: string): LockedPackage {
  const found = lockedPackage(entry);
  if (found === null) throw new AuditError(`${path} is damaged: its entry "${folder}" is neither a package nor a link`);
  if (Buffer.byteLength(folder) > MAX_FOLDER_BYTES) {
    throw new AuditError(`${path} is damaged: its entry "${folder.slice(0, 60)}…" is longer than any path`);
  }
  if (!textsOf(folder, found).every(isStorable)) {
    throw new AuditError(`${path} is damaged: its entry "${folder}" has a text with a NUL or half a surrogate pair`);
  }
  return found;
}

/** Longest folder in bytes. A longer one may exceed the limit of an index entry in Postgres. */
const MAX_FOLDER_BYTES = 2_600;

/** Texts of an entry that are stored in the database. */
function textsOf(folder: string, entry: LockedPackage): readonly string[] {
  const { version, licence, linksTo } = entry;
  const { dependencies, devDependencies, optionalDependencies, peerDependencies } = entry;
  const facts = [folder, version ?? '', licence ?? '', linksTo ?? ''];
  return [...facts, ...dependencies, ...devDependencies, ...optionalDependencies, ...peerDependencies];
}

/** False for a text that Postgres cannot store: one with NUL, or with a lone surrogate, which has no UTF-8 encoding. */
function isStorable(text: string): boolean {
  return !/\0|\p{Cs}/u.test(text);
}
