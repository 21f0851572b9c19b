/** A bare loop with the streaming parser of htmlparser2. */
import { Parser } from 'htmlparser2';
import { crawlWith } from './bare-loop.mjs';

export const crawl = crawlWith((html) => {
  /** @type {Set<string>} */
  const hrefs = new Set();
  let title = '';
  let isInTitle = false;
  const parser = new Parser({
    onopentag: (name, { href }) => {
      if (name === 'a' && href !== undefined) hrefs.add(href);
      else if (name === 'title') isInTitle = true;
    },
    ontext: (text) => {
      if (isInTitle) title += text;
    },
    onclosetag: (name) => {
      if (name === 'title') isInTitle = false;
    },
  });
  parser.end(html);
  return { title, hrefs };
});
