/**
 * What the sluice crawler must be, with its journal and its output in JSON Lines: the peer of each row is the bound, so a
 * ratio of at least 1 holds it. Of the two runs of Crawlee the better one counts.
 */

/** @typedef {{ metric: import('../../harness/row.mjs').Metric, sluice: number, peer: number, peerName: string }} Bound */

/** @param {import('./crawl.mjs').Round} figures @returns {readonly Bound[]} */
export function boundsOf(figures) {
  const of = (/** @type {string} */ name) => figures.get(name);
  const crawlees = [of('Crawlee as it comes'), of('Crawlee, tuned')];
  const htmlparser2 = of('sluice with htmlparser2');
  const crawleePerCpuSecond = Math.max(...crawlees.map((each) => each.perCpuSecond));
  return [
    {
      metric: 'pages per CPU second',
      sluice: htmlparser2.perCpuSecond,
      peer: 5 * crawleePerCpuSecond,
      peerName: '5 times Crawlee, with htmlparser2',
    },
    {
      metric: 'pages per CPU second',
      sluice: htmlparser2.perCpuSecond,
      peer: of('bare undici and htmlparser2').perCpuSecond / 1.6,
      peerName: '1.6 times the CPU of the bare loop, with htmlparser2',
    },
    {
      metric: 'pages per CPU second',
      sluice: of('sluice with cheerio').perCpuSecond,
      peer: 1.8 * crawleePerCpuSecond,
      peerName: '1.8 times Crawlee, with cheerio',
    },
    {
      metric: 'MB above idle Node',
      sluice: htmlparser2.megabytes,
      peer: Math.min(...crawlees.map((each) => each.megabytes)) / 3,
      peerName: 'a third of the memory of Crawlee, with htmlparser2',
    },
  ];
}
