/**
 * A crawl of the hostile site, in this process: what the crawler stores, and what the server saw of it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NEVER } from 'rxjs';
import { crawl } from '../../samples/crawl/crawl';
import { cachedLookup } from '../../samples/crawl/lookup';
import { DEFAULT_OPTIONS, type CrawlOptions } from '../../samples/crawl/options';
import type { PageRecord } from '../../samples/crawl/page';
import type { CrawlReport } from '../../samples/crawl/report';
import type { SiteHost } from '../../samples/crawl/site/resource';
import { startSite, type Site } from '../../samples/crawl/site/site';
import { temporaryFolder } from '../support/temporary-folder';

const folder = temporaryFolder();
let outputs = 0;

const newOutput = (): string => join(folder.path, `${(outputs += 1)}.jsonl`);

interface Crawled {
  readonly report: CrawlReport;
  readonly records: readonly PageRecord[];
  readonly warnings: readonly string[];
}

async function crawled(site: Site, options: Partial<CrawlOptions> = {}): Promise<Crawled> {
  const output = options.output ?? newOutput();
  const warnings: string[] = [];
  const report = await crawl(
    {
      ...DEFAULT_OPTIONS,
      seeds: site.hosts.map((host) => `${site.origin(host)}/`),
      maxPerPrefix: 100,
      timeoutMs: 1_500,
      retryMs: 10,
      pauseMs: 100,
      journal: `${output}.journal`,
      ...options,
      output,
    },
    {
      lookup: cachedLookup(),
      stop$: NEVER,
      warn: (message) => warnings.push(message),
      onVisit: () => undefined,
      onProgress: () => undefined,
    },
  );
  const records = readFileSync(output, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as PageRecord);
  return { report, records, warnings };
}

const withoutTraps = (site: Site, urls: readonly string[]): readonly string[] =>
  urls.filter((url) => !site.isTrap(url)).sort();

/** URLs that are results: pages and files, except those that ask for no entry. */
const expectedResults = (site: Site): readonly string[] =>
  [...site.expected].flatMap(([url, { ending, isNoindex }]) =>
    (ending === 'page' || ending === 'file') && !isNoindex ? url : [],
  );

describe('a crawl of the hostile site', () => {
  let site: Site;
  let first: Crawled;
  let second: Crawled;
  let requests: number;
  const output = newOutput();

  beforeAll(async () => {
    site = await startSite({ seed: 7 });
    first = await crawled(site, { output });
    requests = site.log.length;
    second = await crawled(site, { output });
  });

  afterAll(() => site.close());

  it('has exactly the results that a walk over the links of the site finds', () => {
    const urls = first.records.map(({ url }) => url);
    expect(withoutTraps(site, urls)).toEqual([...expectedResults(site)].sort());
    expect(new Set(urls).size).toBe(urls.length);
  });

  it('decodes the titles of all pages as a browser does', () => {
    const titles = first.records.filter(({ url }) => !site.isTrap(url)).map(({ url, title }) => [url, title]);
    const expected = titles.map(([url = '']) => [url, site.expected.get(url)?.title ?? '']);
    expect(titles).toEqual(expected);
  });

  it('groups failures by their cause, with the first page and the page that led to it', () => {
    const { hosts, origin } = site;
    expect(hosts).toContain('broken.localhost');
    expect(first.report.failures).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ cause: 'redirect loop', count: 3 }),
        expect.objectContaining({ cause: 'too large', count: 2 }),
        {
          cause: 'HTTP 500',
          count: 1,
          url: `${origin('broken.localhost')}/always/500`,
          referrer: `${origin('broken.localhost')}/`,
          detail: null,
        },
        expect.objectContaining({ cause: 'robots.txt unavailable', count: 1, detail: 'HTTP 500' }),
      ]),
    );
  });

  it('leaves the traps, and reports what it cut off', () => {
    const trapped = first.records.filter(({ url }) => site.isTrap(url)).length;
    expect(trapped).toBeLessThanOrEqual(250);
    expect(first.report.cuts.map(({ limit }) => limit).sort()).toEqual([
      'depth',
      'pages below a folder',
      'repeated segments',
    ]);
    expect(first.report.isFinished).toBe(true);
  });

  it('never has more requests to a host under way than its limit, as the server saw them', () => {
    const most = Math.max(...site.log.map(({ underWay }) => underWay));
    expect(most).toBe(DEFAULT_OPTIONS.perHost);
    const slow = site.log.filter(({ host }) => host === 'slow.localhost');
    expect(Math.max(...slow.slice(1).map(({ underWay }) => underWay))).toBe(1);
  });

  it('keeps the Crawl-delay of a host, as the server saw it', () => {
    const gaps = site.log.slice(0, requests).filter(({ host }) => host === 'slow.localhost');
    expect(gaps.length).toBeGreaterThan(5);
    expect(Math.min(...gaps.map(({ gap }) => gap))).toBeGreaterThan(200 - TIMER_ERROR_MS);
  });

  it('requests no page that a robots.txt forbids', () => {
    const requested = new Set(site.log.map(({ url }) => url));
    const forbidden = ['/private/', '/search.cgi', '/tmp/file'].map(
      (path) => `${site.origin('slow.localhost')}${path}`,
    );
    expect(forbidden.filter((url) => requested.has(url))).toEqual([]);
    expect(requested).not.toContain(`${site.origin('closed.localhost')}/`);
    expect(requested).not.toContain(`${site.origin('broken.localhost')}/forbidden-later`);
    expect(first.report.refusedByRobots).toBe(8);
  });

  it('asks for changes only when it runs a second time, and has the same results', () => {
    const dateless = ({ records }: Crawled): object =>
      Object.fromEntries(records.filter(({ url }) => !site.isTrap(url)).map((record) => [record.url, record]));
    expect(Object.keys(dateless(second))).toHaveLength(Object.keys(dateless(first)).length);
    const statuses = site.log.slice(requests).filter(({ host }) => host === 'www.localhost');
    expect(statuses.filter(({ status }) => status === 304).length).toBeGreaterThan(50);
    expect(second.report.unchanged).toBeGreaterThan(100);
    expect(
      withoutTraps(
        site,
        second.records.map(({ url }) => url),
      ),
    ).toEqual([...expectedResults(site)].sort());
  });
});

/** Timers of Node fire up to 1 ms early, and the server measures with a clock of its own. */
const TIMER_ERROR_MS = 10;

describe('a crawl of a host that answers 429 and 503', () => {
  let site: Site;
  let report: CrawlReport;

  beforeAll(async () => {
    site = await startSite({ seed: 3, hosts: ['busy.localhost'] });
    ({ report } = await crawled(site, { perHost: 1, pauseMs: 60_000 }));
  });

  afterAll(() => site.close());

  it('sends nothing to the host for the time that Retry-After asks for, in seconds or as a date', () => {
    const gaps = site.log.flatMap(({ status, end = Infinity }, index) =>
      status === 429 || status === 503 ? (site.log[index + 1]?.start ?? Infinity) - end : [],
    );
    expect(gaps).toHaveLength(5);
    expect(gaps.filter((gap) => gap > 1_000 - TIMER_ERROR_MS)).toHaveLength(2);
  });

  it('takes no pause for a failed try, and has all pages in the end', () => {
    expect(report).toMatchObject({ failed: 0, fetched: site.expectedUrls.size });
  });
});

describe('a crawl of one host', () => {
  const host: SiteHost = 'www.localhost';
  let site: Site;

  beforeAll(async () => {
    site = await startSite({ seed: 1, hosts: [host] });
  });

  afterAll(() => site.close());

  it('requests no more pages than its limit, and is left unfinished', async () => {
    const { report } = await crawled(site, { maxPages: 10 });
    expect(report).toMatchObject({ pages: 10, isFinished: false });
    expect(report.queued).toBeGreaterThan(0);
  });

  it('requests nothing when it goes on with its limit of bytes reached already', async () => {
    const output = newOutput();
    const first = await crawled(site, { output, maxBytes: 1 });
    const requests = site.log.length;
    const second = await crawled(site, { output, maxBytes: 1 });
    expect(first.report.isFinished).toBe(false);
    expect(second.report).toMatchObject({ isFinished: false, isResumed: true });
    expect(second.records).toEqual(first.records);
    expect(site.log.slice(requests)).toEqual([]);
  });

  it('goes on where it was left, with the same options but for the limit', async () => {
    const output = newOutput();
    await crawled(site, { output, maxPages: 30 });
    const { report, records } = await crawled(site, { output });
    expect(report).toMatchObject({ isFinished: true, isResumed: true });
    expect(records.map(({ url }) => url).sort()).toEqual([...expectedResults(site)].sort());
  });

  it('refuses to go on with another scope', async () => {
    const output = newOutput();
    await crawled(site, { output, maxPages: 3 });
    await expect(crawled(site, { output, exclude: ['/articles/'] })).rejects.toThrow('or --restart');
  });

  it('follows only what the patterns admit', async () => {
    const { records } = await crawled(site, { include: ['/articles/'], exclude: ['/articles/\\d\\d$'] });
    const paths = records.map(({ url }) => new URL(url).pathname);
    expect(paths.filter((path) => path !== '/')).toEqual(expect.arrayContaining(['/articles/1', '/articles/9']));
    expect(paths.filter((path) => !/^\/(?:articles\/\d)?$/.test(path))).toEqual([]);
  });

  it('has exactly the pages within a depth, whichever way they were found first', async () => {
    const { records } = await crawled(site, { maxDepth: 3, include: ['/articles/'] });
    const all = await crawled(site, { include: ['/articles/'] });
    const near = distances(all.records, `${site.origin(host)}/`);
    const expected = [...near].flatMap(([url, depth]) => (depth <= 3 ? url : []));
    expect(records.map(({ url }) => url).sort()).toEqual(expected.sort());
  });

  it('keeps the time between two requests, as the server saw it', async () => {
    const before = site.log.length;
    await crawled(site, { delayMs: 30, maxPages: 8 });
    const gaps = site.log.slice(before + 1).map(({ gap }) => gap);
    expect(Math.min(...gaps)).toBeGreaterThan(30 - TIMER_ERROR_MS);
  });

  it('adds the texts of selectors as fields', async () => {
    const { records } = await crawled(site, { select: { heading: 'h1', targets: 'li a@href' }, maxPages: 1 });
    expect(records[0]?.fields).toMatchObject({ heading: ['The hostile site'] });
    expect(records[0]?.fields?.['targets']).toContain(`${site.origin(host)}/missing`);
  });

  it('refuses a seed that is no URL of the web', async () => {
    await expect(crawled(site, { seeds: ['ftp://example.com/'] })).rejects.toThrow('got ftp://example.com/');
  });
});

/** The shortest distances from a page, over the links that were found. */
function distances(records: readonly PageRecord[], start: string): ReadonlyMap<string, number> {
  const links = new Map(records.map((record) => [record.url, record.links]));
  const found = new Map([[start, 0]]);
  for (const [url, depth] of found)
    for (const link of links.get(url) ?? []) if (links.has(link) && !found.has(link)) found.set(link, depth + 1);
  return found;
}
