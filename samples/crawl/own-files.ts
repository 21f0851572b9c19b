/**
 * The files of a crawl are its own: each option names another one, and an output belongs to one unfinished crawl. The
 * file beside the output that has the name of its usual journal is that journal, or has the path of another one.
 */
import { existsSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { CrawlError } from './crawl-error';
import type { Database } from './database';
import { closeJournalFile, endJournalFile, metaIn, openJournalFile } from './journal-file';

/** @throws CrawlError if two options, such as `--output`, name one file */
export function checkDistinct(files: Readonly<Record<string, string | undefined>>): void {
  const named = Object.entries(files).flatMap(([option, path]) => (path === undefined ? [] : [{ option, path }]));
  named.forEach((one, index) => {
    const other = named.slice(0, index).find(({ path }) => isSameFile(path, one.path));
    if (other === undefined) return;
    throw new CrawlError(
      `${other.option} and ${one.option} are one file, ${one.path}, and would write over each other. Give each a file of its own.`,
    );
  });
}

export interface OutputClaim {
  /** Whether the journal has not claimed the output before. The output has no results of its crawl then. */
  readonly isNew: boolean;
  /** Gives the output back. That of an unfinished crawl stays claimed, also when the process ends at any moment. */
  readonly release: (isFinished: boolean) => void;
}

export interface ClaimConfig {
  readonly output: string;
  readonly journal: string;
  /** Whether the results of an unfinished crawl with another journal may be lost. */
  readonly isRestarted: boolean;
}

/**
 * Claims the output of a crawl for its journal.
 *
 * @throws CrawlError if another crawl writes to the output, or has not finished it
 */
export function claimOutput({ output, journal, isRestarted }: ClaimConfig): OutputClaim {
  const usual = `${realPathOf(output)}.journal`;
  const isUsual = isSameFile(usual, journal);
  if (output === '-' || isDevice(output) || (isUsual && !existsSync(usual))) return NO_CLAIM;
  const database = openJournalFile(usual, output);
  try {
    const owner = ownerIn(database, usual);
    const isOwn = owner !== undefined && isSameFile(owner, journal);
    if (owner !== undefined && !isOwn && !isRestarted) {
      throw new CrawlError(
        `${output} has the results of an unfinished crawl, whose journal is ${owner}. Finish that crawl with ` +
          `--journal ${owner}, give another --output, or write over its results with --restart.`,
      );
    }
    if (isUsual) {
      closeJournalFile(database);
      return NO_CLAIM;
    }
    // A crawl that loses its results begins anew.
    if (owner === usual) database.exec('delete from pages; delete from meta');
    database.prepare("insert or replace into meta values ('journal', ?)").run(realPathOf(journal));
    return { isNew: !isOwn, release: (isFinished) => releaseIn(database, isFinished) };
  } catch (error) {
    closeJournalFile(database);
    throw error;
  }
}

const NO_CLAIM: OutputClaim = { isNew: false, release: () => undefined };

/** The journal of the unfinished crawl whose results are in the output. */
function ownerIn(database: Database, usual: string): string | undefined {
  const other = metaIn(database, 'journal');
  if (other !== undefined && existsSync(other)) return other;
  return metaIn(database, 'run') === undefined || metaIn(database, 'finished') !== undefined ? undefined : usual;
}

function releaseIn(database: Database, isFinished: boolean): void {
  try {
    if (isFinished) database.exec("delete from meta where name = 'journal'");
  } finally {
    endJournalFile(database);
  }
}

function isDevice(path: string): boolean {
  return existsSync(path) && !statSync(path).isFile();
}

/** Devices such as `/dev/null` are shared by all. */
function isSameFile(one: string, other: string): boolean {
  return !isDevice(one) && realPathOf(one) === realPathOf(other);
}

/** The path without links, also of a file that does not exist yet. */
function realPathOf(path: string): string {
  if (existsSync(path)) return realpathSync(path);
  const folder = dirname(resolve(path));
  return join(existsSync(folder) ? realpathSync(folder) : folder, basename(path));
}
