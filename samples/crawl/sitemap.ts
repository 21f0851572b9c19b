/**
 * A sitemap lists pages, or further sitemaps. Its kind is told by its root element, and a file without one is a list of
 * URLs, one a line; names and content types of such files are often wrong.
 */
import { Parser } from 'htmlparser2';

export interface Sitemap {
  /** URLs of pages, as the file writes them. */
  readonly pages: readonly string[];
  /** URLs of further sitemaps. */
  readonly sitemaps: readonly string[];
  /** True if the file has more URLs than are read. */
  readonly isCut: boolean;
}

/** Number of URLs that the protocol allows in one file (sitemaps.org). */
export const SITEMAP_MAX_URLS = 50_000;

/** Size that the protocol allows, in bytes after decompression. */
export const SITEMAP_MAX_BYTES = 50 * 1024 * 1024;

/** Depth of sitemaps in sitemaps that is followed; an index may list itself, or new ones without end. */
export const SITEMAP_MAX_DEPTH = 5;

export function parseSitemap(text: string): Sitemap {
  const content = text.replace(/^\uFEFF/, '').trimStart();
  return content.startsWith('<') ? parseXml(content) : parseLines(content);
}

function parseXml(text: string): Sitemap {
  const pages: string[] = [];
  const sitemaps: string[] = [];
  let root: string | undefined;
  let locations: ReadonlySet<string> = new Set();
  let open = '';
  let value = '';
  const parser = new Parser(
    {
      onopentagname: (name) => {
        if (root === undefined) {
          root = localName(name);
          // A `loc` with another prefix than that of the sitemap belongs to an image or a video.
          locations = new Set([`${name.slice(0, name.indexOf(':') + 1)}loc`, 'link']);
        }
        open = name;
        value = '';
      },
      ontext: (part) => (value += part),
      onclosetag: (name, isImplied) => {
        // At the end of a file that was torn off, the last URL is not whole.
        const isLocation = name === open && locations.has(name) && !isImplied;
        const list = root === 'sitemapindex' ? sitemaps : pages;
        if (isLocation && value.trim() !== '' && list.length <= SITEMAP_MAX_URLS) list.push(value.trim());
        open = '';
      },
      onattribute: (name, link) => {
        if (root === 'feed' && open === 'link' && name === 'href') pages.push(link);
      },
    },
    { xmlMode: true },
  );
  parser.end(text);
  if (root !== undefined && !ROOTS.has(root)) return { pages: [], sitemaps: [], isCut: false };
  return cut(pages, sitemaps);
}

/** Root elements that the protocol names: sitemaps, and the feeds RSS and Atom. */
const ROOTS: ReadonlySet<string> = new Set(['urlset', 'sitemapindex', 'rss', 'feed']);

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1).toLowerCase();
}

/** Only absolute URLs count: other text, such as a robots.txt served as a sitemap, has none at the start of a line. */
function parseLines(text: string): Sitemap {
  const urls = text.split(/\s*[\r\n]+\s*/).filter((line) => /^https?:\/\/\S+$/i.test(line));
  return cut(urls, []);
}

function cut(pages: readonly string[], sitemaps: readonly string[]): Sitemap {
  return {
    pages: pages.slice(0, SITEMAP_MAX_URLS),
    sitemaps: sitemaps.slice(0, SITEMAP_MAX_URLS),
    isCut: pages.length > SITEMAP_MAX_URLS || sitemaps.length > SITEMAP_MAX_URLS,
  };
}
