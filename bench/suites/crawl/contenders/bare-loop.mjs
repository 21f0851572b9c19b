/**
 * The least that a crawl can cost: requests by undici, a set of URLs, and a parser. It has no limits for each host, no
 * retries, no robots.txt, no journal and no output.
 */
import { Agent, request } from 'undici';

/**
 * @typedef {object} ParsedPage
 * @property {string} title
 * @property {Iterable<string>} hrefs as they are written in the page
 */

/** @param {(html: string) => ParsedPage} parse @returns {import('./contenders.mjs').Crawl} */
export const crawlWith =
  (parse) =>
  async ({ start, concurrency }) => {
    const { origin } = new URL(start);
    const dispatcher = new Agent({ connections: concurrency, pipelining: 1 });
    const seen = new Set([start]);
    const open = [start];
    const titles = new Map();
    let running = 0;

    const visit = async (/** @type {string} */ url) => {
      const { statusCode, headers, body } = await request(url, { dispatcher });
      const html = await body.text();
      if (statusCode !== 200 || !String(headers['content-type']).startsWith('text/html')) return;
      const { title, hrefs } = parse(html);
      titles.set(url, title);
      for (const href of hrefs) {
        const target = urlOf(href, url);
        if (target === undefined || !target.startsWith(`${origin}/`) || seen.has(target)) continue;
        seen.add(target);
        open.push(target);
      }
    };

    await new Promise((resolve, reject) => {
      const next = () => {
        while (running < concurrency && open.length > 0) {
          running++;
          visit(/** @type {string} */ (open.shift())).then(() => {
            running--;
            next();
          }, reject);
        }
        if (running === 0) resolve(undefined);
      };
      next();
    });
    await dispatcher.close();
    return () => [...titles.keys()];
  };

function urlOf(/** @type {string} */ href, /** @type {string} */ base) {
  if (!URL.canParse(href, base)) return undefined;
  const url = new URL(href, base);
  url.hash = '';
  return url.href;
}
