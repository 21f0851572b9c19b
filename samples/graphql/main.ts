/**
 * The graphql command: `npm run graphql [-- FILE] [--port N] [--timeline FILE]`. It serves what the crawler has stored; without
 * a file it takes `crawl.jsonl`, and without that it crawls the built-in site. Each request has a line on stdout, with the
 * number of its queries. An error that the user can correct is one line on stderr, with exit code 1.
 */
import { existsSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { firstValueFrom, from } from 'rxjs';
import { recordTimeline } from 'sluice/trace';
import { DEFAULT_OPTIONS } from '../crawl/options';
import { interruption } from '../interruption';
import { printable } from '../printable';
import { openConnection } from './connection';
import { crawlBuiltInSite, readCrawl, type CrawledPage } from './crawled-pages';
import { GraphError } from './graph-error';
import { startServer } from './server';
import { fillTables } from './tables';

interface GraphCommandOptions {
  readonly port: number;
  readonly seed: number;
  readonly timeline?: string;
}

const command = new Command('graphql')
  .description('Serves crawled pages by GraphQL. DATABASE_URL leads to a Postgres other than PGlite.')
  .argument('[file]', `a result of the crawler, .jsonl or .sqlite (${DEFAULT_OPTIONS.output}, else a small crawl)`)
  .option('--port <n>', 'port of the server; 0 is a free one', portNumber, 4_000)
  .option('--seed <n>', 'seed of the built-in site that is crawled', wholeNumber, 1)
  .option('--timeline <file>', 'write a timeline of all requests at the end, as a page for a browser')
  // Suggestions are disabled, because an error is one line.
  .showSuggestionAfterError(false)
  .action(serve);

command.parseAsync().catch((error: unknown) => {
  if (!(error instanceof GraphError)) throw error;
  console.error(printable(error.message));
  process.exitCode = 1;
});

async function serve(file: string | undefined, { port, seed, timeline }: GraphCommandOptions): Promise<void> {
  const stopped = firstValueFrom(interruption());
  const pages = await crawledPages(file, seed, stopped);
  if (pages.length === 0) {
    process.exitCode = await stopped;
    return;
  }
  const connection = await openConnection(process.env['DATABASE_URL']);
  try {
    await fillTables(connection, pages);
    const recording = timeline === undefined ? undefined : startTimeline(timeline);
    const server = await startServer(connection, port, console.log);
    console.log(`${pages.length} pages: GraphiQL is on ${server.url}`);
    await stopped;
    await server.stop();
    if (recording !== undefined) console.error(`Timeline: ${printable(recording.stop())}`);
  } finally {
    await connection.close();
  }
}

/** The pages to serve: none if the command is interrupted while it crawls. */
async function crawledPages(
  file: string | undefined,
  seed: number,
  stopped: Promise<number>,
): Promise<readonly CrawledPage[]> {
  if (file !== undefined) return readCrawl(file);
  if (existsSync(DEFAULT_OPTIONS.output)) return readCrawl(DEFAULT_OPTIONS.output);
  console.error('No stored crawl: crawling the built-in site.');
  return crawlBuiltInSite(seed, from(stopped));
}

function startTimeline(path: string): ReturnType<typeof recordTimeline> {
  try {
    return recordTimeline(path, { title: 'GraphQL with sluice' });
  } catch (error) {
    throw new GraphError(`cannot write the timeline: ${String(error)}`, { cause: error });
  }
}

function portNumber(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port < 65_536) return port;
  throw new InvalidArgumentError('Give a whole number below 65536.');
}

function wholeNumber(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give a whole number.');
}
