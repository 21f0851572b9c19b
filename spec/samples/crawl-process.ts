/**
 * A process that crawls once it is told to, by a message with the options, and answers with the report. It is bundled, so
 * that it starts in a fraction of the time of the command.
 */
import { NEVER } from 'rxjs';
import { crawl } from '../../samples/crawl/crawl';
import { cachedLookup } from '../../samples/crawl/lookup';
import type { CrawlOptions } from '../../samples/crawl/options';

process.once('message', (options: CrawlOptions) => {
  const report = crawl(options, {
    lookup: cachedLookup(),
    stop$: NEVER,
    warn: () => undefined,
    onVisit: () => undefined,
    onProgress: () => undefined,
  });
  void report.then((message) => process.send?.(message, () => process.disconnect()));
});
