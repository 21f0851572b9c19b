/**
 * A link has two forms: the URL that is requested, in the first spelling seen, and the key that tells whether two
 * spellings are one page. Only differences that no server can tell apart are removed from the key.
 */

export interface Link {
  readonly url: string;
  readonly key: string;
}

export interface NormaliseOptions {
  /** Names of query and path parameters that are left out of URL and key, such as session ids; in lower case. */
  readonly strip?: ReadonlySet<string>;
  /** True if the order of query parameters makes no difference. */
  readonly sortQuery?: boolean;
}

/** Names of session ids that PHP, Java, ASP and ColdFusion put into links. */
export const SESSION_PARAMETERS: ReadonlySet<string> = new Set([
  'jsessionid',
  'phpsessid',
  'aspsessionid',
  'cfid',
  'cftoken',
  'sid',
]);

/**
 * The link that an `href` leads to, or `undefined` if it is no URL or not of `http:` or `https:`. Fragment, user name and
 * password are dropped: a server sees none of them as part of the page.
 */
export function normalise(href: string, base: string | undefined, options: NormaliseOptions = {}): Link | undefined {
  const parsed = URL.canParse(href, base) ? new URL(href, base) : undefined;
  if (parsed === undefined || (parsed.protocol !== 'http:' && parsed.protocol !== 'https:')) return undefined;
  if (parsed.hostname.replace(/\.+$/, '') === '') return undefined;
  if (parsed.username !== '' || parsed.password !== '') {
    parsed.username = '';
    parsed.password = '';
  }
  const { protocol, host, pathname, search } = parsed;
  const strip = options.strip;
  const path = strip && pathname.includes(';') ? withoutPathParameters(pathname, strip) : pathname;
  const query = strip && search !== '' ? withoutParameters(search, strip) : search;
  const url = `${protocol}//${host}${path}${query}`;
  const sorted = options.sortQuery === true && query.includes('&') ? sortedQuery(query) : query;
  const key = `${protocol}//${withoutTrailingDot(host)}${canonicalEscapes(path)}${canonicalEscapes(sorted)}`;
  return { url, key };
}

/** Origin of a normalised URL, in which a slash always ends it. */
export function originOf(url: string): string {
  return url.slice(0, url.indexOf('/', url.indexOf('//') + 2));
}

/** Host of a normalised URL with its port, as the key of everything that is limited by host. */
export function hostOf(url: string): string {
  const origin = originOf(url);
  return withoutTrailingDot(origin.slice(origin.indexOf('//') + 2));
}

/** Host without the trailing dots of a fully qualified name; the URL parser keeps them. */
function withoutTrailingDot(host: string): string {
  return host.includes('.:') || host.endsWith('.') ? host.replace(/\.+(?=:\d+$|$)/, '') : host;
}

/**
 * Text with escapes as RFC 3986 section 6.2.2 writes them: unreserved characters are decoded, other escapes have capital
 * letters. `%2F` stays, because an escaped slash is part of a segment.
 */
export function canonicalEscapes(text: string): string {
  if (!text.includes('%')) return text;
  return text.replace(/%[\da-f]{2}/gi, (escape) => {
    const character = String.fromCharCode(Number.parseInt(escape.slice(1), 16));
    return UNRESERVED.test(character) ? character : escape.toUpperCase();
  });
}

const UNRESERVED = /[\w.~-]/;

/** Path without parameters such as `;jsessionid=1`, which may stand after each segment. */
function withoutPathParameters(path: string, names: ReadonlySet<string>): string {
  return path.replace(/;([^/;=]*)(?:=[^/;]*)?/g, (parameter, name: string) =>
    names.has(name.toLowerCase()) ? '' : parameter,
  );
}

/** Query without the named parameters. The others keep their spelling, which `URLSearchParams` would change. */
function withoutParameters(search: string, names: ReadonlySet<string>): string {
  const parameters = search.slice(1).split('&');
  const kept = parameters.filter((parameter) => !names.has(nameOf(parameter).toLowerCase()));
  if (kept.length === parameters.length) return search;
  return kept.length === 0 ? '' : `?${kept.join('&')}`;
}

/** Query in the order of its names. Parameters of one name keep their order, which a server may depend on. */
function sortedQuery(search: string): string {
  const parameters = search.slice(1).split('&');
  return `?${parameters.sort((one, other) => compare(nameOf(one), nameOf(other))).join('&')}`;
}

function nameOf(parameter: string): string {
  const equals = parameter.indexOf('=');
  return equals === -1 ? parameter : parameter.slice(0, equals);
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
