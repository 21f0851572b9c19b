/**
 * The hostile site that the crawler visits when it is given no other: its model, its faults, and its log.
 */
import { gunzipSync } from 'node:zlib';
import { startSite, type Site, type SiteConfig } from '../../samples/crawl/site/site';
import { plainWalk } from './plain-walk';
import { getFromSite } from './site-request';

const open: Site[] = [];

async function siteOf(config: SiteConfig): Promise<Site> {
  const site = await startSite(config);
  open.push(site);
  return site;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((site) => site.close()));
});

/** Expected visits in the form of a walk, without the port, which differs from run to run. */
const visitsOf = ({ expected }: Site): unknown[] =>
  [...expected].map(([url, { ending, title }]) => [withoutPort(url), ending, title]).sort();

const withoutPort = (url: string): string => url.replace(/:\d+\//, '/');

describe('the expected visits', () => {
  it.each<SiteConfig>([
    { seed: 1 },
    { seed: 2, hosts: ['slow.localhost', 'www.localhost', 'maps.localhost'] },
    { seed: 3, hosts: ['trap.localhost'] },
  ])('are those of a plain walk over the responses, with %j', async (config) => {
    const site = await siteOf(config);
    const walked = await plainWalk(site);
    expect([...walked].map(([url, [ending, title]]) => [withoutPort(url), ending, title]).sort()).toEqual(
      visitsOf(site),
    );
    const pages = [...walked].filter(([, [ending]]) => ending === 'page').map(([url]) => url);
    expect(new Set(pages)).toEqual(site.expectedUrls);
  });

  it('are the same for the same seed, and have other links and faults for another', async () => {
    const [one, same, other] = await Promise.all([siteOf({ seed: 7 }), siteOf({ seed: 7 }), siteOf({ seed: 8 })]);
    expect(visitsOf(same)).toEqual(visitsOf(one));
    const articleOf = async (site: Site): Promise<string> =>
      (await getFromSite(`${site.origin('www.localhost')}/articles/1`)).body.toString().replace(/:\d+\//g, '/');
    expect(await articleOf(same)).toBe(await articleOf(one));
    expect(await articleOf(other)).not.toBe(await articleOf(one));
  });

  it('are of the hosts that are served alone', async () => {
    const { expected } = await siteOf({ seed: 1, hosts: ['www.localhost', 'busy.localhost'] });
    const hosts = new Set([...expected.keys()].map((url) => new URL(url).hostname));
    expect(hosts).toEqual(new Set(['www.localhost', 'busy.localhost']));
  });
});

describe('the host of a request', () => {
  it('is that of the Host header, in any case and with a final dot', async () => {
    const site = await siteOf({ seed: 1, hosts: ['busy.localhost', 'slow.localhost'] });
    const url = `${site.origin('busy.localhost')}/`;
    const { port } = new URL(url);
    for (const [hostHeader, title] of [
      [`busy.localhost:${port}`, 'A busy host'],
      [`BUSY.localhost.:${port}`, 'A busy host'],
      [`slow.localhost:${port}`, 'A slow host'],
    ] as const) {
      const { status, body } = await getFromSite(url, { hostHeader });
      expect([status, body.toString()]).toEqual([200, expect.stringContaining(title)]);
    }
    expect(await getFromSite(url, { hostHeader: 'other.localhost' })).toMatchObject({ status: 404 });
    expect(site.log.map(({ host }) => host)).toEqual([
      'busy.localhost',
      'busy.localhost',
      'slow.localhost',
      'other.localhost',
    ]);
  });
});

describe('the log', () => {
  it('has the path as it was sent, the canonical URL and the headers of each request', async () => {
    const { origin, log } = await siteOf({ seed: 1, hosts: ['www.localhost'] });
    await getFromSite(`${origin('www.localhost')}/same/%7eone?`, { headers: { 'user-agent': 'walker' } });
    expect(log).toEqual([
      expect.objectContaining({
        host: 'www.localhost',
        path: '/same/%7eone',
        url: `${origin('www.localhost')}/same/~one`,
        status: 200,
      }),
    ]);
    expect(log[0]?.headers).toMatchObject({ 'user-agent': 'walker' });
  });

  it('counts the requests of a host that are under way, and measures the gaps between their starts', async () => {
    const { origin, log } = await siteOf({ seed: 1, hosts: ['www.localhost', 'busy.localhost'], latency: 50 });
    const url = `${origin('www.localhost')}/`;
    await Promise.all([getFromSite(url), getFromSite(url), getFromSite(`${origin('busy.localhost')}/`)]);
    await getFromSite(url);
    const [first, second, third] = log.filter(({ host }) => host === 'www.localhost');
    expect([first?.underWay, second?.underWay, third?.underWay]).toEqual([1, 2, 1]);
    expect(log.find(({ host }) => host === 'busy.localhost')).toMatchObject({ underWay: 1, gap: Infinity });
    expect(first?.gap).toBe(Infinity);
    expect(third?.gap).toBeCloseTo((third?.start ?? 0) - (second?.start ?? 0));
    // A timer may fire a millisecond early.
    expect((first?.end ?? 0) - (first?.start ?? 0)).toBeGreaterThan(48);
    expect(third?.gap).toBeGreaterThan(48);
  });

  it('has no end of a request that is under way, and status 0 of one that had no response', async () => {
    const { origin, log } = await siteOf({ seed: 1, hosts: ['broken.localhost'] });
    const request = getFromSite(`${origin('broken.localhost')}/first/stall`, { timeout: 100 });
    await expect(request).rejects.toThrow('silent');
    await expect(getFromSite(`${origin('broken.localhost')}/first/reset`)).rejects.toThrow('ECONNRESET');
    await getFromSite(`${origin('broken.localhost')}/`);
    expect(log.map(({ status, end }) => [status, typeof end])).toEqual([
      [0, 'number'],
      [0, 'number'],
      [200, 'number'],
    ]);
  });
});

describe('a request that is sent away', () => {
  it('has Retry-After in seconds and as a date beside a clock that is fast, and is served later', async () => {
    const { origin, log } = await siteOf({ seed: 4, hosts: ['busy.localhost'] });
    const refusals: string[] = [];
    for (let number = 1; number <= 20; number++) {
      const url = `${origin('busy.localhost')}/item/${number}`;
      for (let response = await getFromSite(url); response.status !== 200; response = await getFromSite(url)) {
        const { 'retry-after': asked = '', date = '' } = response.headers;
        const isDate = Number.isNaN(Number(asked));
        refusals.push(`${response.status} ${isDate ? Date.parse(asked) - Date.parse(date) : asked}`);
        if (isDate) expect(Date.parse(date) - Date.now()).toBeGreaterThan(3_000_000);
      }
    }
    expect(refusals.sort()).toEqual(['429 0', '429 0', '429 1', '503 0', '503 1000']);
    expect(log).toHaveLength(25);
  });
});

describe('a fault', () => {
  it.each([
    ['stall', 'silent'],
    ['stall-in-body', 'silent'],
    ['reset', 'ECONNRESET'],
    ['reset-in-body', 'aborted'],
  ])('of the kind %s is that of the first request alone', async (fault, message) => {
    const { origin } = await siteOf({ seed: 1, hosts: ['broken.localhost'] });
    const url = `${origin('broken.localhost')}/first/${fault}`;
    await expect(getFromSite(url, { timeout: 100 })).rejects.toThrow(message);
    expect(await getFromSite(url)).toMatchObject({ status: 200 });
  });

  it('does not keep a site from closing', async () => {
    const site = await startSite({ seed: 1, hosts: ['broken.localhost'], latency: 10 });
    const stalled = getFromSite(`${site.origin('broken.localhost')}/first/stall`).catch((error: unknown) => error);
    const delayed = getFromSite(`${site.origin('broken.localhost')}/`).catch((error: unknown) => error);
    while (site.log.length < 2) await new Promise(setImmediate);
    await site.close();
    expect(await stalled).toMatchObject({ code: 'ECONNRESET' });
    expect(await delayed).toMatchObject({ code: 'ECONNRESET' });
  });
});

describe('a conditional request', () => {
  it('has status 304 while the page is the same', async () => {
    const { origin } = await siteOf({ seed: 1, hosts: ['www.localhost'] });
    const first = await getFromSite(`${origin('www.localhost')}/`);
    const { etag = '' } = first.headers;
    const again = (headers: Readonly<Record<string, string>>): Promise<unknown> =>
      getFromSite(`${origin('www.localhost')}/`, { headers });
    expect(await again({ 'if-none-match': etag })).toMatchObject({
      status: 304,
      body: Buffer.alloc(0),
      headers: { etag },
    });
    expect(await again({ 'if-none-match': `"other", W/${etag}` })).toMatchObject({ status: 304 });
    expect(await again({ 'if-none-match': '"other"' })).toMatchObject({ status: 200, body: first.body });
    expect(await again({ 'if-modified-since': new Date().toUTCString() })).toMatchObject({ status: 200 });
  });

  it('is by date for the articles that have no entity tag', async () => {
    const { origin } = await siteOf({ seed: 1, hosts: ['www.localhost'] });
    const urls = Array.from({ length: 40 }, (_, index) => `${origin('www.localhost')}/articles/${index + 1}`);
    const responses = await Promise.all(urls.map(async (url) => ({ url, ...(await getFromSite(url)) })));
    const dated = responses.filter(({ headers }) => headers.etag === undefined);
    expect(dated.length).toBeGreaterThan(0);
    for (const { url, headers } of dated) {
      const { 'last-modified': modified = '' } = headers;
      expect(await getFromSite(url, { headers: { 'if-modified-since': modified } })).toMatchObject({ status: 304 });
      const before = new Date(Date.parse(modified) - 1_000).toUTCString();
      expect(await getFromSite(url, { headers: { 'if-modified-since': before } })).toMatchObject({ status: 200 });
    }
  });
});

describe('a large page', () => {
  it('has 20 MB, or is compressed to less than a hundredth of its bounded size', async () => {
    const { origin, log } = await siteOf({ seed: 1, hosts: ['trap.localhost'] });
    const huge = await getFromSite(`${origin('trap.localhost')}/huge`);
    expect(huge).toMatchObject({ isOversized: true, headers: { 'content-length': '20000000' } });
    const bomb = await getFromSite(`${origin('trap.localhost')}/bomb`);
    expect(bomb.isOversized).toBe(true);
    expect(Number(bomb.headers['content-length'])).toBeLessThan(100_000);
    expect(log.map(({ status }) => status)).toEqual([200, 200]);
  });
});

describe('a trap', () => {
  it.each([
    ['calendar', '/calendar/2026/11', 20],
    ['shop', '/shop/', 20],
  ])('has no end: %s', async (_, start, steps) => {
    const { origin, isTrap, expectedUrls } = await siteOf({ seed: 1, hosts: ['trap.localhost'] });
    const seen = new Set<string>();
    let url = `${origin('trap.localhost')}${start}`;
    for (let step = 0; step < steps; step++) {
      seen.add(url);
      expect(isTrap(url)).toBe(true);
      const { status, body } = await getFromSite(url);
      expect(status).toBe(200);
      const hrefs = [...body.toString().matchAll(/href="([^"]*)"/g)].map(([, href = '']) => new URL(href, url).href);
      url = hrefs.find((href) => !seen.has(href)) ?? '';
    }
    expect([...expectedUrls].filter(isTrap)).toEqual([]);
  });
});

describe('a compressed sitemap', () => {
  it('is compressed by its name, by its header, or by its bytes alone', async () => {
    const { origin } = await siteOf({ seed: 1, hosts: ['maps.localhost'] });
    const get = (path: string): ReturnType<typeof getFromSite> => getFromSite(`${origin('maps.localhost')}${path}`);
    const [named, encoded, bare] = await Promise.all(['/maps/one.xml.gz', '/maps/two', '/maps/three'].map(get));
    expect(gunzipSync(named?.body ?? '').toString()).toContain('/listed/0');
    expect(encoded?.body.toString()).toContain('/listed/1');
    expect(bare?.headers).toMatchObject({ 'content-type': 'application/xml' });
    expect(bare?.headers['content-encoding']).toBeUndefined();
    expect(gunzipSync(bare?.body ?? '').toString()).toContain('/listed/2');
  });
});
