/**
 * URLs of a crawl: which spellings are one page, which links are followed, and which limit cuts a link off.
 */
import { hostOf, normalise, SESSION_PARAMETERS } from '../../samples/crawl/normalise';
import type { FoundPage } from '../../samples/crawl/page';
import { Scope, type ScopeConfig } from '../../samples/crawl/scope';

const BASE = 'http://example.com/a/b';

const keyOf = (href: string, options = {}): string | undefined => normalise(href, BASE, options)?.key;

describe('the key of a link', () => {
  it.each([
    ['a relative path', 'c', 'http://example.com/a/c'],
    ['dots', '/x/../y/./z', 'http://example.com/y/z'],
    ['capitals of scheme and host', 'HTTP://EXAMPLE.com/Path', 'http://example.com/Path'],
    ['the port of the scheme', 'http://example.com:80/', 'http://example.com/'],
    ['a fragment', '/x#part', 'http://example.com/x'],
    ['an empty query', '/x?', 'http://example.com/x'],
    ['a user name and a password', 'http://user:secret@example.com/', 'http://example.com/'],
    ['the final dot of a host', 'http://example.com./x', 'http://example.com/x'],
    ['several final dots of a host before its port', 'http://example.com.:8080/x', 'http://example.com:8080/x'],
    ['escapes of unreserved characters', '/%7Euser/%61', 'http://example.com/~user/a'],
    ['small letters of escapes', '/caf%c3%a9', 'http://example.com/caf%C3%A9'],
    ['a host in other letters, with a port', 'http://b\u00fccher.example:81/', 'http://xn--bcher-kva.example:81/'],
    ['white space around and in a link', ' /x\n/y ', 'http://example.com/x/y'],
    ['backslashes', '\\x\\y', 'http://example.com/x/y'],
  ])('does not depend on %s', (_, href, key) => {
    expect(keyOf(href)).toBe(key);
  });

  it.each([
    ['capitals of a path', '/Path', '/path'],
    ['an escaped slash', '/a%2Fb', '/a/b'],
    ['an escaped question mark', '/a%3Fb', '/a?b'],
    ['a final slash', '/a/', '/a'],
    ['the order of a query', '/?a=1&b=2', '/?b=2&a=1'],
    ['a flag and an empty value', '/?flag', '/?flag='],
    ['a plus and an escaped blank', '/?a+b', '/?a%20b'],
    ['double slashes', '//example.com//a', '//example.com/a'],
  ])('tells %s apart', (_, one, other) => {
    expect(keyOf(one)).not.toBe(keyOf(other));
  });

  it('is one for each order of a query if the option says so, and the request keeps its spelling', () => {
    const link = normalise('/?b=2&a=%20&flag&a=1', BASE, { sortQuery: true });
    expect(link).toEqual({
      url: 'http://example.com/?b=2&a=%20&flag&a=1',
      key: 'http://example.com/?a=%20&a=1&b=2&flag',
    });
  });

  it.each([
    ['/x;jsessionid=1A?a=1', 'http://example.com/x?a=1'],
    ['/x;v=1;JSESSIONID=1A/y', 'http://example.com/x;v=1/y'],
    ['/x?PHPSESSID=1&a=1', 'http://example.com/x?a=1'],
    ['/x?sid=1', 'http://example.com/x'],
    ['http://sid.example.com/sid?aside=1', 'http://sid.example.com/sid?aside=1'],
  ])('leaves session ids out of %s if the option says so, and nothing else', (href, key) => {
    expect(keyOf(href, { strip: SESSION_PARAMETERS })).toBe(key);
  });
});

describe('the URL of a link', () => {
  it('keeps the first spelling for the request', () => {
    expect(normalise('/%7euser?', BASE)?.url).toBe('http://example.com/%7euser');
  });

  it.each([
    'mailto:a@example.com',
    'javascript:void(0)',
    'data:text/html,x',
    'ftp://example.com/',
    'http://',
    'http://[::1',
  ])('is none for %s', (href) => {
    expect(normalise(href, BASE)).toBeUndefined();
  });

  it('has one host for a name with and without its final dot', () => {
    const hrefs = ['http://example.com./', 'http://example.com/', 'http://example.com:80/', 'http://example.com.:80'];
    expect(hrefs.map((href) => hostOf(normalise(href, undefined)?.url ?? ''))).toEqual(Array(4).fill('example.com'));
    expect(hostOf('https://example.com.:8080/a//b')).toBe('example.com:8080');
  });
});

const CONFIG: ScopeConfig = {
  hosts: new Set(['example.com']),
  include: [],
  exclude: [],
  maxDepth: 3,
  maxPerPrefix: 2,
  maxUrlLength: 60,
  maxRepeats: 2,
};

const found = (path: string, page: Partial<FoundPage> = {}): FoundPage => {
  const url = `http://example.com${path}`;
  return { url, key: url, host: 'example.com', kind: 'page', depth: 1, hops: 0, referrer: null, ...page };
};

describe('the scope of a crawl', () => {
  it('has the hosts that are given, or all', () => {
    const elsewhere = found('/', { host: 'other.example' });
    expect(new Scope(CONFIG).contains(elsewhere)).toBe(false);
    expect(new Scope({ ...CONFIG, hosts: 'all' }).contains(elsewhere)).toBe(true);
  });

  it('has what one pattern includes and no pattern excludes', () => {
    const scope = new Scope({ ...CONFIG, include: ['/docs/', '/blog/'], exclude: ['\\.pdf$'] });
    const paths = ['/docs/a', '/blog/b', '/docs/c.pdf', '/about'];
    expect(paths.filter((path) => scope.contains(found(path)))).toEqual(['/docs/a', '/blog/b']);
  });

  it('has sitemaps whatever the patterns say', () => {
    const scope = new Scope({ ...CONFIG, include: ['/docs/'] });
    expect(scope.contains(found('/sitemap.xml', { kind: 'sitemap' }))).toBe(true);
  });

  it('refuses a pattern that is no regular expression', () => {
    expect(() => new Scope({ ...CONFIG, include: ['('] })).toThrow('--include: expected a regular expression; got (');
  });

  it.each([
    ['depth', found('/', { depth: 4 })],
    ['URL length', found(`/${'x'.repeat(60)}`)],
    ['repeated segments', found('/a/b/a/b/a')],
  ])('cuts off by the limit of %s', (cut, page) => {
    expect(new Scope(CONFIG).cutOf(page)).toBe(cut);
  });

  it.each([['/docs/'], ['/docs/deep/'], ['/page?q=']])('cuts off what is too much below one prefix: %s', (prefix) => {
    const scope = new Scope(CONFIG);
    for (const name of ['a', 'b']) {
      const page = found(`${prefix}${name}`);
      expect(scope.cutOf(page)).toBeUndefined();
      scope.count(page.key);
    }
    expect(scope.cutOf(found(`${prefix}c`))).toBe('pages below a folder');
    expect(scope.cutOf(found('/elsewhere/c'))).toBeUndefined();
    expect(scope.cutOf(found('/page'))).toBeUndefined();
  });

  it('takes the root of a host for no prefix', () => {
    const scope = new Scope(CONFIG);
    for (const name of ['a', 'b', 'c']) scope.count(found(`/${name}`).key);
    expect(scope.cutOf(found('/d'))).toBeUndefined();
  });
});
