/**
 * The work on one file gives its row. Worker threads and the main thread load this module, which does not depend on
 * the thread it runs on.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  createReadStream,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  type Stats,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip, gzipSync } from 'node:zlib';
import type { DigestedRow, Place, Row } from './row';
import { isJavaScript, sourceFrom } from './source';

/** Digests one file. A file that cannot be read gives a row with the reason instead of a rejection. */
export async function digest({ folder, path }: Place): Promise<Row> {
  let opened: number | undefined;
  try {
    opened = openSync(join(folder, path), OPEN_FLAGS);
    const stats = fstatSync(opened);
    if (!stats.isFile()) return { path, unreadable: `not a file, but ${kindOf(stats)}` };
    // The await is needed, because `finally` closes the file.
    return stats.size > LARGE ? await digestLarge(path, opened) : digestWhole(path, readFileSync(opened));
  } catch (error) {
    return { path, unreadable: reasonOf(error, join(folder, path)) };
  } finally {
    if (opened !== undefined) closeSync(opened);
  }
}

/** Largest size in bytes that is read at once, which is fast. A larger file is streamed, which saves memory. */
export const LARGE = 32 * 1024 * 1024;

/** Flags without blocking: `open` on a named pipe would wait for a writer. Windows has no such flag and pipes. */
const OPEN_FLAGS = constants.O_RDONLY | ((constants.O_NONBLOCK as number | undefined) ?? 0);

/** Digests a file in memory with synchronous calls, which use this thread only and not the thread pool of libuv. */
function digestWhole(path: string, content: Buffer): DigestedRow {
  return {
    path,
    bytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    gzipped: gzipSync(content).length,
    ...(isJavaScript(path) && { source: sourceFrom(content.toString(), path) }),
  };
}

async function digestLarge(path: string, opened: number): Promise<DigestedRow> {
  const hash = createHash('sha256');
  let bytes = 0;
  let gzipped = 0;
  await pipeline(
    createReadStream('', { fd: opened, autoClose: false }),
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        bytes += chunk.length;
        yield chunk;
      }
    },
    createGzip(),
    async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) gzipped += chunk.length;
    },
  );
  return {
    path,
    bytes,
    sha256: hash.digest('hex'),
    gzipped,
    ...(isJavaScript(path) && { source: { unparsable: `larger than ${LARGE} bytes` } }),
  };
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a pipe';
  if (stats.isSocket()) return 'a socket';
  return 'a device';
}

/**
 * Reason of an error, without the path, which the row already has. U+FFFD in a path stands for bytes that are not
 * UTF-8: Node replaces them when it reads a folder, so such a file cannot be opened by its name.
 */
function reasonOf(error: unknown, path: string): string {
  const code = codeOf(error);
  if (code === 'ENOENT' && path.includes('\uFFFD')) return 'its name is not UTF-8, or it is no longer there';
  if (code === 'ENOENT') return isLink(path) ? 'a symbolic link that leads nowhere' : 'no longer there';
  if (code !== undefined) return REASONS.get(code) ?? code;
  return error instanceof Error ? error.message : String(error);
}

/** Code of an error. `instanceof` is not used, because it is false for an error from another realm. */
function codeOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'permission denied'],
  ['EIO', 'input/output error'],
  ['ELOOP', 'a symbolic link that leads in a circle'],
  ['EMFILE', 'too many open files'],
  ['ENAMETOOLONG', 'the name is too long'],
  ['ENOTDIR', 'no longer there'],
  ['ENXIO', 'not a file, but a socket or a device'],
  ['EPERM', 'operation not permitted'],
]);
