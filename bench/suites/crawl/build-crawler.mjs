/**
 * Builds the crawler of `samples/crawl` to plain JavaScript beside the packages of the benchmarks. A loader that compiles
 * TypeScript in the process of the crawl would add to its memory; and so it has the same copies of undici and of the
 * parsers as the bare loops. The library is the built one.
 */
import { fileURLToPath } from 'node:url';
import { build } from 'tsdown';
import { builtCrawler } from './built-crawler.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const sample = (/** @type {string} */ name) => `${root}samples/crawl/${name}.ts`;

export const buildCrawler = () =>
  build({
    config: false,
    cwd: root,
    entry: { crawl: sample('crawl'), options: sample('options'), lookup: sample('lookup') },
    outDir: builtCrawler,
    // The format in which Node runs the sample.
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    dts: false,
    plugins: [
      {
        name: 'the built library',
        resolveId: {
          filter: { id: /^sluice(\/|$)/ },
          handler: (/** @type {string} */ id) => ({
            id: `${root}dist/${id === 'sluice' ? 'index' : id.slice('sluice/'.length)}.cjs`,
            external: true,
          }),
        },
      },
    ],
    deps: { neverBundle: [/^(?!sluice)[^./]/] },
    logLevel: 'error',
  });
