/**
 * Parsing turns the bytes of a response into a page or a sitemap. Worker threads and the main thread load this module,
 * which does not depend on the thread it runs on.
 */
import { decodeText } from './charset';
import { normalise, type Link } from './normalise';
import { parsePage } from './parse-page';
import { resolveLinks } from './resolve-links';
import { selectFields } from './select';
import { parseSitemap } from './sitemap';

/** Plain data, which can be sent to a thread. */
export interface ParseConfig {
  /** Product token of the crawler. */
  readonly agent: string;
  /** Names of parameters that are left out of links, in lower case. */
  readonly strip: readonly string[];
  readonly sortQuery: boolean;
  /** CSS selectors by the name of their field. */
  readonly select: Readonly<Record<string, string>>;
}

export interface ParsedDocument {
  readonly encoding: string;
  readonly title: string;
  readonly description: string;
  readonly language: string;
  readonly canonical: string | null;
  readonly text: string;
  readonly links: readonly Link[];
  readonly fields?: Readonly<Record<string, readonly string[]>>;
  readonly robots: string;
}

/** @param url of the response, against which its links are resolved */
export function parseDocument(
  bytes: Uint8Array,
  url: string,
  contentType: string,
  config: ParseConfig,
): ParsedDocument {
  const { text: html, encoding } = decodeText(bytes, contentType);
  const { hrefs, base, canonical, ...page } = parsePage(html, config.agent);
  const resolved = baseOf(base, url);
  const options = { sortQuery: config.sortQuery, ...(config.strip.length > 0 && { strip: new Set(config.strip) }) };
  // Links within a page are frequent, and lead nowhere else.
  const outward = hrefs.filter((href) => href !== '' && !(href.startsWith('#') && base === undefined));
  return {
    ...page,
    encoding,
    canonical: canonical === undefined ? null : (normalise(canonical, resolved, options)?.url ?? null),
    links: resolveLinks(outward, resolved, options),
    ...(Object.keys(config.select).length > 0 && { fields: selectFields(html, config.select) }),
  };
}

export interface ParsedSitemap {
  readonly pages: readonly Link[];
  readonly sitemaps: readonly Link[];
  readonly isCut: boolean;
}

export function parseSitemapBytes(
  bytes: Uint8Array,
  url: string,
  contentType: string,
  config: ParseConfig,
): ParsedSitemap {
  const { pages, sitemaps, isCut } = parseSitemap(decodeText(bytes, contentType).text);
  const options = { sortQuery: config.sortQuery, ...(config.strip.length > 0 && { strip: new Set(config.strip) }) };
  const toLinks = (hrefs: readonly string[]): readonly Link[] =>
    hrefs.flatMap((href) => normalise(href, url, options) ?? []);
  return { pages: toLinks(pages), sitemaps: toLinks(sitemaps), isCut };
}

/** The base of links: the first `<base>` resolved against the page, unless it is no place on the web. */
function baseOf(base: string | undefined, url: string): string {
  if (base === undefined || !URL.canParse(base, url)) return url;
  const resolved = new URL(base, url);
  return resolved.protocol === 'http:' || resolved.protocol === 'https:' ? resolved.href : url;
}
