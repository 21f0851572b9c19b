/**
 * What a robots.txt, the robots directives of a page, and a Retry-After say to a crawler.
 */
import { HostPauses } from '../../samples/crawl/host-pauses';
import { parseRetryAfter } from '../../samples/crawl/retry-after';
import { parseRobots } from '../../samples/crawl/robots';
import { directivesOf } from '../../samples/crawl/robots-directives';

const ORIGIN = 'http://example.com';
const policyOf = (...lines: readonly string[]): ReturnType<typeof parseRobots> =>
  parseRobots(`${ORIGIN}/robots.txt`, lines.join('\n'), 'sluice-crawler');
const allows = (path: string, ...lines: readonly string[]): boolean => policyOf(...lines).allows(ORIGIN + path);

describe('a robots.txt', () => {
  it.each<[title: string, path: string, isAllowed: boolean, ...lines: string[]]>([
    ['without rules', '/x', true, ''],
    ['that is HTML', '/x', true, '<!doctype html><title>Not found</title>'],
    ['with an empty rule', '/x', true, 'User-agent: *', 'Disallow:'],
    ['that forbids all', '/x', false, 'User-agent: *', 'Disallow: /'],
    ['that forbids all, for its own file', '/robots.txt', true, 'User-agent: *', 'Disallow: /'],
    ['with rules for another crawler', '/x', true, 'User-agent: other', 'Disallow: /'],
    ['with rules for a crawler whose name is longer', '/x', true, 'User-agent: sluice-crawler-x', 'Disallow: /'],
    ['with our name in capitals and with a version', '/x', false, 'User-agent: SLUICE-Crawler/2.0', 'Disallow: /'],
    ['with our name and all', '/x', true, 'User-agent: *', 'Disallow: /', 'User-agent: sluice-crawler', 'Allow: /'],
    ['with our name before others', '/x', false, 'User-agent: sluice-crawler', 'User-agent: b', 'Disallow: /'],
    [
      'with a delay between two names',
      '/x',
      false,
      'User-agent: sluice-crawler',
      'Crawl-delay: 1',
      'User-agent: b',
      'Disallow: /',
    ],
    [
      'with two groups for us',
      '/y',
      false,
      'User-agent: *',
      'Disallow: /x',
      'User-agent: b',
      'Disallow: /',
      'User-agent: *',
      'Disallow: /y',
    ],
    ['with a longer rule that allows', '/a/b', true, 'User-agent: *', 'Disallow: /a', 'Allow: /a/b'],
    ['with a longer rule that forbids', '/a/b', false, 'User-agent: *', 'Allow: /a', 'Disallow: /a/b'],
    ['with two rules of one length', '/a', true, 'User-agent: *', 'Disallow: /a', 'Allow: /a'],
    ['with a star', '/a/x.pdf?y', false, 'User-agent: *', 'Disallow: /*.pdf'],
    ['with an end', '/a/x.pdf?y', true, 'User-agent: *', 'Disallow: /*.pdf$'],
    ['with a query', '/a?b=1', false, 'User-agent: *', 'Disallow: /a?'],
    ['with capitals of a path', '/A', true, 'User-agent: *', 'Disallow: /a'],
    ['with an escaped tilde', '/~me/x', false, 'User-agent: *', 'Disallow: /%7Eme/'],
    ['with a tilde, for an escaped one', '/%7Eme/x', false, 'User-agent: *', 'Disallow: /~me/'],
    ['with a letter that URLs escape', '/caf%C3%A9', false, 'User-agent: *', 'Disallow: /caf\u00e9'],
    ['with an escaped slash', '/a/b', true, 'User-agent: *', 'Disallow: /a%2Fb'],
    [
      'with a mark, comments and other line ends',
      '/x',
      false,
      '\uFEFF# rules\rUser-agent: * # all\r\nDisallow: /x # x',
    ],
    ['with fields in capitals and without blanks', '/x', false, 'USER-AGENT:*', 'DISALLOW:/x'],
    ['with a line that is none', '/x', false, 'User-agent: *', 'nonsense', 'Disallow: /x'],
    ['with rules before any name', '/x', true, 'Disallow: /', 'User-agent: *', 'Allow: /'],
  ])('%s: %s is allowed: %s', (_, path, isAllowed, ...lines) => {
    expect(allows(path, ...lines)).toBe(isAllowed);
  });

  it('answers for its own origin only', () => {
    const policy = policyOf('User-agent: *', 'Disallow: /x');
    expect(() => policy.allows('http://example.com:8080/x')).toThrow('asked about another origin');
  });

  it('reads sixty thousand rules in no time', () => {
    const rules = Array.from({ length: 60_000 }, (_, index) => `Disallow: /${index}`);
    expect(allows('/59999', 'User-agent: *', ...rules)).toBe(false);
  });

  it.each<[title: string, ms: number | undefined, ...lines: string[]]>([
    ['in seconds', 2_000, 'User-agent: *', 'Crawl-delay: 2'],
    ['with a fraction', 500, 'User-agent: *', 'Crawl-delay: 0.5'],
    [
      'of our group before that of all',
      3_000,
      'User-agent: *',
      'Crawl-delay: 9',
      'User-agent: sluice-crawler',
      'Crawl-delay: 3',
    ],
    [
      'of all, if our group has none',
      9_000,
      'User-agent: *',
      'Crawl-delay: 9',
      'User-agent: sluice-crawler',
      'Disallow:',
    ],
    ['that is the longest of two', 5_000, 'User-agent: *', 'Crawl-delay: 5', 'Crawl-delay: 1'],
    ['of 0', undefined, 'User-agent: *', 'Crawl-delay: 0'],
    ['below 0', undefined, 'User-agent: *', 'Crawl-delay: -5'],
    ['without end', undefined, 'User-agent: *', 'Crawl-delay: Infinity'],
    ['that is no number', undefined, 'User-agent: *', 'Crawl-delay: soon'],
    ['that is empty', undefined, 'User-agent: *', 'Crawl-delay:'],
  ])('with a delay %s asks for %s ms', (_, ms, ...lines) => {
    expect(policyOf(...lines).crawlDelayMs).toBe(ms);
  });

  it('lists its sitemaps, wherever they stand', () => {
    const { sitemaps } = policyOf(
      'Sitemap: http://a.example/1',
      'User-agent: b',
      'Disallow: /',
      'sitemap: /2',
      'Sitemap:',
    );
    expect(sitemaps).toEqual(['http://a.example/1', '/2']);
  });
});

describe('robots directives', () => {
  it.each([
    ['', undefined, [false, false]],
    ['noindex, follow', undefined, [true, false]],
    ['NoFollow', undefined, [false, true]],
    ['none', undefined, [true, true]],
    ['index', 'noindex', [true, false]],
    ['', 'otherbot: noindex, nofollow', [false, false]],
    ['', 'otherbot: none, sluice-crawler: nofollow', [false, true]],
    ['', 'unavailable_after: 25 Jun 2030 15:00:00 GMT, noindex', [true, false]],
    ['', 'max-snippet: 5, nofollow', [false, true]],
  ])('of meta "%s" and header "%s"', (meta, header, [noindex, nofollow]) => {
    expect(directivesOf(meta, header, 'sluice-crawler')).toEqual({ noindex, nofollow });
  });
});

describe('Retry-After', () => {
  const NOW = Date.UTC(2026, 0, 1, 12);
  const at = (seconds: number): string => new Date(NOW + seconds * 1_000).toUTCString();

  it.each<[value: string | undefined, date: string | undefined, ms: number | undefined]>([
    ['120', undefined, 120_000],
    [' 7 ', undefined, 7_000],
    ['0', undefined, 0],
    ['-5', undefined, undefined],
    ['1.5', undefined, undefined],
    ['soon', undefined, undefined],
    ['', undefined, undefined],
    [undefined, undefined, undefined],
    ['99999999999999999999', undefined, 86_400_000],
    [at(30), undefined, 30_000],
    [at(3_630), at(3_600), 30_000],
    [at(-30), undefined, 0],
    [at(30), 'no date', 30_000],
    [at(10 * 86_400), undefined, 86_400_000],
    ['Fri, 99 Foo 2026 25:00:00 GMT', undefined, undefined],
  ])('of %s with the date %s', (value, date, ms) => {
    expect(parseRetryAfter(value, date, NOW)).toBe(ms);
  });
});

describe('pauses of a host', () => {
  const pauses = (): HostPauses => new HostPauses({ firstMs: 60_000, longestMs: 200_000, random: () => 0 });

  it('are what Retry-After asks for, up to a day', () => {
    expect(pauses().next('a', 5_000, 0, 0)).toBe(5_000);
    expect(pauses().next('a', 1e12, 0, 0)).toBe(86_400_000);
  });

  it('double without Retry-After, up to the longest', () => {
    const hosts = pauses();
    expect(hosts.next('a', undefined, 0, 0)).toBe(60_000);
    expect(hosts.next('a', undefined, 60_001, 60_001)).toBe(120_000);
    expect(hosts.next('a', undefined, 180_002, 180_002)).toBe(200_000);
    expect(hosts.next('b', undefined, 180_002, 180_002)).toBe(60_000);
  });

  it('count once for several requests that were under way together', () => {
    const hosts = pauses();
    expect(hosts.next('a', undefined, 0, 100)).toBe(60_000);
    expect(hosts.next('a', undefined, 50, 1_100)).toBe(59_000);
    expect(hosts.next('a', undefined, 60_101, 60_101)).toBe(120_000);
  });

  it('begin anew after a quiet time', () => {
    const hosts = pauses();
    hosts.next('a', undefined, 0, 0);
    expect(hosts.next('a', undefined, 260_001, 260_001)).toBe(60_000);
  });

  it('differ by a tenth at most', () => {
    const hosts = new HostPauses({ firstMs: 1_000, longestMs: 1_000, random: () => 1 });
    expect(hosts.next('a', undefined, 0, 0)).toBeCloseTo(1_100);
  });
});
