/** Malformed HTML: links that a browser finds all the same, and text that only looks like a link. */
import { noLink, page, type SiteLink } from '../page';
import type { HostContext, SiteResource } from '../resource';

const DEPTH = 2_000;

export function malformed({ url }: HostContext): readonly SiteResource[] {
  const found = (path: string, markup: string): SiteLink => ({ to: url(path), markup });
  const links = [
    found('/m/unquoted', '<a href=/m/unquoted>unquoted'),
    found('/m/single', "<A HREF='/m/single'>single"),
    found('/m/unclosed', '<p><b><a href="/m/unclosed">unclosed'),
    found('/m/nested', '<a href="/m/unclosed"><a href="/m/nested">nested</b></p></div>'),
    found('/m/spaced', '<a\n  href =\t "/m/spaced"\n>spaced</a >'),
    found('/m/greater', '<a title="a > b" href="/m/greater">greater</a>'),
    found('/m/entities?a=1&b=2', '<a href="/m/entities?a=1&amp;b=2">entities</a>'),
    found('/m/entities?a=1&b=3', '<a href="&#47;m/entities?a=1&b=3">a bare ampersand</a>'),
    found('/m/first', '<a href="/m/first" href="/ghost/second-attribute">first</a>'),
    found('/m/area', '<map><area shape="default" href="/m/area"></map>'),
    found('/m/slash', '<a/href="/m/slash"/>slash</a>'),
    noLink('<!-- > <a href="/ghost/comment">comment</a> -->'),
    noLink('<script>document.write(\'<a href="/ghost/script">script</a>\')</script>'),
    noLink('<style>/* <a href="/ghost/style"> */</style>'),
    noLink('<textarea><a href="/ghost/textarea"></textarea>'),
    noLink('<a name="anchor">no target</a><a href>empty</a><a data-href="/ghost/data">data</a>'),
    noLink('<a href="http://">no host</a><a href="http://[::1">no bracket</a><a href="http://a b/">blank</a>'),
    noLink(
      '<a href="mailto:a@example.com">m</a><a href="tel:1">t</a><a href="javascript:void(0)">j</a><a href="#">h</a>',
    ),
    noLink('<a href="data:text/html,<a href=/ghost/data-url>">data</a><a href="ftp://elsewhere.invalid/">ftp</a>'),
    noLink('<<a <</ <<p <!doctype html> </ > <? php ?> &nosuch; &#xFFFFFFFF; \0'),
    found('/m/deep', `${'<div>'.repeat(DEPTH)}<a href="/m/deep">deep</a>`),
  ];
  const targets = [...new Set(links.flatMap(({ to }) => to ?? []))];
  const html = `<title>Malformed</title><body>${links.map(({ markup }) => markup).join('\n')}<!-- <a href="/ghost/end">`;
  return [
    page(url('/malformed'), { title: 'Malformed', links, html }),
    ...targets.map((target) => page(target, { title: `Behind ${new URL(target).pathname}` })),
  ];
}
