/** The front of the hostile site: articles, spellings, `base`, malformed HTML, encodings, and redirects to other hosts. */
import { file, link, missing, noLink, page, redirect, redirectAnswer } from '../page';
import { SITE_HOSTS, type HostContent, type HostContext, type SiteHost, type SiteResource } from '../resource';
import { encodings } from './encodings';
import { malformed } from './malformed';
import { spellings } from './spellings';

const ARTICLES = 40;
const STATUSES = [301, 302, 307, 308];

export function www(context: HostContext): HostContent {
  const { url, urlOn } = context;
  const sections = [articles, spellings, malformed, encodings, bases, redirects, instructions].map((section) =>
    section(context),
  );
  const hosts = SITE_HOSTS.flatMap((host) => urlOn(host, '/') ?? []);
  const others = [
    file(url('/report.pdf'), 'application/pdf', '%PDF-1.7\n'),
    file(url('/data.json'), 'application/json', '{}'),
  ];
  const absent = [missing(url('/missing')), missing(url('/gone'), 410)];
  const entries = sections.flatMap(([first]) => (first ? [first.url] : []));
  return {
    resources: [
      page(url('/'), {
        title: 'The hostile site',
        links: [
          ...[...entries, ...hosts, ...[...others, ...absent].map((resource) => resource.url)].map((to) => link(to)),
          noLink('<a href="http://elsewhere.invalid/">another site</a>'),
        ],
      }),
      ...sections.flat(),
      ...others,
      ...absent,
    ],
  };
}

/** A tree of articles with more links across it. */
function articles({ url, random }: HostContext): readonly SiteResource[] {
  const urlOf = (number: number): string => url(`/articles/${number}`);
  return Array.from({ length: ARTICLES }, (_, index) => {
    const number = index + 1;
    const below = [2 * number, 2 * number + 1].filter((each) => each <= ARTICLES);
    const across = Array.from({ length: 3 }, () => 1 + random(ARTICLES));
    return page(urlOf(number), {
      title: `Article ${number}`,
      links: [...below, ...across].map((each) => link(urlOf(each))),
      // A date instead of an entity tag, on some of the articles.
      ...(random(4) === 0 && { headers: { 'last-modified': new Date(Date.UTC(2024, 0, number)).toUTCString() } }),
    });
  });
}

/** `base` elements: the first of two, one below a redirect, and one that is no place to resolve a link against. */
function bases({ url }: HostContext): readonly SiteResource[] {
  const moved = url('/base/below/page');
  const targets = ['/elsewhere/one', '/base/assets/two', '/base/three'].map((path) =>
    page(url(path), { title: `The page ${path}` }),
  );
  const [one, two, three] = targets.map((target) => target.url);
  return [
    page(url('/base/'), {
      title: 'Base elements',
      links: [
        link(url('/base/first'), '/base/first'),
        link(url('/base/moved'), '/base/moved'),
        link(url('/base/data'), '/base/data'),
      ],
    }),
    page(url('/base/first'), {
      title: 'The first of two base elements',
      head: '<base target="_blank"><base href="/elsewhere/"><base href="/ghost/">',
      links: [link(one, 'one')],
    }),
    redirect(url('/base/moved'), moved, 301, 'below/page'),
    page(moved, {
      title: 'A relative base element behind a redirect',
      head: '<base href="../assets/">',
      links: [link(two, 'two')],
    }),
    page(url('/base/data'), {
      title: 'A base element that is no place',
      head: '<base href="data:text/plain,base">',
      links: [link(three, 'three')],
    }),
    ...targets,
  ];
}

/** A redirect to itself once, a chain across hosts, and a redirect to a page that robots.txt forbids. */
function redirects({ url, urlOn }: HostContext): readonly SiteResource[] {
  const hosts: readonly SiteHost[] = ['busy.localhost', 'slow.localhost', 'maps.localhost'];
  const end = url('/chain/end');
  const chain = [url('/chain'), ...hosts.flatMap((host) => urlOn(host, '/chain') ?? []), end];
  const again = url('/again');
  const secret = urlOn('slow.localhost', '/private/moved');
  return [
    page(url('/redirects'), {
      title: 'Redirects',
      links: [link(again), link(url('/chain')), link(secret && url('/to-private'))],
    }),
    page(again, { title: 'A page that redirected to itself once', first: [redirectAnswer('/again', 307)] }),
    ...chain.slice(1).map((to, index) => redirect(chain[index] ?? '', to, STATUSES[index], to.replace('http:', ''))),
    page(end, { title: 'The end of the chain' }),
    ...(secret === undefined ? [] : [redirect(url('/to-private'), secret)]),
  ];
}

/** Instructions to robots in pages and headers. */
function instructions({ url }: HostContext): readonly SiteResource[] {
  const [noindex, nofollow, header] = ['/noindex', '/nofollow', '/nofollow-header'].map(url);
  const unfollowed = noLink('<a href="/unfollowed">unfollowed</a>');
  return [
    page(url('/instructions'), {
      title: 'Instructions to robots',
      links: [link(noindex), link(nofollow), link(header)],
    }),
    {
      ...page(url('/noindex'), {
        title: 'Not for an index',
        head: '<meta name="ROBOTS" content="NoIndex, follow">',
        links: [link(url('/behind-noindex'))],
      }),
      isNoindex: true,
    },
    page(url('/nofollow'), {
      title: 'Links not to follow',
      head: '<meta name="robots" content="nofollow">',
      links: [unfollowed],
    }),
    page(url('/nofollow-header'), {
      title: 'Links not to follow, by a header',
      headers: { 'x-robots-tag': 'nofollow' },
      links: [unfollowed],
    }),
    page(url('/behind-noindex'), { title: 'Behind a page that is not for an index' }),
    page(url('/unfollowed'), { title: 'A page behind links not to follow' }),
  ];
}
