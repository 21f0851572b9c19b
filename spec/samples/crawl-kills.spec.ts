/** A crawl that is killed twenty times, at random moments of processes that crawl one after the other. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import { DEFAULT_OPTIONS, type CrawlOptions } from '../../samples/crawl/options';
import type { PageRecord } from '../../samples/crawl/page';
import type { CrawlReport } from '../../samples/crawl/report';
import { seededRandom } from '../../samples/crawl/site/seeded-random';
import { startSite, type Site } from '../../samples/crawl/site/site';
import { temporaryFolder } from '../support/temporary-folder';
import { PROJECT } from './run-sample';

const KILLS = 20;

const folder = temporaryFolder();
let crawler: string;
let site: Site;

beforeAll(async () => {
  // Packages are found from the folder of the file.
  crawler = join(PROJECT, 'node_modules', '.cache', 'sluice', `crawl-process-${process.pid}.cjs`);
  await build({
    entryPoints: [join(__dirname, 'crawl-process.ts')],
    outfile: crawler,
    bundle: true,
    packages: 'external',
    alias: { sluice: join(PROJECT, 'src') },
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
  });
  site = await startSite({ seed: 5, hosts: ['www.localhost'], latency: 2 });
});

afterAll(() => {
  rmSync(crawler, { force: true });
  return site.close();
});

const startProcess = (): ChildProcess => fork(crawler, { cwd: folder.path, execArgv: [], serialization: 'advanced' });

const options = (): CrawlOptions => ({
  ...DEFAULT_OPTIONS,
  seeds: [`${site.origin('www.localhost')}/`],
  output: 'killed.jsonl',
  journal: 'killed.jsonl.journal',
  maxPerPrefix: 100,
  timeoutMs: 1_500,
  retryMs: 10,
  pauseMs: 100,
});

function expectAllResults(report: CrawlReport): void {
  expect(report).toMatchObject({ isFinished: true, queued: 0 });
  const lines = readFileSync(join(folder.path, report.output), 'utf8').split('\n').slice(0, -1);
  const results = [...site.expected].flatMap(([url, { ending, isNoindex }]) =>
    (ending === 'page' || ending === 'file') && !isNoindex ? url : [],
  );
  expect(lines.map((line) => (JSON.parse(line) as PageRecord).url).sort()).toEqual(results.sort());
}

it(`a crawl has each result once after ${KILLS} kills at random moments`, async () => {
  const random = seededRandom(20);
  let next = startProcess();
  for (let kills = 0; kills < KILLS;) {
    const crawling = next;
    const reports: CrawlReport[] = [];
    crawling.on('message', (report: CrawlReport) => reports.push(report));
    const ended = once(crawling, 'exit');
    crawling.send(options());
    // The next process loads its modules meanwhile.
    next = startProcess();
    const target = site.log.length + 1 + random(10);
    while (site.log.length < target && crawling.exitCode === null) await sleep(1);
    await sleep(random(40));
    crawling.kill('SIGKILL');
    await ended;
    // A crawl that has ended before its kill is followed by a new one, which asks for changes.
    if (reports.length === 0) kills += 1;
    else reports.forEach(expectAllResults);
  }
  next.send(options());
  const [report] = (await once(next, 'message')) as [CrawlReport];
  expectAllResults(report);
  // Some kills came in the middle of the crawl.
  expect(site.log.length).toBeGreaterThan(KILLS);
});
