/**
 * The folder that the command was given, before anything is done with it.
 */
import { readdir } from 'node:fs/promises';
import { DigestError } from './digest-error';

/** @throws DigestError unless it is a folder that can be read. */
export async function assertFolder(path: string): Promise<void> {
  try {
    await readdir(path);
  } catch (error) {
    throw new DigestError(`cannot digest ${path}: ${reasonOf(error)}`, { cause: error });
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error && 'code' in error)) return String(error);
  if (error.code === 'ENOENT') return 'there is no such folder';
  if (error.code === 'ENOTDIR') return 'it is not a folder';
  return error.message;
}
