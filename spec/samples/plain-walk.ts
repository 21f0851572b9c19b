/**
 * A plain walk over the site by its responses: links by regular expressions, everything at once, no library and nothing of
 * the site's model. It is slow to read and quick to write, and finds what a correct crawler finds.
 */
import { gunzipSync } from 'node:zlib';
import type { Site } from '../../samples/crawl/site/site';
import { sleep } from '../support/sleep';
import { getFromSite, type SiteResponse } from './site-request';

/** The ending of a visit, and the title where it is a page. */
export type WalkedUrls = ReadonlyMap<string, readonly [ending: string, title?: string]>;

const TRIES = 4;

/** Silence after which the first try is given up, in ms; each later try has as much time more. */
const SILENCE_MS = 1_000;

export async function plainWalk({ hosts, origin, isTrap }: Site): Promise<WalkedUrls> {
  const visits = new Map<string, Promise<readonly [string, string?]>>();
  const redirects = new Map<string, string>();
  const origins = new Set(hosts.map(origin));
  const rules = new Map<string, Promise<Rules>>();

  const see = (href: string, base?: string): void => {
    if (!URL.canParse(href, base)) return;
    const url = canonical(new URL(href, base));
    if (origins.has(new URL(url).origin) && !visits.has(url) && !isTrap(url)) visits.set(url, visit(url));
  };

  async function visit(url: string): Promise<readonly [string, string?]> {
    const { isAllowed } = await rulesOf(new URL(url).origin);
    if (!isAllowed(url)) return ['forbidden'];
    for (let hop = 0; hop < 10; hop++) {
      const response = await tryToGet(url);
      if (response === undefined || response.status >= 500) return ['failing'];
      if (response.isOversized) return ['oversized'];
      if (response.status >= 400) return ['missing'];
      if (response.status < 300) return read(url, response);
      const { location } = response.headers;
      if (location === undefined || !URL.canParse(location, url) || !/^https?:/.test(new URL(location, url).href))
        return ['failing'];
      const target = canonical(new URL(location, url));
      if (target !== url) {
        redirects.set(url, target);
        see(target);
        return ['redirect'];
      }
    }
    return ['redirect-loop'];
  }

  function read(url: string, response: SiteResponse): readonly [string, string?] {
    if (!/html/.test(response.headers['content-type'] ?? '')) return ['file'];
    const { title, base, hrefs } = linksIn(textOf(response));
    const isNofollow = /nofollow/i.test(
      `${response.headers['x-robots-tag']?.toString()} ${robotsMeta(textOf(response))}`,
    );
    const isBase = base !== undefined && /^https?:/.test(new URL(base, url).href);
    if (!isNofollow) for (const href of hrefs) see(href, isBase ? new URL(base, url).href : url);
    return ['page', title];
  }

  /** The rules of a host; its sitemaps are read on the way. */
  const rulesOf = (of: string): Promise<Rules> => {
    const known = rules.get(of) ?? readRules(of);
    rules.set(of, known);
    return known;
  };

  async function readRules(of: string): Promise<Rules> {
    let response = await tryToGet(`${of}/robots.txt`);
    for (let hop = 0; hop < 5 && response?.headers.location !== undefined; hop++) {
      response = await tryToGet(new URL(response.headers.location, of).href);
    }
    if (response === undefined || response.status >= 500) return { isAllowed: () => false };
    if (response.status >= 400) return { isAllowed: () => true };
    const text = response.body.toString();
    const listed = new Set<string>();
    for (const [, url = ''] of text.matchAll(/^sitemap:\s*(\S+)/gim)) await readSitemap(url, listed);
    return { isAllowed: allowedBy(text) };
  }

  async function readSitemap(url: string, listed: Set<string>): Promise<void> {
    if (listed.has(url)) return;
    listed.add(url);
    const response = await tryToGet(url);
    if (response === undefined || response.status !== 200) return;
    const { body } = response;
    const text = (body[0] === 0x1f && body[1] === 0x8b ? gunzipSync(body) : body).toString();
    const urls = /^\s*</.test(text)
      ? [...text.matchAll(/<(?:s:)?loc>\s*(?:<!\[CDATA\[)?([^<\]]*)/g)].map(([, loc = '']) => unescaped(loc.trim()))
      : text.split(/\s+/);
    // The rules of the host are not known before its sitemaps are read: visits wait for them.
    for (const each of urls) {
      if (text.includes('<sitemapindex')) await readSitemap(each, listed);
      else see(each);
    }
  }

  for (const front of origins) see('/', front);
  const walked = await settled(visits);
  return withoutForbidden(withLoops(walked, redirects));
}

interface Rules {
  readonly isAllowed: (url: string) => boolean;
}

/** Tries again after faults and refusals. Returns undefined if each try is a fault. */
async function tryToGet(url: string): Promise<SiteResponse | undefined> {
  let last: SiteResponse | undefined;
  for (let number = 0; number < TRIES; number++) {
    try {
      last = await getFromSite(url, { timeout: SILENCE_MS * (number + 1), headers: { 'accept-encoding': 'gzip' } });
    } catch {
      // A stall or a reset, of which only the last counts.
      last = undefined;
    }
    if (last !== undefined && last.status < 500 && last.status !== 429) return last;
    await sleep(pauseAfter(last));
  }
  return last;
}

/** A date is to be read beside the clock of the server. */
function pauseAfter(response: SiteResponse | undefined): number {
  const { 'retry-after': asked, date } = response?.headers ?? {};
  if (asked === undefined) return 0;
  return /^\d+$/.test(asked) ? Number(asked) * 1_000 : Date.parse(asked) - Date.parse(date ?? '');
}

async function settled<T>(visits: ReadonlyMap<string, Promise<T>>): Promise<Map<string, T>> {
  const done = new Map<string, T>();
  // A map is iterated over entries that are added meanwhile, too.
  for (const [url, visit] of visits) done.set(url, await visit);
  return done;
}

function withLoops(
  walked: Map<string, readonly [string, string?]>,
  redirects: ReadonlyMap<string, string>,
): Map<string, readonly [string, string?]> {
  for (const url of redirects.keys()) {
    let end: string | undefined = url;
    for (let hop = 0; hop < 10 && end !== undefined; hop++) end = redirects.get(end);
    if (end !== undefined) walked.set(url, ['redirect-loop']);
  }
  return walked;
}

const withoutForbidden = (walked: WalkedUrls): WalkedUrls =>
  new Map([...walked].filter(([, [ending]]) => ending !== 'forbidden'));

/** The rules of all crawlers; the longest rule that fits decides. */
function allowedBy(text: string): Rules['isAllowed'] {
  const rules: { readonly allows: boolean; readonly rule: string }[] = [];
  let isOurs = false;
  for (const line of text.split('\n')) {
    const [, field = '', value = ''] = /^\W*([\w-]+)\s*:\s*([^\s#]*)/.exec(line) ?? [];
    if (/^user-agent$/i.test(field)) isOurs = value === '*';
    if (isOurs && /^(dis)?allow$/i.test(field) && value !== '')
      rules.push({ allows: /^a/i.test(field), rule: encodeURI(value) });
  }
  const fits = (rule: string, path: string): boolean =>
    new RegExp(`^${rule.replace(/[.+?^{}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}`).test(path);
  return (url) => {
    const { pathname, search } = new URL(url);
    const [longest] = rules
      .filter(({ rule }) => fits(rule, pathname + search))
      .sort((one, other) => other.rule.length - one.rule.length);
    return longest?.allows ?? true;
  };
}

function canonical(url: URL): string {
  url.hash = '';
  url.username = '';
  url.password = '';
  url.hostname = url.hostname.replace(/\.$/, '');
  const decoded = url.href.replace(/%[0-9a-f]{2}/gi, (code) => {
    const character = decodeURIComponent(code.replace(/%[89a-f]./i, '%00'));
    return /[\w.~-]/.test(character) ? character : code.toUpperCase();
  });
  return decoded.replace(/\?$/, '');
}

/** The text of a page: a byte order mark, then the header, then a `meta` element, then UTF-8 if it is valid. */
function textOf({ body, headers }: SiteResponse): string {
  const mark = [
    ['efbbbf', 'utf-8'],
    ['fffe', 'utf-16le'],
  ].find(([bytes = '']) => body.toString('hex').startsWith(bytes));
  const [, header] = /charset="?([\w-]+)/i.exec(headers['content-type'] ?? '') ?? [];
  const [, meta] = /<meta[^>]*charset="?([\w-]+)/i.exec(body.toString('latin1')) ?? [];
  for (const label of [mark?.[1], header, meta, 'utf-8']) {
    try {
      if (label !== undefined) return new TextDecoder(label, { fatal: true }).decode(body);
    } catch {
      // An unknown label, or bytes that are not in this encoding.
    }
  }
  return new TextDecoder('windows-1252').decode(body);
}

function linksIn(html: string): {
  readonly title: string;
  readonly base: string | undefined;
  readonly hrefs: readonly string[];
} {
  const [, title = ''] = /<title>([^]*?)<\/title>/i.exec(html) ?? [];
  const hrefsOf = (names: string): readonly string[] =>
    tagsOf(names, html).flatMap((attributes) => attributes.get('href') ?? []);
  return { title: unescaped(title), base: hrefsOf('base')[0], hrefs: hrefsOf('a|area') };
}

const robotsMeta = (html: string): string =>
  tagsOf('meta', html)
    .filter((attributes) => attributes.get('name')?.toLowerCase() === 'robots')
    .map((attributes) => attributes.get('content'))
    .join();

/** The attributes of each tag with one of the names, outside of comments and elements of plain text. */
function tagsOf(names: string, html: string): readonly ReadonlyMap<string, string>[] {
  const markup = html.replace(/<!--[^]*?(-->|$)/g, '').replace(/<(script|style|textarea)\b[^]*?<\/\1\s*>/gi, '');
  const tags = markup.matchAll(new RegExp(`<(?:${names})(?=[\\s/>])((?:"[^"]*"|'[^']*'|[^>"'])*)>`, 'gi'));
  return [...tags].map(([, attributes = '']) => {
    const found = new Map<string, string>();
    const pattern = /([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g;
    for (const [, name = '', double, single, bare] of attributes.matchAll(pattern)) {
      if (!found.has(name.toLowerCase())) found.set(name.toLowerCase(), unescaped(double ?? single ?? bare ?? ''));
    }
    return found;
  });
}

const unescaped = (text: string): string =>
  text.replaceAll('&amp;', '&').replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
