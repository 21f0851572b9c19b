/**
 * What is read from the bytes of a response: text in its encoding, the content and links of a page, and sitemaps.
 */
import { gzipSync } from 'node:zlib';
import { decodeText } from '../../samples/crawl/charset';
import { unpack } from '../../samples/crawl/client';
import { parseDocument, parseSitemapBytes, type ParseConfig, type ParsedDocument } from '../../samples/crawl/parse';
import { parseSitemap, SITEMAP_MAX_URLS } from '../../samples/crawl/sitemap';

const bytesOf = (...parts: readonly (string | readonly number[])[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))));

const NAIVE = [0x6e, 0x61, 0xc3, 0xaf, 0x76, 0x65];

describe('the text of a page', () => {
  it.each<[title: string, contentType: string | undefined, bytes: Buffer, encoding: string, text: string]>([
    ['a header', 'text/html; charset=windows-1251', bytesOf([0xcf, 0xf0]), 'windows-1251', 'Пр'],
    ['a quoted header in capitals', 'text/html; a=b; Charset="KOI8-R"', bytesOf([0xf0]), 'koi8-r', 'П'],
    ['a mark before the header', 'text/html; charset=gbk', bytesOf([0xef, 0xbb, 0xbf], NAIVE), 'utf-8', 'naïve'],
    ['a mark of UTF-16, little end first', undefined, bytesOf([0xff, 0xfe, 0x4b, 0x6d]), 'utf-16le', '测'],
    ['a mark of UTF-16, big end first', undefined, bytesOf([0xfe, 0xff, 0x6d, 0x4b]), 'utf-16be', '测'],
    ['no label, for UTF-8', 'text/html', bytesOf(NAIVE), 'utf-8', 'naïve'],
    ['no label, for other bytes', 'text/html', bytesOf('Caf', [0xe9]), 'windows-1252', 'Café'],
    ['an unknown label', 'text/html; charset=x-none', bytesOf(NAIVE), 'utf-8', 'naïve'],
    ['nothing', undefined, bytesOf(), 'utf-8', ''],
  ])('is decoded by %s', (_, contentType, bytes, encoding, text) => {
    expect(decodeText(bytes, contentType)).toMatchObject({ encoding, text });
  });

  it.each([
    ['<meta charset="shift_jis">', 'shift_jis'],
    ["<META CHARSET='GBK'>", 'gbk'],
    ['<meta http-equiv="Content-Type" content="text/html; charset=euc-kr">', 'euc-kr'],
    ['<meta content="charset=gbk">', 'utf-8'],
    ['<script charset="gbk"></script><meta charset="koi8-r">', 'koi8-r'],
    ['<!-- <meta charset="gbk"> --><meta charset="koi8-r">', 'koi8-r'],
    ['<script>"<meta charset=gbk>"</script>', 'utf-8'],
    ['<title><meta charset="gbk"></title><meta charset="koi8-r">', 'koi8-r'],
    ['<meta name="a>b" charset="koi8-r">', 'koi8-r'],
    ['<metadata charset="gbk"><meta charset="koi8-r">', 'koi8-r'],
    ['<meta name="x"><meta charset=koi8-r>', 'koi8-r'],
    ['<!-- <meta charset="gbk">', 'utf-8'],
    ['<meta charset="utf-16">', 'utf-8'],
    ['<meta charset="x-none"><meta charset="gbk">', 'utf-8'],
    [`${' '.repeat(1_024)}<meta charset="gbk">`, 'utf-8'],
  ])('is decoded by its first meta element: %s', (html, encoding) => {
    expect(decodeText(Buffer.from(html), 'text/html').encoding).toBe(encoding);
  });

  it('comes with the label that is no encoding', () => {
    expect(decodeText(bytesOf('x'), 'text/html; charset=x-none').unknownLabel).toBe('x-none');
  });
});

const CONFIG: ParseConfig = { agent: 'sluice-crawler', strip: [], sortQuery: false, select: {} };
const URL_OF_PAGE = 'http://example.com/docs/page';
const parsed = (html: string, config: Partial<ParseConfig> = {}): ParsedDocument =>
  parseDocument(Buffer.from(html), URL_OF_PAGE, 'text/html', { ...CONFIG, ...config });
const linksOf = (html: string, config: Partial<ParseConfig> = {}): readonly string[] =>
  parsed(html, config).links.map(({ url }) => url);

describe('a page', () => {
  it('has its title, description, language, canonical URL and visible text', () => {
    const html = `<html lang="de"><head><title> A\n title </title><title>another</title>
      <meta name="description" content=" What it\nis "><link rel="canonical" href="/canonical#x"><style>p{}</style>
      </head><body><h1>Head</h1><p>One<b>word</b> &amp; more<script>no</script></p><svg><title>no</title></svg>
      <noscript>no</noscript><ul><li>a<li>b</ul></body></html>`;
    expect(parsed(html)).toMatchObject({
      title: 'A title',
      description: 'What it is',
      language: 'de',
      canonical: 'http://example.com/canonical',
      text: 'Head Oneword & more a b',
    });
  });

  it('has the links of anchors, areas and frames, each once', () => {
    const html =
      '<a href=a>1</a><a href="a#x">2</a><area href="/b"><iframe src="c"></iframe><img src="d"><link href="e">';
    expect(linksOf(html)).toEqual(['http://example.com/docs/a', 'http://example.com/b', 'http://example.com/docs/c']);
  });

  it('has the link of a refresh', () => {
    expect(linksOf('<meta http-equiv="refresh" content="0; URL=\'next\'">')).toEqual(['http://example.com/docs/next']);
  });

  it('has no links within itself, to nothing, to no place on the web, or marked as nofollow', () => {
    const html = '<a href="#x"></a><a href></a><a name=x></a><a href="tel:1"></a><a rel="ugc nofollow" href="/x"></a>';
    expect(linksOf(html)).toEqual([]);
  });

  it.each([
    ['<base href="/other/"><base href="/third/">', 'http://example.com/other/a'],
    ['<base href="../up/">', 'http://example.com/up/a'],
    ['<base target="_blank"><base href="http://elsewhere.example/x/">', 'http://elsewhere.example/x/a'],
    ['<base href="data:text/plain,x">', 'http://example.com/docs/a'],
    ['<base href="http://[">', 'http://example.com/docs/a'],
  ])('resolves its links against %s', (base, url) => {
    expect(linksOf(`${base}<a href="a"></a>`)).toEqual([url]);
  });

  it('has the directives for all crawlers and for this one', () => {
    const html =
      '<meta name="ROBOTS" content="noindex"><meta name="sluice-crawler" content="nofollow"><meta name="b" content="none">';
    expect(parsed(html).robots).toBe('noindex,nofollow,');
  });

  it('has fields for selectors, and for attributes of what they select', () => {
    const html = '<ul><li class="x" data-n="1"> a\n b </li><li data-n="2">c</li></ul>';
    const select = { items: 'li', first: '.x', numbers: 'li@data-n', none: 'table' };
    expect(parsed(html, { select }).fields).toEqual({
      items: ['a b', 'c'],
      first: ['a b'],
      numbers: ['1', '2'],
      none: [],
    });
  });

  it('leaves the named parameters out of its links', () => {
    expect(linksOf('<a href="?sid=1&a=2"></a>', { strip: ['sid'] })).toEqual(['http://example.com/docs/page?a=2']);
  });
});

const urlset = (...urls: readonly string[]): string =>
  `<?xml version="1.0"?>\n<urlset>${urls.map((url) => `<url><loc> ${url}\n</loc></url>`).join('')}</urlset>`;

describe('a sitemap', () => {
  it.each<[title: string, text: string, pages: readonly string[], sitemaps: readonly string[]]>([
    ['of pages', urlset('http://a/1?x&amp;y', 'http://a/2'), ['http://a/1?x&y', 'http://a/2'], []],
    ['of sitemaps', '<sitemapindex><sitemap><loc>http://a/s</loc></sitemap></sitemapindex>', [], ['http://a/s']],
    ['after a mark', `\uFEFF${urlset('http://a/1')}`, ['http://a/1'], []],
    ['with character data', urlset('<![CDATA[http://a/1?x&y]]>'), ['http://a/1?x&y'], []],
    ['with a prefix', '<s:urlset><s:url><s:loc>http://a/1</s:loc></s:url></s:urlset>', ['http://a/1'], []],
    [
      'with images',
      '<urlset><url><loc>http://a/1</loc><image:image><image:loc>http://a/p.png</image:loc></image:image></url></urlset>',
      ['http://a/1'],
      [],
    ],
    ['of text', 'http://a/1\r\n\r\n http://a/2 \nno URL', ['http://a/1', 'http://a/2'], []],
    [
      'that is an RSS feed',
      '<rss><channel><link>http://a/</link><item><link>http://a/1</link></item></channel></rss>',
      ['http://a/', 'http://a/1'],
      [],
    ],
    ['that is an Atom feed', '<feed><entry><link href="http://a/1"/></entry></feed>', ['http://a/1'], []],
    ['that is a robots.txt', 'User-agent: *\nSitemap: http://a/s\n', [], []],
    ['that is a page', '<!doctype html><html><body><link>http://a/1</link></body></html>', [], []],
    ['that ends in the middle', '<urlset><url><loc>http://a/1</loc></url><url><loc>http://a/2', ['http://a/1'], []],
    ['without content', '', [], []],
  ])('%s is read', (_, text, pages, sitemaps) => {
    expect(parseSitemap(text)).toEqual({ pages, sitemaps, isCut: false });
  });

  it('is read up to the number of URLs that the protocol allows', () => {
    const urls = Array.from({ length: SITEMAP_MAX_URLS + 1 }, (_, index) => `http://a/${index}`);
    const { pages, isCut } = parseSitemap(urls.join('\n'));
    expect({ count: pages.length, isCut }).toEqual({ count: SITEMAP_MAX_URLS, isCut: true });
  });

  it('has links that are resolved and normalised', () => {
    const { pages } = parseSitemapBytes(Buffer.from(urlset('/b#x')), 'http://a/s.xml', 'application/xml', CONFIG);
    expect(pages).toEqual([{ url: 'http://a/b', key: 'http://a/b' }]);
  });

  it('is unpacked by its first bytes, up to a limit', async () => {
    const packed = gzipSync(urlset('http://a/1'));
    expect((await unpack(packed, 1_000)).toString()).toBe(urlset('http://a/1'));
    expect((await unpack(Buffer.from('plain'), 1_000)).toString()).toBe('plain');
    await expect(unpack(gzipSync(Buffer.alloc(2_000)), 1_000)).rejects.toThrow('more than 1000 bytes after decoding');
  });
});
