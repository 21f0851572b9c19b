/**
 * Crawlee's CheerioCrawler. As it comes, it starts with one request at a time, adds 5 % each 10 s, and keeps its queue and
 * its results in files. Tuned, it has all 16 requests from the start, keeps nothing, and never waits for the machine.
 */
import { CheerioCrawler, Configuration, log, LogLevel } from '@crawlee/cheerio';

/** @type {import('./contenders.mjs').Crawl} */
export const asItComes = ({ start, concurrency, folder }) =>
  crawl(start, { maxConcurrency: concurrency }, { storageClientOptions: { localDataDirectory: folder } });

/** @type {import('./contenders.mjs').Crawl} */
export const tuned = ({ start, concurrency }) =>
  crawl(
    start,
    {
      minConcurrency: concurrency,
      maxConcurrency: concurrency,
      useSessionPool: false,
      persistCookiesPerSession: false,
      maxRequestRetries: 0,
      autoscaledPoolOptions: {
        desiredConcurrency: concurrency,
        maybeRunIntervalSecs: 0.01,
        loggingIntervalSecs: null,
        systemStatusOptions: { maxEventLoopOverloadedRatio: 1, maxCpuOverloadedRatio: 1, maxMemoryOverloadedRatio: 1 },
      },
    },
    { persistStorage: false },
  );

/**
 * @param {string} start
 * @param {import('@crawlee/cheerio').CheerioCrawlerOptions} options
 * @param {import('@crawlee/cheerio').ConfigurationOptions} configuration
 */
async function crawl(start, options, configuration) {
  log.setLevel(LogLevel.OFF);
  /** @type {string[]} */
  const urls = [];
  const crawler = new CheerioCrawler(
    {
      ...options,
      requestHandler: async ({ request, $, enqueueLinks, pushData }) => {
        urls.push(request.loadedUrl ?? request.url);
        await pushData({ url: request.loadedUrl, title: $('title').text() });
        await enqueueLinks({ strategy: 'same-hostname' });
      },
    },
    new Configuration(configuration),
  );
  const { requestsFailed } = await crawler.run([start]);
  if (requestsFailed > 0) throw new Error(`Expected Crawlee to visit all pages; ${requestsFailed} requests failed.`);
  return () => urls;
}
