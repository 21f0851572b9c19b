/** A host whose pages are found only by sitemaps, in all forms that the protocol allows, and an index that lists itself. */
import { gzipSync } from 'node:zlib';
import { forbidden, page, redirect, robots, textAnswer } from '../page';
import type { HostContent, HostContext, SiteAnswer, SiteResource } from '../resource';

const NAMESPACE = 'http://www.sitemaps.org/schemas/sitemap/0.9';
const XML = { 'content-type': 'application/xml' };

export function maps({ url }: HostContext): HostContent {
  const listed = Array.from({ length: 7 }, (_, index) =>
    page(url(`/listed/${index}?a=1&b=2`), { title: `Page ${index}` }),
  );
  const urlOf = (index: number): string => listed[index]?.url ?? '';
  const entities = (index: number): string => `<url><loc>\n  ${urlOf(index).replace('&', '&amp;')} </loc></url>`;
  const secret = forbidden(page(url('/secret'), { title: 'A page that a sitemap lists and robots.txt forbids' }));
  const serve = (path: string, answer: SiteAnswer): SiteResource => ({
    url: url(path),
    ending: 'file',
    answers: [answer],
  });
  const index = (...paths: readonly string[]): string =>
    xml('sitemapindex', paths.map((path) => `<sitemap><loc>${url(path)}</loc></sitemap>`).join('\n'));
  return {
    resources: [
      redirect(url('/robots.txt'), url('/rules'), 301, '/rules'),
      robots(url('/rules'), [
        `Sitemap: ${url('/sitemap')}`,
        'User-agent: *',
        'Disallow: /secret',
        `sitemap: ${url('/maps/list')}`,
      ]),
      page(url('/'), { title: 'A host of sitemaps' }),
      serve('/sitemap', {
        status: 200,
        headers: XML,
        body: index('/sitemap', '/maps/one.xml.gz', '/maps/two', '/maps/three', '/maps/nested', '/maps/absent'),
      }),
      serve('/maps/nested', { status: 200, headers: XML, body: index('/sitemap', '/maps/nested', '/maps/four') }),
      // A compressed file, a compressed response, and compressed bytes that neither name nor header tell.
      serve('/maps/one.xml.gz', {
        status: 200,
        headers: { 'content-type': 'application/gzip' },
        body: gzipSync(xml('urlset', entities(0))),
      }),
      serve('/maps/two', {
        status: 200,
        headers: { ...XML, 'content-encoding': 'gzip' },
        body: gzipSync(xml('urlset', entities(1))),
      }),
      serve('/maps/three', {
        status: 200,
        headers: XML,
        body: gzipSync(xml('urlset', `${entities(2)}<url><loc>${secret.url}</loc></url>`)),
      }),
      serve('/maps/four', { status: 200, headers: XML, body: prefixed(urlOf(3), urlOf(4), url('/ghost/picture.png')) }),
      serve('/maps/list', textAnswer(200, `${urlOf(5)}\r\n${urlOf(6)}\r\n${urlOf(5)}\r\n`)),
      secret,
      ...listed,
    ],
    listedInSitemaps: [...listed.map((resource) => resource.url), secret.url],
  };
}

const xml = (root: string, content: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="${NAMESPACE}">\n${content}\n</${root}>\n`;

/** A sitemap with a prefix for its namespace, a section of character data, and the `loc` of a picture, which is no page. */
const prefixed = (one: string, other: string, picture: string): string => `<?xml version="1.0"?>
<s:urlset xmlns:s="${NAMESPACE}" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<s:url><s:loc><![CDATA[${one}]]></s:loc><image:image><image:loc>${picture}</image:loc></image:image></s:url>
<s:url><s:lastmod>2026-11-30</s:lastmod><s:loc>${other.replace('&', '&#38;')}</s:loc></s:url>
</s:urlset>
`;
