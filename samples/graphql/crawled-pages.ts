/**
 * The pages of the graph are what the crawler has stored. Without a file of it, a small crawl of the built-in hostile site
 * fetches some.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { NEVER, tap, type Observable } from 'rxjs';
import { crawl } from '../crawl/crawl';
import { openDatabase } from '../crawl/database';
import { cachedLookup } from '../crawl/lookup';
import { DEFAULT_OPTIONS } from '../crawl/options';
import type { PageRecord } from '../crawl/page';
import { startSite } from '../crawl/site/site';
import { GraphError } from './graph-error';

/** The part of a result of the crawler that the graph shows. */
export type CrawledPage = Pick<PageRecord, 'url' | 'status' | 'depth' | 'bytes' | 'title' | 'links'>;

/** Reads a file that `npm run crawl -- --output FILE` has written. @throws GraphError if it has no pages */
export async function readCrawl(file: string): Promise<readonly CrawledPage[]> {
  const pages = await recordsIn(file);
  if (pages.length > 0) return pages;
  throw new GraphError(`${file} has no pages. Crawl some: npm run crawl -- https://example.com/ --output ${file}`);
}

async function recordsIn(file: string): Promise<readonly CrawledPage[]> {
  // SQLite would create a file that is missing.
  if (!existsSync(file)) throw new GraphError(`cannot read ${file}: there is no such file.`);
  const extension = extname(file).toLowerCase();
  try {
    if (/^\.(jsonl|ndjson|json)$/.test(extension)) return linesOf(await readFile(file, 'utf8'));
    if (/^\.(sqlite3?|db)$/.test(extension)) return rowsOf(file);
  } catch (error) {
    throw new GraphError(`${file} is no result of the crawler: ${String(error)}`, { cause: error });
  }
  throw new GraphError(`expected a result of the crawler in .jsonl or .sqlite; got ${file}.`);
}

function linesOf(text: string): readonly CrawledPage[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => toPage(JSON.parse(line) as Readonly<Record<string, unknown>>));
}

function rowsOf(file: string): readonly CrawledPage[] {
  const database = openDatabase(file);
  try {
    const rows = database.prepare('select url, status, depth, bytes, title, links from pages order by rowid').all();
    return rows.map((row) => toPage({ ...row, links: JSON.parse(String(row['links'])) }));
  } finally {
    database.close();
  }
}

/** Checks what a file says of a page: the file may be of another program. */
function toPage({ url, status, depth, bytes, title, links }: Readonly<Record<string, unknown>>): CrawledPage {
  if (typeof url !== 'string' || !URL.canParse(url)) throw new TypeError('a page without a URL');
  if (!Array.isArray(links)) throw new TypeError(`${url} without links`);
  return {
    url,
    status: Number(status),
    depth: Number(depth),
    bytes: Number(bytes),
    title: String(title),
    links: links.map(String),
  };
}

/**
 * Crawls the hosts of the built-in site that answer at once, and resolves to their pages.
 *
 * @param stop$ interrupts the crawl, which then has no pages
 */
export async function crawlBuiltInSite(
  seed: number,
  stop$: Observable<unknown> = NEVER,
): Promise<readonly CrawledPage[]> {
  const progress = { isInterrupted: false };
  const folder = await mkdtemp(join(tmpdir(), 'sluice-graphql-'));
  const site = await startSite({ seed, hosts: ['www.localhost', 'maps.localhost'] });
  const output = join(folder, 'crawl.jsonl');
  try {
    await crawl(
      {
        ...DEFAULT_OPTIONS,
        seeds: site.hosts.map((host) => `${site.origin(host)}/`),
        perHost: 8,
        maxPerPrefix: 100,
        maxPages: 500,
        timeoutMs: 2_000,
        retryMs: 50,
        output,
        journal: `${output}.journal`,
      },
      {
        lookup: cachedLookup(),
        stop$: stop$.pipe(tap(() => (progress.isInterrupted = true))),
        warn: () => undefined,
        onVisit: () => undefined,
        onProgress: () => undefined,
      },
    );
    return progress.isInterrupted ? [] : await readCrawl(output);
  } finally {
    await site.close();
    await rm(folder, { recursive: true });
  }
}
