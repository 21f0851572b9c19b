/**
 * Crawls of the local site by all contenders. Each round runs each of them once, in a random order and in fresh processes.
 * Every contender must visit the pages that a plain walk over the files finds. `CRAWL_ROUNDS` sets the number of rounds.
 */
import { deepStrictEqual } from 'node:assert';
import { chance, shuffled } from '../../harness/chance.mjs';
import { median } from '../../harness/rounds.mjs';
import { row } from '../../harness/row.mjs';
import { boundsOf } from './bounds.mjs';
import { buildCrawler } from './build-crawler.mjs';
import { contenders } from './contenders/contenders.mjs';
import { localSite } from './local-site/documentation.mjs';
import { pathsByPlainWalk } from './local-site/plain-walk.mjs';
import { measureCrawl } from './measure-crawl.mjs';

const rounds = Number(process.env.CRAWL_ROUNDS ?? 5);

/** What is compared: each kind of the sluice crawler, and its peers with the same parser. */
const comparisons = [
  { sluice: 'sluice with htmlparser2', bare: 'bare undici and htmlparser2' },
  { sluice: 'sluice with cheerio', bare: 'bare undici and cheerio' },
];
const crawlees = ['Crawlee as it comes', 'Crawlee, tuned'];

const crawlers = Object.keys(contenders).filter((name) => name !== 'idle');

/**
 * @typedef {object} PageFigures
 * @property {number} perSecond
 * @property {number} perCpuSecond
 * @property {number} megabytes peak of memory above that of idle Node
 *
 * @typedef {ReadonlyMap<string, PageFigures>} Round figures by contender
 */

/** Yields the rows of a crawl with a latency of the server in ms. Fails if a bound does not hold in the median. */
export async function* crawl(/** @type {number} */ latency) {
  await buildCrawler();
  const site = localSite();
  const expected = pathsByPlainWalk(site);
  const upTo = chance(process.pid);
  const size = expected.length;
  const workload = `${size} pages, latency ${latency} ms`;
  /** @type {import('../../harness/row.mjs').Row[]} */
  const bounds = [];
  for (let round = 0; round < rounds; round++) {
    const figures = await measureRound({ site, expected, latency, upTo });
    for (const { sluice: name, bare } of comparisons) {
      const labels = { workload: `${workload}: ${name}`, size };
      for (const peerName of [...crawlees, bare])
        yield* rowsOf(labels, figures.get(name), figures.get(peerName), peerName);
    }
    const rows = boundsOf(figures).map((bound) => row({ workload: `${workload}: bounds`, size, ...bound }));
    bounds.push(...rows);
    yield* rows;
  }
  assertBounds(bounds);
}

/** @param {{ site: string, expected: readonly string[], latency: number, upTo: import('../../harness/chance.mjs').Chance }} config @returns {Promise<Round>} */
async function measureRound({ site, expected, latency, upTo }) {
  const { peakBytes: idleBytes } = await measureCrawl('idle', { site, latency });
  /** @type {Map<string, PageFigures>} */
  const figures = new Map();
  for (const name of shuffled(crawlers, upTo)) {
    const { paths, wallMs, cpuMs, peakBytes, seen } = await measureCrawl(name, { site, latency });
    deepStrictEqual(paths, expected, `${name}: the pages are not those of a plain walk`);
    const megabytes = (peakBytes - idleBytes) / 1e6;
    const pages = paths.length;
    figures.set(name, { perSecond: (1e3 * pages) / wallMs, perCpuSecond: (1e3 * pages) / cpuMs, megabytes });
    console.error(
      `  ${name}: ${(wallMs / 1e3).toFixed(2)} s, ${(cpuMs / 1e3).toFixed(2)} CPU s, ${megabytes.toFixed(0)} MB above idle Node; ` +
        `the server saw ${seen.requests} requests, ${seen.peakConcurrency} at a time at most, on ${seen.connections} connections`,
    );
  }
  return figures;
}

/** @param {{ workload: string, size: number }} labels @param {PageFigures} sluice @param {PageFigures} peer @param {string} peerName */
function* rowsOf(labels, sluice, peer, peerName) {
  yield row({ ...labels, metric: 'pages per second', sluice: sluice.perSecond, peer: peer.perSecond, peerName });
  yield row({
    ...labels,
    metric: 'pages per CPU second',
    sluice: sluice.perCpuSecond,
    peer: peer.perCpuSecond,
    peerName,
  });
  yield row({ ...labels, metric: 'MB above idle Node', sluice: sluice.megabytes, peer: peer.megabytes, peerName });
}

function assertBounds(/** @type {readonly import('../../harness/row.mjs').Row[]} */ bounds) {
  const names = [...new Set(bounds.map(({ peerName }) => peerName))];
  const broken = names.flatMap((name) => {
    const ratio = median(bounds.filter(({ peerName }) => peerName === name).map((each) => each.ratio));
    return ratio < 1 ? [`${name}: the ratio is ${ratio.toFixed(3)}`] : [];
  });
  if (broken.length > 0) throw new Error(`The crawler does not keep these bounds:\n- ${broken.join('\n- ')}`);
}
