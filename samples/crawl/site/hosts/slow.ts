/** A host whose robots.txt asks for a delay between requests and forbids some of its paths. */
import { forbidden, link, page, redirect, robots } from '../page';
import type { HostContent, HostContext } from '../resource';

/** Time between the starts of two requests, in ms. */
export const CRAWL_DELAY_MS = 200;

export function slow({ url }: HostContext): HostContent {
  const allowed = ['/page/1', '/page/2', '/private/open.html', '/search.cgi?still=allowed', '/privately', '/Private/'];
  const refused = ['/private/', '/private/deeper/page.html', '/search.cgi', '/tmp/file', '/caf%C3%A9/menu'];
  return {
    resources: [
      robots(url('/robots.txt'), [
        '\uFEFF# Rules of a slow host',
        'User-agent: otherbot',
        'Disallow: /',
        '',
        'user-agent: *',
        `Crawl-delay: ${CRAWL_DELAY_MS / 1_000}`,
        'Disallow: /private/ # with a comment',
        'Allow: /private/open.html',
        'Disallow: /*.cgi$',
        'Disallow:',
        '',
        'User-agent: anotherbot',
        'Disallow: /page/',
        'Crawl-delay: 60',
        '',
        'User-Agent: *',
        'DISALLOW: /tmp/',
        'Disallow: /caf\u00e9/',
        'Nonsense: line',
      ]),
      page(url('/'), {
        title: 'A slow host',
        links: [...allowed, ...refused].map((path) => link(url(path), path)),
      }),
      ...allowed.map((path) => page(url(path), { title: `The page ${path}` })),
      ...refused.map((path) => forbidden(page(url(path), { title: `The forbidden page ${path}` }))),
      forbidden(redirect(url('/private/moved'), url('/page/1'))),
    ],
  };
}
