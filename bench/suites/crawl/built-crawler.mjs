/** The folder of the built crawler: `crawl.cjs`, `options.cjs` and `lookup.cjs`. The process of a crawl loads no builder. */
import { fileURLToPath } from 'node:url';

export const builtCrawler = fileURLToPath(new URL('../../node_modules/.cache/sluice-crawler', import.meta.url));
