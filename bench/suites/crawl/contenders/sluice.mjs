/**
 * The crawler of `samples/crawl`, with all that it does on each crawl: limits for each host, robots.txt, sitemaps, a
 * journal from which it resumes after a crash, and an output in JSON Lines with the text of each page.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { NEVER } from 'rxjs';
import { builtCrawler } from '../built-crawler.mjs';

const require = createRequire(import.meta.url);
/** @param {string} name @returns {any} */
const built = (name) => require(join(builtCrawler, `${name}.cjs`));
const { crawl: crawlSite } = built('crawl');
const { DEFAULT_OPTIONS } = built('options');
const { cachedLookup } = built('lookup');

/** @type {import('./contenders.mjs').Crawl} */
export const withHtmlparser2 = (config) => crawl(config, {});

/** A field by a CSS selector needs the document tree of cheerio, for each page. @type {import('./contenders.mjs').Crawl} */
export const withCheerio = (config) => crawl(config, { select: { heading: 'title' } });

/** @param {import('./contenders.mjs').CrawlConfig} config @param {object} options */
async function crawl({ start, concurrency, folder }, options) {
  const output = join(folder, 'crawl.jsonl');
  const { isFinished, failed } = await crawlSite(
    {
      ...DEFAULT_OPTIONS,
      seeds: [start],
      concurrency,
      perHost: concurrency,
      output,
      journal: `${output}.journal`,
      ...options,
    },
    { lookup: cachedLookup(), stop$: NEVER, warn: console.error, onVisit: () => {}, onProgress: () => {} },
  );
  if (!isFinished || failed > 0) throw new Error(`Expected the crawler to visit all pages; ${failed} failed.`);
  return () =>
    readFileSync(output, 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line).url);
}
