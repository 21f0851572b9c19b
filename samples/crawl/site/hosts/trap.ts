/** A host of traps: endless sets of pages, a page of 20 MB, and a page that is small until it is decompressed. */
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { link, page } from '../page';
import type { HostContent, HostContext, SiteAnswer, SiteTrap } from '../resource';

const MEGABYTE = 1_000_000;
const HUGE_BYTES = 20 * MEGABYTE;
const BOMB_BYTES = 32 * MEGABYTE;

export function trap({ url }: HostContext): HostContent {
  const [huge, bomb] = [url('/huge'), url('/bomb')];
  return {
    resources: [
      page(url('/'), {
        title: 'A host of traps',
        links: [huge, bomb, url('/calendar/2026/11'), url('/shop/'), url('/exit')].map((to) => link(to)),
      }),
      page(url('/exit'), { title: 'Beside the traps' }),
      { url: huge, ending: 'oversized', answers: [hugeAnswer] },
      { url: bomb, ending: 'oversized', answers: [bombAnswer] },
    ],
    traps: [calendar, shop],
  };
}

/** A calendar in which each month has a next and a previous one. */
const calendar: SiteTrap = {
  host: 'trap.localhost',
  includes: (path) => /^\/calendar\/\d+\/\d+$/.test(path),
  answerTo: (path) => {
    const [, , year = '', month = ''] = path.split('/');
    const hrefs = [-1, 1].map((step) => {
      const date = new Date(Date.UTC(Number(year), Number(month) - 1 + step));
      return `/calendar/${date.getUTCFullYear()}/${date.getUTCMonth() + 1}`;
    });
    return trapPage(`Calendar of ${year}-${month}`, hrefs);
  },
};

/** A shop that has a page for each path: relative links of a page that does not exist lead to more such pages. */
const shop: SiteTrap = {
  host: 'trap.localhost',
  includes: (path) => path.startsWith('/shop/'),
  answerTo: () => trapPage('There is no such product', ['shoes/', 'hats/', 'products/shoes/']),
};

function trapPage(title: string, hrefs: readonly string[]): SiteAnswer {
  const links = hrefs.map((href) => `<a href="${href}">${href}</a>`).join(' ');
  return {
    status: 200,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body: `<!doctype html><title>${title}</title><p>${links}</p>\n`,
  };
}

const hugeAnswer: SiteAnswer = {
  status: 200,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: () => Buffer.alloc(HUGE_BYTES, '<p>A paragraph of a page without end, with a <a href="/exit">link</a>.</p>\n'),
};

const bombAnswer: SiteAnswer = {
  status: 200,
  headers: { 'content-type': 'text/html; charset=utf-8', 'content-encoding': 'gzip' },
  // Run lengths suffice for one character, and take a third of the time.
  body: () => promisify(gzip)(Buffer.alloc(BOMB_BYTES, ' '), { strategy: constants.Z_RLE }),
};
