/** Many spellings of one URL, which are one page, and similar URLs, which are different pages. */
import { link, page } from '../page';
import type { HostContext, SiteResource } from '../resource';

export function spellings({ url }: HostContext): readonly SiteResource[] {
  const one = url('/same/~one');
  const { host, hostname, port } = new URL(one);
  const ofOne = [
    '/same/~one',
    '/same/%7Eone',
    '/same/%7eone',
    '/same/./two/../~one',
    '/same/%2e/~one',
    '/same/~one?',
    '/same/~one#part',
    '  /same/~one\n',
    '/sa\nme/~one',
    '\\same\\~one',
    `//${host}/same/~one`,
    `HTTP://${host.toUpperCase()}/same/~one`,
    `http://${hostname}.:${port}/same/~one`,
    `http://user:secret@${host}/same/~one`,
    `http:/same/~one`,
  ];
  const different = [
    '/same/~One',
    '/same/~one/',
    '/same/a%2Fb',
    '/same/a/b',
    '/same/caf%C3%A9',
    '/same/list?page=1',
    '/same/list?page=2',
    // A query that is sorted for the request, or whose flag gets a `=`, has status 404.
    '/same/list?z=1&a=2&flag',
    '/same/list?q=a%20b%2Fc',
  ];
  const encoded = [
    ['/same/caf\u00e9', '/same/caf%C3%A9'],
    ['/same/caf%c3%a9', '/same/caf%C3%A9'],
    ['/same/list?q=a b%2fc', '/same/list?q=a%20b%2Fc'],
  ] as const;
  return [
    page(url('/spellings'), {
      title: 'Spellings of one URL',
      links: [
        ...ofOne.map((href) => link(one, href)),
        ...different.map((path) => link(url(path), path)),
        ...encoded.map(([href, path]) => link(url(path), href)),
      ],
    }),
    page(one, { title: 'One page' }),
    ...different.map((path) => page(url(path), { title: `The page ${path}` })),
  ];
}
