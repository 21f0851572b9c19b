/** Measures one crawler in a fresh process, with the server in another one, which is started anew for each crawl. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clearTimeout, setTimeout } from 'node:timers';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const server = fileURLToPath(new URL('../../../samples/crawl/site/serve-folder.ts', import.meta.url));
const concurrency = 16;
const longestMs = 600_000;

/**
 * @typedef {object} CrawlFigures
 * @property {readonly string[]} paths the paths of the pages that were visited, sorted
 * @property {number} wallMs
 * @property {number} cpuMs of all threads of the process
 * @property {number} peakBytes resident memory of the process at its peak
 * @property {import('../../../samples/crawl/site/folder-site.ts').FolderSiteStats} seen what the server saw
 */

/** @param {string} contender @param {{ site: string, latency: number }} config @returns {Promise<CrawlFigures>} */
export async function measureCrawl(contender, { site, latency }) {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-crawl-'));
  const serving = fork(server, [site, String(latency)], { execArgv: ['--import', import.meta.resolve('tsx')] });
  try {
    const { origin } = await messageOf(serving, 'the server');
    const config = JSON.stringify({ start: `${origin}/index.html`, concurrency, folder });
    const crawling = fork(join(here, 'run-contender.mjs'), [contender, config], { execArgv: [], cwd: folder });
    // Only a crawl that hangs takes this long.
    const timer = setTimeout(() => crawling.kill('SIGKILL'), longestMs);
    try {
      const figures = await messageOf(crawling, contender);
      serving.send('stats');
      return { ...figures, seen: await messageOf(serving, 'the server') };
    } finally {
      clearTimeout(timer);
      if (crawling.exitCode === null && crawling.signalCode === null) {
        crawling.kill('SIGKILL');
        await once(crawling, 'exit');
      }
    }
  } finally {
    serving.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Resolves with the first message of a process. @param {import('node:child_process').ChildProcess} child @param {string} name @returns {Promise<any>} */
function messageOf(child, name) {
  return new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('error', reject);
    child.once('exit', (code, signal) => reject(new Error(`${name} ended with ${signal ?? code} before its message.`)));
  });
}
