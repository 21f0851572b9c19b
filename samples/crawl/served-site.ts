/**
 * A site that is served on this machine while it is crawled: the built-in hostile one, or the files of a folder. It comes
 * with the options that suit it, because a crawl of one's own machine need not be slow.
 */
import { CrawlError } from './crawl-error';
import type { CrawlOptions } from './options';
import { codeOf } from './error-code';
import { startFolderSite } from './site/folder-site';
import { startSite } from './site/site';

export interface ServedSite {
  readonly seeds: readonly string[];
  readonly options: Partial<CrawlOptions>;
  readonly close: () => Promise<void>;
}

export async function serveHostileSite(seed: number, port: number): Promise<ServedSite> {
  const site = await startSite({ seed, port }).catch(toCrawlError('the built-in site'));
  return {
    seeds: site.hosts.map((host) => `${site.origin(host)}/`),
    // Its traps are endless, and its faults are stalls.
    options: { maxPerPrefix: 100, timeoutMs: 2_000, retryMs: 200, pauseMs: 1_000 },
    close: site.close,
  };
}

export async function serveFolder(folder: string, port: number): Promise<ServedSite> {
  const site = await startFolderSite(folder, { port }).catch(toCrawlError(folder));
  const pages = site.paths.filter((path) => /\.x?html?$/i.test(path));
  if (pages.length === 0) {
    await site.close();
    throw new CrawlError(`cannot crawl ${folder}: there is no HTML file in it.`);
  }
  const seeds = pages.includes('/index.html') ? ['/'] : pages.map((path) => encodeURI(path));
  return {
    seeds: seeds.map((path) => `${site.origin}${path}`),
    options: { perHost: 16, maxPerPrefix: Infinity },
    close: site.close,
  };
}

function toCrawlError(what: string): (error: unknown) => never {
  return (error) => {
    const advice = codeOf(error) === 'EADDRINUSE' ? ' An earlier crawl used this port. Wait, or give --restart.' : '';
    throw new CrawlError(`cannot serve ${what}: ${String(error)}${advice}`, { cause: error });
  };
}
