/** A generated site of 1 200 pages, each of about 7 KB and with 20 links: the next pages, and random ones. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chance } from '../../../harness/chance.mjs';

const pages = 1_200;
const words = 'batch task future scope limit queue page host link table index query row key value cache'.split(' ');

/** Writes the site into an empty folder. */
export function generateSite(/** @type {string} */ folder) {
  const upTo = chance(pages);
  for (let number = 0; number < pages; number++) {
    const near = [2 * number + 1, 2 * number + 2].filter((each) => each < pages);
    const links = [...near, ...Array.from({ length: 20 - near.length }, () => upTo(pages))];
    writeFileSync(join(folder, nameOf(number)), pageOf(number, links, upTo));
  }
  return true;
}

const nameOf = (/** @type {number} */ number) => (number === 0 ? 'index.html' : `page-${number}.html`);

/** @param {number} number @param {readonly number[]} links @param {import('../../../harness/chance.mjs').Chance} upTo */
function pageOf(number, links, upTo) {
  const paragraphs = links.map((target) => {
    const text = Array.from({ length: 40 }, () => words[upTo(words.length)]).join(' ');
    return `<div class="section"><p>${text} <a class="link" href="${nameOf(target)}">Page ${target}</a>.</p></div>`;
  });
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Page ${number}</title><link rel="stylesheet" href="style.css"></head>
<body><h1>Page ${number}</h1>
${paragraphs.join('\n')}
</body></html>
`;
}
