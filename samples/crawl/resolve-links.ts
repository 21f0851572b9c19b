/**
 * The links of a page. Pages of one folder lead to the same places again and again, with the same words, so the latest
 * ones are kept: a crawl resolves few URLs and meets many links.
 */
import { normalise, type Link, type NormaliseOptions } from './normalise';

/** The links that the `href`s of a page lead to, each once. @param base against which they are resolved */
export function resolveLinks(hrefs: Iterable<string>, base: string, options: NormaliseOptions): readonly Link[] {
  const kept = keptLinks(base, options);
  const links = new Map<string, Link>();
  for (const href of hrefs) {
    const link = IS_OF_FOLDER.test(href) ? resolveOnce(kept, href, base, options) : normalise(href, base, options);
    if (link !== undefined && !links.has(link.key)) links.set(link.key, link);
  }
  return [...links.values()];
}

/** Begin of an `href` that leads to one place from all pages of a folder; a query alone is one of its own page. */
const IS_OF_FOLDER = /^[\w./]/;

type KeptLinks = Map<string, Link | undefined>;

function resolveOnce(kept: KeptLinks, href: string, base: string, options: NormaliseOptions): Link | undefined {
  let link = kept.get(href);
  if (link !== undefined || kept.has(href)) return link;
  link = normalise(href, base, options);
  // A part of the page would keep the whole of it in memory.
  kept.set(Buffer.from(href).toString(), link);
  count += 1;
  return link;
}

const keptByFolder = new Map<string, KeptLinks>();
let count = 0;

/** Links by their `href`, for the folder of a page. */
function keptLinks(base: string, { strip, sortQuery = false }: NormaliseOptions): KeptLinks {
  if (count >= MAX_KEPT) {
    keptByFolder.clear();
    count = 0;
  }
  const query = base.indexOf('?');
  const folder = base.slice(0, base.lastIndexOf('/', query === -1 ? undefined : query) + 1);
  const name = `${folder} ${sortQuery} ${strip === undefined ? '' : [...strip].join('&')}`;
  let kept = keptByFolder.get(name);
  if (kept === undefined) {
    kept = new Map();
    keptByFolder.set(name, kept);
    count += 1;
  }
  return kept;
}

const MAX_KEPT = 20_000;
