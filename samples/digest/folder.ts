/**
 * The folder argument is checked before the work starts.
 */
import { readdir } from 'node:fs/promises';
import { DigestError } from './digest-error';

/** Rejects with a DigestError unless `path` is a readable folder. */
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
