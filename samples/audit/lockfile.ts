/**
 * A lockfile is npm's record of what lies where. Versions 2 and 3 keep it in a map `packages`, from folder to package.
 * It is read and checked here, so that nothing behind this file meets a shape it did not expect.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AuditError, reasonOf } from './audit-error';
import { isRecord, lockedPackage, type LockedPackage } from './locked-package';

/** The folder of the root package, as the lockfile writes it. */
export const ROOT = '';

const FILE_NAME = 'package-lock.json';

/** Every package by its folder, with `/` between folders on every platform. */
export type Lockfile = ReadonlyMap<string, LockedPackage>;

/** A folder stands for the lockfile in it. */
export function readLockfile(path: string): Lockfile {
  const inFolder = join(path, FILE_NAME);
  const file = existsSync(inFolder) ? inFolder : path;
  return parseLockfile(readText(file), file);
}

/** `path` only serves the messages. */
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
    const reason = isOfFolder(error) ? `it is a folder, and has no ${FILE_NAME} in it` : reasonOf(error);
    throw new AuditError(`cannot read ${path}: ${reason}`, { cause: error });
  }
}

function isOfFolder(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EISDIR';
}

function parseJson(text: string, path: string): unknown {
  try {
    // Editors on Windows may leave a byte order mark, which npm forgives as well.
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new AuditError(`${path} is not JSON: ${reasonOf(error)}`, { cause: error });
  }
}

function readEntry(entry: unknown, folder: string, path: string): LockedPackage {
  const found = lockedPackage(entry);
  if (found === null) throw new AuditError(`${path} is damaged: its entry "${folder}" is neither a package nor a link`);
  if (Buffer.byteLength(folder) > LONGEST_FOLDER) {
    throw new AuditError(`${path} is damaged: its entry "${folder.slice(0, 60)}…" is longer than any path`);
  }
  if (!textsOf(folder, found).every(isStorable)) {
    throw new AuditError(`${path} is damaged: its entry "${folder}" has a text with a NUL or half a surrogate pair`);
  }
  return found;
}

/** In bytes. An index of Postgres takes no more. */
const LONGEST_FOLDER = 2_600;

/** Every text of an entry that goes into the database. */
function textsOf(folder: string, entry: LockedPackage): readonly string[] {
  const { version, licence, linksTo } = entry;
  const { dependencies, devDependencies, optionalDependencies, peerDependencies } = entry;
  const facts = [folder, version ?? '', licence ?? '', linksTo ?? ''];
  return [...facts, ...dependencies, ...devDependencies, ...optionalDependencies, ...peerDependencies];
}

/** Postgres keeps any text but one with NUL, or one that UTF-8 has no bytes for. */
function isStorable(text: string): boolean {
  return !/\0|\p{Cs}/u.test(text);
}
