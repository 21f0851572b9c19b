/**
 * A resource of the hostile site is data: a URL, the answers that the server gives to its first and later requests, and
 * what a polite, correct crawler reports about that URL. The server plays the answers; the expectations follow the same
 * links.
 */

/** The host names of the site. `localhost` and the names below it mean this machine (RFC 6761, section 6.3). */
export const SITE_HOSTS = [
  'www.localhost',
  'busy.localhost',
  'slow.localhost',
  'broken.localhost',
  'trap.localhost',
  'maps.localhost',
  'closed.localhost',
] as const;

export type SiteHost = (typeof SITE_HOSTS)[number];

/**
 * How a visit ends: with a page, a file that is no HTML, a redirect (whose target is visited), redirects without end, a
 * status of 404 or 410, a failure of every try, or a body of more than 16 MiB after decoding.
 */
export type Ending = 'page' | 'file' | 'redirect' | 'redirect-loop' | 'missing' | 'failing' | 'oversized';

/** A fault of the connection: silence, or a reset; before the head of the response, or in the middle of its body. */
export type Fault = 'stall' | 'reset' | 'stall-in-body' | 'reset-in-body';

export interface SiteAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A function makes a body that is too large to keep, or too slow to make for a site that is never asked for it. */
  readonly body?: string | Buffer | (() => Buffer | Promise<Buffer>);
  readonly fault?: Fault;
  /** Whether the server sends the body compressed to clients that accept gzip. */
  readonly isCompressible?: boolean;
}

export interface SiteResource {
  /** The URL in its canonical spelling. */
  readonly url: string;
  readonly ending: Ending;
  /** The title of a page. */
  readonly title?: string;
  /** Canonical URLs of the links that a crawler follows, or of the target of a redirect. */
  readonly leadsTo?: readonly string[];
  /** Whether robots.txt forbids the URL. */
  readonly isForbidden?: boolean;
  /** Whether the page asks for no entry in an index; its links are followed. */
  readonly isNoindex?: boolean;
  /** Answers to the first requests, one each; all later requests have the last one. */
  readonly answers: readonly [...(SiteAnswer | TimedAnswer)[], SiteAnswer];
}

/** An answer that depends on the time of the request, in ms since the epoch. */
export type TimedAnswer = (now: number) => SiteAnswer;

/** An endless set of URLs, which a crawler must leave by itself. */
export interface SiteTrap {
  readonly host: SiteHost;
  readonly includes: (path: string) => boolean;
  readonly answerTo: (path: string) => SiteAnswer;
}

export interface HostContent {
  readonly resources: readonly SiteResource[];
  /** Pages that the sitemaps of the host list. */
  readonly listedInSitemaps?: readonly string[];
  readonly traps?: readonly SiteTrap[];
}

export interface HostContext {
  /** The canonical URL of a path of this host, which is written percent-encoded. */
  readonly url: (path: string) => string;
  /** The canonical URL of a path of another host; undefined if that host is not served. */
  readonly urlOn: (host: SiteHost, path: string) => string | undefined;
  /** A whole number below the limit, each equally likely, from the seed of the site. */
  readonly random: (limit: number) => number;
}

/**
 * The canonical spelling of a request target: unreserved characters decoded, other percent-encodings in upper case
 * (RFC 3986, section 6.2.2), no fragment, and no question mark without a query.
 */
export function canonicalPath(target: string): string {
  return target
    .replace(/#.*$/s, '')
    .replace(/\?$/, '')
    .replace(/%[0-9a-f]{2}/gi, (encoded) => {
      const character = String.fromCharCode(parseInt(encoded.slice(1), 16));
      return /[\w.~-]/.test(character) ? character : encoded.toUpperCase();
    });
}
