/**
 * The crawl command: `npm run crawl [-- URL… | --site DIR] [options]`. Without a URL it serves a hostile site on this
 * machine and crawls it. The report goes to stdout, or to stderr if the results do; progress goes to stderr. An error that
 * the user can correct is one line on stderr, with exit code 1. Pages that fail are part of the report.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino, { type Logger } from 'pino';
import { recordTimeline, type Recording } from 'sluice/trace';
import { catchError, EMPTY, fromEvent, merge, mergeMap, tap, throwError, type Observable } from 'rxjs';
import { interruption } from '../interruption';
import { printable, printableJson } from '../printable';
import { crawlCommand, crawlOptionsOf, journalOf, type CommandOptions } from './command';
import { crawl } from './crawl';
import { CrawlError } from './crawl-error';
import { cachedLookup } from './lookup';
import { codeOf } from './error-code';
import { scopeIn } from './journal-file';
import { DEFAULT_OPTIONS, seedsOf } from './options';
import { checkDistinct } from './own-files';
import type { Visit } from './page';
import { progressOn } from './progress';
import { reportAsText } from './report';
import { serveFolder, serveHostileSite, type ServedSite } from './served-site';
import { formatOf } from './sink';
import { writeError } from './write-error';

const command = crawlCommand().action(async (urls: readonly string[], given: CommandOptions) => {
  // A crawl of the built-in site leaves nothing in the folder of the user.
  const isBuiltIn = urls.length === 0 && given.site === undefined;
  const output = given.output ?? (isBuiltIn ? join(temporaryFolder(), 'crawl.jsonl') : DEFAULT_OPTIONS.output);
  formatOf(output);
  const journal = journalOf(given, output);
  checkDistinct({ '--output': output, '--journal': journal, '--log': given.log, '--timeline': given.timeline });
  const site = await serve(urls, given, journal);
  try {
    const options = crawlOptionsOf(given, site?.seeds ?? urls, site?.options ?? {}, output);
    const timeline = given.timeline === undefined ? undefined : startTimeline(given.timeline);
    const { logger, failure$ } = startLog(given.log);
    const progress = await progressOn(process.stderr);
    const report = await crawl(options, {
      lookup: cachedLookup(),
      // The exit code of a crawl that was interrupted is that of the signal, although it ends in good order.
      stop$: merge(
        interruption().pipe(
          tap((code) => (process.exitCode = code)),
          catchError((error: unknown) => throwError(() => writeError('stdout or stderr', error))),
        ),
        failure$,
      ),
      warn: (message, details) => logger.warn(details, message),
      onVisit: (visit) => logVisit(logger, visit),
      onProgress: progress.show,
    }).finally(progress.end);
    const text = given.json ? printableJson(report) : reportAsText(report);
    // Results on stdout are not mixed with the report.
    await (output === '-' ? print('stderr', text) : print('stdout', text));
    if (timeline !== undefined) console.error(`Timeline: ${printable(stopTimeline(timeline))}`);
  } finally {
    await site?.close();
  }
});

command.parseAsync().catch((error: unknown) => {
  if (!(error instanceof CrawlError)) throw error;
  console.error(printable(error.message));
  process.exitCode = 1;
});

/** Resolves once the text is written. A reader that has enough is no failure. */
function print(name: 'stdout' | 'stderr', text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process[name].write(`${text}\n`, (error) => {
      if (error && codeOf(error) !== 'EPIPE') reject(writeError(name, error));
      else resolve();
    });
  });
}

async function serve(
  urls: readonly string[],
  { site, seed, restart }: CommandOptions,
  journal: string,
): Promise<ServedSite | undefined> {
  if (site !== undefined && urls.length > 0) throw new CrawlError('give either URLs or --site, not both.');
  if (urls.length > 0) return undefined;
  const port = restart ? 0 : portOf(journal);
  return site === undefined ? serveHostileSite(seed, port) : serveFolder(site, port);
}

/** The port of the site in an earlier crawl. With another port, all of its pages would be new ones. */
function portOf(journal: string): number {
  const [seed] = seedsOf(scopeIn(journal) ?? '{"seeds":[]}');
  return seed === undefined ? 0 : Number(new URL(seed).port);
}

function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'sluice-crawl-'));
}

function startTimeline(path: string): Recording {
  return writingTimeline(() => recordTimeline(path, { title: 'A crawl with sluice' }));
}

/** Returns the path of the written file. */
function stopTimeline(recording: Recording): string {
  return writingTimeline(() => recording.stop());
}

function writingTimeline<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new CrawlError(`cannot write the timeline: ${String(error)}`, { cause: error });
  }
}

interface Log {
  readonly logger: Logger;
  /** Fails when a line cannot be written. */
  readonly failure$: Observable<never>;
}

/** Lines are written at once, so that the last ones before a crash are there. */
function startLog(path: string | undefined): Log {
  if (path === undefined) return { logger: pino({ level: 'silent' }), failure$: EMPTY };
  try {
    const file = pino.destination({ dest: path, sync: true });
    const failure$ = fromEvent(file, 'error').pipe(mergeMap((error) => throwError(() => writeError(path, error))));
    return { logger: pino(file), failure$ };
  } catch (error) {
    throw new CrawlError(`cannot write the log ${path}: ${String(error)}`, { cause: error });
  }
}

function logVisit(logger: Logger, { page, state, reason, status, ms, detail }: Visit): void {
  const level = state === 'failed' ? 'warn' : 'info';
  logger[level]({ url: page.url, reason, status, ms, detail }, 'visited');
}
