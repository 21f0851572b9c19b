/**
 * The digest command: `npm run digest [-- path/to/folder] [--threads N] [--json] [--compare] [--fleet URL]`. The default folder is
 * the `node_modules` of this project. Results go to stdout, progress to stderr. An error that the user can correct is
 * one line on stderr, with exit code 1; files that cannot be read or parsed are part of the results.
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { from, lastValueFrom, map, mergeMap, takeUntil, tap, toArray, type Observable } from 'rxjs';
import { printable } from '../printable';
import { compare } from './compare';
import { digest } from './digest';
import { DigestError } from './digest-error';
import { assertFolder } from './folder';
import { interruption } from '../interruption';
import type { Screen } from './progress';
import { comparisonAsJson, comparisonAsText, rowAsJson, totalsAsJson, totalsAsText } from './report';
import { totalsOf } from './totals';
import { walk } from './walk';

interface DigestOptions {
  readonly threads: number;
  readonly json: boolean;
  readonly compare: boolean;
  readonly fleet?: string;
}

const OWN_PACKAGES = join(__dirname, '..', '..', 'node_modules');

/** Upper limit of `--threads`: more than any machine can use, and too few to exhaust its memory. */
const MAX_THREADS = 256;

const NO_SCREEN: Screen = { write: () => true };

const command = new Command('digest')
  .description('What the files of a folder are: their hashes, their sizes gzipped, and what is in their JavaScript.')
  .argument('[folder]', 'the folder to digest, with all that are below it', OWN_PACKAGES)
  .option(
    '--threads <n>',
    'how many threads do the work; with 0 the main thread does',
    parseThreads,
    availableParallelism(),
  )
  .option('--json', 'print one JSON object a line: one for each file, then a summary', false)
  .option('--compare', 'do it on one thread, on so many, and on the main thread, and compare how fast that is', false)
  .option('--fleet <url>', 'let the workers of a fleet do the work, with their Redis at this URL')
  // Suggestions are disabled, because an error is one line.
  .showSuggestionAfterError(false)
  .action(async (folder: string, options: DigestOptions) => {
    await assertFolder(folder);
    const work$ = options.compare ? compareFolder(folder, options) : digestFolder(folder, options);
    const interrupted$ = interruption().pipe(tap((code) => (process.exitCode = code)));
    await lastValueFrom(work$.pipe(takeUntil(interrupted$)), { defaultValue: undefined });
  });

command.parseAsync().catch((error: unknown) => {
  if (!(error instanceof DigestError)) throw error;
  console.error(printable(error.message));
  process.exitCode = 1;
});

function digestFolder(folder: string, { threads, json, fleet }: DigestOptions): Observable<unknown> {
  // Rows printed to a terminal already show progress, and a bar would be mixed with them.
  const screen = json && process.stdout.isTTY ? NO_SCREEN : process.stderr;
  return digest(folder, threads, screen, fleet).pipe(
    tap((row) => json && console.log(rowAsJson(row))),
    toArray(),
    map(totalsOf),
    tap((totals) => console.log(json ? totalsAsJson(totals) : totalsAsText(totals))),
  );
}

function compareFolder(folder: string, { threads, json }: DigestOptions): Observable<unknown> {
  return from(walk(folder)).pipe(
    toArray(),
    mergeMap((places) => compare(places, threads, process.stderr)),
    tap((comparison) => {
      console.log(json ? comparisonAsJson(comparison) : comparisonAsText(comparison));
      if (!comparison.identical) process.exitCode = 1;
    }),
  );
}

function parseThreads(text: string): number {
  const threads = Number(text);
  if (/^\d+$/.test(text) && threads <= MAX_THREADS) return threads;
  throw new InvalidArgumentError(`Give a whole number from 0 to ${MAX_THREADS}.`);
}
