/** A bare loop with the tree of cheerio. */
import { load } from 'cheerio';
import { crawlWith } from './bare-loop.mjs';

export const crawl = crawlWith((html) => {
  const $ = load(html);
  const hrefs = new Set($('a[href]').map((_, element) => $(element).attr('href')));
  return { title: $('title').text(), hrefs };
});
