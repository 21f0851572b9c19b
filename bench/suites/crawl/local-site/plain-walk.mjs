/** A plain walk over the files of a site, which shares no code with any crawler: the paths that each of them must find. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Returns the paths of all HTML files that are reached from `index.html` by links, sorted. */
export function pathsByPlainWalk(/** @type {string} */ folder) {
  const paths = new Set(['/index.html']);
  // A set is iterated over values that are added meanwhile, too.
  for (const path of paths) {
    const html = readFileSync(join(folder, path), 'utf8');
    for (const [, href] of html.matchAll(/<a\b[^>]*\bhref="([^"]*)"/g)) {
      const { host, pathname } = new URL(href.replaceAll('&amp;', '&'), `http://local${path}`);
      const target = decodeURIComponent(pathname);
      if (host === 'local' && target.endsWith('.html') && existsSync(join(folder, target))) paths.add(target);
    }
  }
  return [...paths].sort();
}
