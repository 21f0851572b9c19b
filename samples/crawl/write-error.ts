/**
 * Errors of files that a crawl writes. A disk that takes no more is no bug: the user reads which file, and what to do.
 */
import { CrawlError } from './crawl-error';
import { codeOf, messageOf } from './error-code';

/** @param file the path, or what the user calls it: `stdout` */
export function writeError(file: string, error: unknown): CrawlError {
  const advice = adviceFor(error);
  return new CrawlError(`cannot write to ${file}: ${messageOf(error)}${advice === undefined ? '' : `. ${advice}`}`, {
    cause: error,
  });
}

/** Whether the disk took no more, while the program and its options are right. */
export const isDiskError = (error: unknown): boolean => adviceFor(error) !== undefined;

function adviceFor(error: unknown): string | undefined {
  const code = codeOf(error);
  const sqliteCode = sqliteCodeOf(error);
  if (FULL_CODES.has(code) || sqliteCode === SQLITE_FULL) return `Free some space, then ${RESUME}`;
  if (FAILURE_CODES.has(code) || sqliteCode === SQLITE_IOERR) return `Check the disk and its limits, then ${RESUME}`;
  return undefined;
}

const RESUME = 'run the same command again: the crawl goes on where it stopped.';

const FULL_CODES: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT']);

/** A failure of the disk, and a limit of the size of files. SQLite has one code for both. */
const FAILURE_CODES: ReadonlySet<string> = new Set(['EIO', 'EFBIG']);

const SQLITE_IOERR = 10;
const SQLITE_FULL = 13;

/** The primary result code of SQLite, which the drivers give in different fields. Its higher bits tell details. */
function sqliteCodeOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  const { errcode, rawCode } = error as { readonly errcode?: unknown; readonly rawCode?: unknown };
  const code = errcode ?? rawCode;
  return typeof code === 'number' ? code & 0xff : undefined;
}
