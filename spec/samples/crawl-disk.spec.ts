/**
 * The files of a crawl: what the command says when a disk takes no more, and that two crawls never share a file. The
 * limit of the size of files stands for a full disk, and `/dev/full` is one.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { NEVER } from 'rxjs';
import { crawl } from '../../samples/crawl/crawl';
import { Journal } from '../../samples/crawl/journal';
import { cachedLookup } from '../../samples/crawl/lookup';
import { DEFAULT_OPTIONS, scopeOf } from '../../samples/crawl/options';
import { checkDistinct, claimOutput } from '../../samples/crawl/own-files';
import type { Content, PageRecord } from '../../samples/crawl/page';
import { openSink } from '../../samples/crawl/sink';
import { temporaryFolder } from '../support/temporary-folder';
import { commandOf, runSample, sampleEnvironment, type SampleResult } from './run-sample';

const folder = temporaryFolder();
const PAGES = 60;

beforeAll(() => {
  const links = Array.from({ length: PAGES }, (_, page) => `<a href="${page}.html">page</a>`).join(' ');
  folder.write('site/index.html', links);
  for (let page = 0; page < PAGES; page++)
    folder.write(`site/${page}.html`, `<title>${page}</title><p>${'word '.repeat(1_500)}`);
});

const crawlSite = (args: readonly string[]): SampleResult =>
  runSample('crawl', ['--site', 'site', '--json', ...args], folder.path);

/** Runs the command in a shell that limits the size of each file that it writes, in KB. */
function crawlWithin(kilobytes: number, args: readonly string[]): SampleResult {
  const command = [process.execPath, ...commandOf('crawl'), '--site', 'site', '--json', ...args];
  return spawnSync('bash', ['-c', `ulimit -f ${kilobytes}; exec "$@"`, 'bash', ...command], {
    cwd: folder.path,
    env: sampleEnvironment,
    encoding: 'utf8',
  });
}

const titlesIn = (file: string): readonly string[] =>
  readFileSync(join(folder.path, file), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as PageRecord).title)
    .sort();
const allTitles = ['', ...Array.from({ length: PAGES }, (_, page) => String(page))].sort();

describe('crawl, on a disk that takes no more', () => {
  it('ends with one line that names the file and what to do, and goes on with the same command', () => {
    const args = ['--output', 'full.jsonl'];
    expect(crawlWithin(300, args)).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /^cannot write to full\.jsonl(\.journal)?: .+\. Check the disk and its limits, then run the same command again: the crawl goes on where it stopped\.\n$/,
      ) as string,
    });
    const { status, stdout, stderr } = crawlSite(args);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ isFinished: true, isResumed: true });
    expect(titlesIn('full.jsonl')).toEqual(allTitles);
  });

  it('ends with one line that names the log', () => {
    const { status, stdout, stderr } = crawlSite(['--output', 'logged.jsonl', '--log', linkToFull('log')]);
    expect({ status, stdout, stderr }).toEqual({ status: 1, stdout: '', stderr: noSpaceFor('log') });
  });

  it('ends with one line when stdout cannot take the results', () => {
    const command = [process.execPath, ...commandOf('crawl'), '--site', 'site', '--output', '-'];
    const { status, stderr } = spawnSync('bash', ['-c', 'exec "$@" > /dev/full', 'bash', ...command], {
      cwd: folder.path,
      env: sampleEnvironment,
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringMatching(/^cannot write to stdout.*: ENOSPC: [^\n]+\n$/) as string,
    });
  });

  it.each(['jsonl', 'csv'])('fails to write to an output of %s with an error that names it', (format) => {
    const path = join(folder.path, linkToFull(`out.${format}`));
    const sink = openSink(path, 0);
    expect(() => sink.write([content])).toThrow(noSpaceFor(path).trimEnd());
    sink.close();
  });
});

const noSpaceFor = (file: string): string =>
  `cannot write to ${file}: ENOSPC: no space left on device, write. Free some space, then run the same command again: ` +
  'the crawl goes on where it stopped.\n';

const content: Content = {
  record: {
    ...{
      url: 'http://a/',
      status: 200,
      depth: 0,
      referrer: null,
      fetchedAt: '',
      contentType: '',
      encoding: '',
      bytes: 1,
    },
    ...{ title: '', description: '', language: '', canonical: null, text: '', links: [] },
  },
  ...{ json: '{}', isHidden: false, isStored: false, etag: null, modified: null },
};

/** A file in the folder that is always full. */
function linkToFull(name: string): string {
  symlinkSync('/dev/full', join(folder.path, name));
  return name;
}

describe('the files of a crawl', () => {
  it('are refused by the command where the output is the journal', () => {
    const { status, stdout, stderr } = crawlSite(['--output', 'same.jsonl', '--journal', './same.jsonl']);
    expect({ status, stdout, stderr }).toEqual({
      status: 1,
      stdout: '',
      stderr:
        '--output and --journal are one file, ./same.jsonl, and would write over each other. Give each a file of its own.\n',
    });
  });

  it.each([
    ['--journal and --log', { '--output': 'a', '--journal': 'b', '--log': 'c/../b' }],
    ['--output and --timeline', { '--output': 'a', '--log': undefined, '--timeline': join(process.cwd(), 'a') }],
  ])('are refused where %s are one', (options, files) => {
    expect(() => checkDistinct(files)).toThrow(`${options} are one file, `);
  });

  it('are refused where one is a link to another', () => {
    const output = folder.write('linked', '');
    symlinkSync(output, join(folder.path, 'link'));
    const files = { '--output': output, '--log': join(folder.path, 'link') };
    expect(() => checkDistinct(files)).toThrow('--output and --log are one file');
  });

  it('may be one device', () => {
    expect(() => checkDistinct({ '--log': '/dev/null', '--timeline': '/dev/null' })).not.toThrow();
  });
});

const ignore = (): void => undefined;

describe('the claim of an output', () => {
  let files = 0;
  const newFile = (): string => join(folder.path, `claim-${(files += 1)}`);
  const claim = (output: string, journal: string, isRestarted = false): ReturnType<typeof claimOutput> =>
    claimOutput({ output, journal, isRestarted });

  it('refuses another journal while a crawl writes to it, also through a link', () => {
    const [output, journal, link] = [newFile(), newFile(), newFile()];
    folder.write(output.slice(folder.path.length), '');
    symlinkSync(output, link);
    const held = claim(output, journal);
    for (const path of [output, link])
      for (const isRestarted of [false, true])
        expect(() => claim(path, newFile(), isRestarted)).toThrow(`${path} is in use by another crawl`);
    held.release(true);
    claim(output, newFile()).release(true);
  });

  it('outlives a crash of its crawl, which takes it up again', () => {
    const [output, journal] = [newFile(), newFile()];
    new Journal({ path: journal, scope: '' }).close();
    const first = claim(output, journal);
    expect(first.isNew).toBe(true);
    first.release(false);
    expect(() => claim(output, newFile())).toThrow('has the results of an unfinished crawl');
    expect(() => claim(output, `${output}.journal`)).toThrow('has the results of an unfinished crawl');
    const again = claim(output, journal);
    expect(again.isNew).toBe(false);
    again.release(true);
  });

  it('is lost to a crawl that is restarted, and to one whose journal was removed', () => {
    const [output, lost, journal] = [newFile(), newFile(), newFile()];
    new Journal({ path: lost, scope: '' }).close();
    claim(output, lost).release(false);
    claim(output, journal, true).release(false);
    // The journal of the second crawl does not exist.
    const back = claim(output, lost);
    expect(back.isNew).toBe(true);
    back.release(true);
  });

  it('of another crawl ends one whose results it has written over', async () => {
    const [output, lost] = [`${newFile()}.jsonl`, newFile()];
    const options = { ...DEFAULT_OPTIONS, output, journal: lost };
    const stopped = new Journal({ path: lost, scope: scopeOf(options) });
    stopped.outputLength = 7;
    stopped.close();
    claim(output, lost).release(false);
    claim(output, newFile(), true).release(true);
    const environment = { lookup: cachedLookup(), stop$: NEVER, warn: ignore, onVisit: ignore, onProgress: ignore };
    await expect(crawl(options, environment)).rejects.toThrow(
      `${output} has the results of another crawl since this one was stopped. Begin anew with --restart.`,
    );
  });

  it('is that of the usual journal beside the output, which loses its crawl when another one is restarted', () => {
    const [output, other] = [newFile(), newFile()];
    const usual = `${output}.journal`;
    new Journal({ path: usual, scope: 'usual' }).close();
    expect(claim(output, usual).isNew).toBe(false);
    expect(() => claim(output, other)).toThrow(`whose journal is ${usual}`);
    claim(output, other, true).release(true);
    const journal = new Journal({ path: usual, scope: 'anew' });
    expect(journal.isResumed).toBe(false);
    journal.close();
  });
});
