/**
 * The crawlers that are compared. Each visits all pages of one origin, takes the title and the links of each page, and
 * resolves when it has ended, with a function that returns the URLs of the pages that it visited. All have at most 16 requests at a time, no other limit and no delay.
 *
 * @typedef {object} CrawlConfig
 * @property {string} start URL of the first page
 * @property {number} concurrency
 * @property {string} folder an empty folder for all that the crawler writes
 *
 * @typedef {(config: CrawlConfig) => Promise<() => readonly string[]>} Crawl
 */

/**
 * The packages of a crawler are loaded by its own process alone.
 *
 * @type {Readonly<Record<string, () => Promise<Crawl>>>}
 */
export const contenders = {
  'sluice with htmlparser2': async () => (await import('./sluice.mjs')).withHtmlparser2,
  'sluice with cheerio': async () => (await import('./sluice.mjs')).withCheerio,
  'Crawlee as it comes': async () => (await import('./crawlee.mjs')).asItComes,
  'Crawlee, tuned': async () => (await import('./crawlee.mjs')).tuned,
  'bare undici and htmlparser2': async () => (await import('./bare-htmlparser2.mjs')).crawl,
  'bare undici and cheerio': async () => (await import('./bare-cheerio.mjs')).crawl,
  // The memory of Node itself.
  idle: async () => async () => () => [],
};
