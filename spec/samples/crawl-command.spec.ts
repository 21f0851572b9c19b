/**
 * The command `crawl` in a process of its own: its output and exit code, and how it goes on after it was killed or
 * interrupted. The site is served by this process.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PageRecord } from '../../samples/crawl/page';
import type { CrawlReport } from '../../samples/crawl/report';
import { startSite, type Site } from '../../samples/crawl/site/site';
import { temporaryFolder } from '../support/temporary-folder';
import { commandOf, runSample, sampleEnvironment } from './run-sample';

const folder = temporaryFolder();

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(args: readonly string[]): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
  const child = spawn(process.execPath, [...commandOf('crawl'), ...args], { cwd: folder.path, env: sampleEnvironment });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (text) => (stdout += String(text)));
  child.stderr.on('data', (text) => (stderr += String(text)));
  const ended = once(child, 'close').then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
    stdout,
    // A slow machine prints lines of progress before the rest.
    stderr: stderr.replace(/^crawl: \d+ done, .*\n/gm, ''),
  }));
  return { child, ended };
}

/** Waits until the server of a site has seen some requests. */
async function requestsOf(site: Site, count: number): Promise<void> {
  while (site.log.length < count) await new Promise((resolve) => setTimeout(resolve, 2));
}

const linesOf = (text: string): readonly string[] => text.split('\n').slice(0, -1);
const recordsIn = (file: string): readonly PageRecord[] =>
  linesOf(readFileSync(join(folder.path, file), 'utf8')).map((line) => JSON.parse(line) as PageRecord);
const reportIn = ({ stdout }: Ended): CrawlReport => JSON.parse(stdout) as CrawlReport;
const sortedUrls = (records: readonly { readonly url: string }[]): readonly string[] =>
  records.map(({ url }) => url).sort();

describe('crawl, killed and interrupted', () => {
  let site: Site;
  let expected: readonly string[];
  let seed: string;

  beforeEach(async () => {
    site = await startSite({ seed: 5, hosts: ['www.localhost'], latency: 2 });
    seed = `${site.origin('www.localhost')}/`;
    expected = [...site.expected]
      .flatMap(([url, { ending, isNoindex }]) => ((ending === 'page' || ending === 'file') && !isNoindex ? url : []))
      .sort();
  });

  afterEach(() => site.close());

  it('has each result once, however often it is killed with SIGKILL', async () => {
    const args = [seed, '--output', 'killed.jsonl', '--json'];
    for (const requests of [5, 50, 90]) {
      const { child, ended } = start(args);
      await requestsOf(site, requests);
      child.kill('SIGKILL');
      expect((await ended).signal).toBe('SIGKILL');
    }
    const last = await start(args).ended;
    expect(last.stderr).toBe('');
    expect(reportIn(last)).toMatchObject({ isFinished: true, isResumed: true, queued: 0 });
    expect(sortedUrls(recordsIn('killed.jsonl'))).toEqual(expected);
    // Only what was under way at a kill, or waited to be stored, is requested again.
    expect(site.log.length).toBeLessThan(2 * expected.length);
  });

  it('ends in good order at the first Ctrl-C, says what is left, and goes on with the same command', async () => {
    const args = [seed, '--output', 'interrupted.jsonl', '--json'];
    const { child, ended } = start(args);
    await requestsOf(site, 30);
    child.kill('SIGINT');
    const first = await ended;
    expect(first).toMatchObject({ code: 130, stderr: '' });
    expect(reportIn(first).isFinished).toBe(false);
    expect(reportIn(first).queued).toBeGreaterThan(0);
    expect(recordsIn('interrupted.jsonl')).toHaveLength(reportIn(first).fetched - reportIn(first).hidden);
    const second = await start(args).ended;
    expect(second.code).toBe(0);
    expect(sortedUrls(recordsIn('interrupted.jsonl'))).toEqual(expected);
  });

  it('ends at once at the second Ctrl-C', async () => {
    const slow = await startSite({ seed: 5, hosts: ['www.localhost'], latency: 60_000 });
    const { child, ended } = start([
      `${slow.origin('www.localhost')}/`,
      '--output',
      'twice.jsonl',
      '--timeout',
      '90000',
    ]);
    await requestsOf(slow, 1);
    child.kill('SIGINT');
    // The first one waits for the request under way, which takes a minute.
    setTimeout(() => child.kill('SIGINT'), 200);
    const { signal, stdout } = await ended;
    expect({ signal, stdout }).toEqual({ signal: 'SIGINT', stdout: '' });
    await slow.close();
  });

  it('writes results to stdout and the report to stderr with --output -, and ends when the reader does', async () => {
    const { code, stdout, stderr } = await start([seed, '--output', '-', '--max-pages', '5']).ended;
    expect(code).toBe(0);
    expect(linesOf(stdout).length).toBeGreaterThan(0);
    expect(linesOf(stdout).every((line) => line.startsWith('{"url":'))).toBe(true);
    expect(stderr).toContain('5 pages in ');
    expect(stderr).toContain('The same command goes on');
  });

  it('parses on threads with the same results, and writes a log and a timeline', async () => {
    const args = [
      seed,
      '--threads',
      '2',
      '--output',
      'logged.jsonl',
      '--log',
      'log.jsonl',
      '--timeline',
      'timeline.html',
    ];
    const { code, stderr } = await start(args).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: `Timeline: ${join(folder.path, 'timeline.html')}\n` });
    expect(sortedUrls(recordsIn('logged.jsonl'))).toEqual(expected);
    const visits = linesOf(readFileSync(join(folder.path, 'log.jsonl'), 'utf8')).map(
      (line) => JSON.parse(line) as { readonly reason?: string },
    );
    expect(visits.filter(({ reason }) => reason === 'fetched').length).toBeGreaterThan(expected.length);
    expect(readFileSync(join(folder.path, 'timeline.html'), 'utf8')).toContain('A crawl with sluice');
  });
});

describe('crawl --site', () => {
  it('crawls the files of a folder', () => {
    folder.write('docs/index.html', '<title>Start</title><a href="b.html">b</a> <a href="deep/">c</a>');
    folder.write('docs/b.html', '<title>B</title><a href="/">back</a> <a href="nowhere.html">away</a>');
    folder.write('docs/deep/index.html', '<title>C</title>');
    const { status, stdout } = runSample('crawl', ['--site', 'docs', '--output', 'docs.jsonl'], folder.path);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^4 pages in /);
    expect(stdout).toMatch(/HTTP 404: 1, first http:\S+\/nowhere\.html, found on http:\S+\/b\.html/);
    const first = recordsIn('docs.jsonl');
    expect(first.map(({ title }) => title).sort()).toEqual(['B', 'C', 'Start']);
    // The second crawl serves the folder on the same port, so the URLs are the same.
    expect(runSample('crawl', ['--site', 'docs', '--output', 'docs.jsonl'], folder.path).status).toBe(0);
    expect(sortedUrls(recordsIn('docs.jsonl'))).toEqual(sortedUrls(first));
  });
});

describe('crawl', () => {
  it.each([
    ['a URL that is none', ['example.com'], 'expected URLs of http or https; got example.com.'],
    ['an option that it does not know', ['--jsn'], "unknown option '--jsn'"],
  ])('refuses %s in one line, with exit code 1', (_, args, message) => {
    const { status, stdout, stderr } = runSample('crawl', args, folder.path);
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^[^\n]+\n$/);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  });
});
