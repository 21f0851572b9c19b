/**
 * The output and the exit code of the command `audit`, which runs in its own process.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../support/temporary-folder';
import { installed, needs, textOf } from './lockfile-of';
import { PROJECT, runSample, type SampleResult } from './run-sample';

const { path: folder, write } = temporaryFolder();
const run = (args: readonly string[], from = PROJECT, databaseUrl = ''): SampleResult =>
  runSample('audit', args, from, { DATABASE_URL: databaseUrl });

/** On a slow machine, lines of progress are printed to stderr. */
const withoutProgress = (stderr: string): string => stderr.replace(/^audit: [^\n]*\n/gm, '');

const SMALL = write(
  'small.json',
  textOf(
    {
      '': needs('a', 'gone'),
      'node_modules/a': installed(needs('b')),
      'node_modules/b': installed({ license: '' }),
    },
    2,
  ),
);

const MISSING_ANSWER = {
  name: 'gone',
  path: null,
  version: null,
  bringsIn: [],
  depth: 0,
  onlyIt: [],
  licences: [],
  withoutLicence: [],
  withoutIntegrity: [],
  missing: [{ name: 'gone', neededBy: '' }],
};

describe('audit --json', () => {
  it('prints one JSON object and nothing else', () => {
    const { status, stdout, stderr } = run([SMALL, '--json']);
    const cost = { queries: expect.any(Number) as number, ms: expect.any(Number) as number };
    expect(JSON.parse(stdout)).toEqual({
      packages: 2,
      answers: [
        {
          name: 'a',
          path: 'node_modules/a',
          version: '1.0.0',
          bringsIn: ['node_modules/b'],
          depth: 1,
          onlyIt: ['node_modules/b'],
          licences: ['MIT'],
          withoutLicence: ['node_modules/b'],
          withoutIntegrity: [],
          missing: [],
        },
        MISSING_ANSWER,
      ],
      runs: { naive: cost, sluice: cost, handwritten: cost },
      agree: true,
    });
    expect({ status, stderr: withoutProgress(stderr) }).toEqual({ status: 0, stderr: '' });
  });
});

describe('audit without arguments', () => {
  let stdout: string;
  beforeAll(() => {
    ({ stdout } = run([], folder));
  });

  it('audits the lockfile of this project, in any working directory', () => {
    const [, packages] = /^(\d+) packages, /.exec(stdout) ?? [];
    expect(Number(packages)).toBeGreaterThan(100);
    // On a slow machine, the naive run is stopped.
    expect(stdout).toMatch(/^(?:All three|The other two) agree\./m);
  });

  const queriesIn = (text: string): readonly number[] =>
    ['one query at a time', 'with sluice', 'hand-written, level by level'].map((way) =>
      Number(new RegExp(`│ ${way} +│ +(\\d+) │`).exec(text)?.[1]),
    );

  it('makes less than a tenth of the queries of the naive way, and at most two more than by hand', () => {
    const [naive = NaN, sluice = NaN, handwritten = NaN] = queriesIn(stdout);
    expect(sluice).toBeLessThanOrEqual(handwritten + 2);
    expect(sluice).toBeLessThan(naive / 10);
  });

  it('makes the numbers of queries in the table of README', () => {
    expect(queriesIn(readFileSync(join(PROJECT, 'README.md'), 'utf8'))).toEqual(queriesIn(stdout));
  });

  it('prints tables of at most 80 columns, also with long names and licences', () => {
    const tables = stdout.split('\n').filter((line) => /^[┌│├└]/.test(line));
    expect(tables.length).toBeGreaterThan(30);
    expect(tables.filter((line) => line.length > 80)).toEqual([]);
  });
});

describe('audit of a folder, with --timeline', () => {
  const page = join(folder, 'out.html');
  let result: SampleResult;
  beforeAll(() => {
    write('project/package-lock.json', textOf({ '': needs('a'), 'node_modules/a': installed() }));
    result = run([join(folder, 'project'), '--timeline', page]);
  });

  it('reads the package-lock.json of the folder, and counts one package in the singular', () => {
    expect(result.stdout).toMatch(/^1 package, brought in by 1 direct dependency\n/);
    expect(result.status).toBe(0);
  });

  it('writes a timeline of one run', () => {
    expect(result.stdout).toContain(`The timeline of one run is ${page}`);
    const drawn = readFileSync(page, 'utf8');
    expect(drawn).toMatch(/^<!doctype html>/i);
    expect(drawn).toContain('dependenciesOf');
  });
});

describe('audit', () => {
  it('prints the answers, the findings, the three ways and whether they agree', () => {
    const { status, stdout } = run([SMALL]);
    expect(stdout).toMatch(/a 1\.0\.0 +│ +1 │ +1 │ +1 │ MIT +│ +1 │/);
    expect(stdout).toContain('No licence: node_modules/b (through a)\n');
    expect(stdout).toContain('Missing: gone, needed by the root (through gone)\n');
    expect(stdout).toMatch(/one query at a time +│ +\d+ │ +\d+\.\d │/);
    expect(stdout).toMatch(/with sluice +│ +\d+ │ +\d+\.\d │/);
    expect(stdout).toMatch(/hand-written, level by level +│ +\d+ │ +\d+\.\d │ +1\.00 │/);
    expect(stdout).toContain('All three agree.');
    expect(status).toBe(0);
  });

  it.each([
    ['a timeline in a missing folder', [SMALL, '--timeline', join(folder, 'nowhere', 'out.html')], 'cannot write to'],
    ['a missing file', [join(folder, 'nowhere.json')], 'cannot read'],
    ['a folder without a lockfile', [folder], 'it is a folder, and has no package-lock.json in it'],
    ['a file that is not JSON, even over several lines', [write('text', 'not\njson\n')], 'is not JSON'],
    ['a lockfile of version 1', [write('v1', textOf({ '': {} }, 1))], 'to be 2 or 3, but it is 1'],
    ['a package.json', [write('package.json', '{"name":"spec"}')], 'to be 2 or 3, but there is none'],
    ['an option it does not know', ['--jsn'], "unknown option '--jsn'"],
    ['two files', [SMALL, SMALL], 'too many arguments'],
  ])('refuses %s in one line, with exit code 1', (_, args, message) => {
    const { status, stdout, stderr } = run(args);
    expect(stderr).toContain(message);
    expect(withoutProgress(stderr)).toMatch(/^[^\n]+\n$/);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  });

  it('refuses a database that cannot be reached in one line, without the password', () => {
    const { status, stderr } = run([SMALL], PROJECT, 'postgres://someone:secret@127.0.0.1:1/none');
    expect(withoutProgress(stderr)).toMatch(/^cannot reach the database that DATABASE_URL names: [^\n]+\n$/);
    expect(stderr).not.toContain('secret');
    expect(status).toBe(1);
  });
});
