/**
 * The output and the exit code of the command `digest`, which runs in its own process with its work on threads.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { patience } from '../support/patience';
import { temporaryFolder } from '../support/temporary-folder';
import { commandOf, runSample, sampleEnvironment, type SampleResult } from './run-sample';

const { path: folder, write } = temporaryFolder();

const run = (...args: readonly string[]): SampleResult => runSample('digest', args, folder);

function runInShell(line: string): SampleResult {
  const words = [process.execPath, ...commandOf('digest')].map((word) => `'${word}'`).join(' ');
  const shell = ['-c', `set -o pipefail; ${line.replace('digest', words)}`];
  return spawnSync('bash', shell, { cwd: folder, env: sampleEnvironment, encoding: 'utf8', timeout: patience(60_000) });
}

const linesOf = (text: string): string[] => text.split('\n').slice(0, -1);

const FILES: Readonly<Record<string, string>> = {
  'a.js': "const b = require('b');\nfunction f() { if (b) { return () => b; } }\n",
  'bad.js': 'export default <div/>;',
  'below/c.mjs': "export * from 'd';\nimport('e');\n",
  'below/readme': 'text',
};

const SMALL = join(folder, 'small');
for (const [path, content] of Object.entries(FILES)) write(join('small', path), content);
symlinkSync('..', join(SMALL, 'below', 'up'));
symlinkSync('nowhere', join(SMALL, 'broken'));

const measured = (path: string): object => ({
  path,
  bytes: FILES[path]?.length,
  sha256: createHash('sha256')
    .update(FILES[path] ?? '')
    .digest('hex'),
  gzipped: gzipSync(FILES[path] ?? '').length,
});

const ROWS = [
  { ...measured('a.js'), source: { functions: 2, imports: 1, nesting: 2 } },
  { ...measured('bad.js'), source: { unparsable: 'Unexpected token (1:15)' } },
  { path: 'broken', unreadable: 'a symbolic link that leads nowhere' },
  { ...measured('below/c.mjs'), source: { functions: 0, imports: 2, nesting: 0 } },
  measured('below/readme'),
];

describe('digest --json', () => {
  it.each([0, 1, 2, 3])(
    'on %i threads prints a line for each file, in the order of the files, and a summary',
    (threads) => {
      const { status, stdout, stderr } = run(SMALL, '--json', '--threads', String(threads));
      const lines = linesOf(stdout).map((line) => JSON.parse(line) as unknown);
      expect(lines.slice(0, -1)).toEqual(ROWS);
      expect(lines.at(-1)).toEqual({
        summary: expect.objectContaining({
          files: 5,
          source: { files: 2, functions: 2, imports: 3, nesting: 2, deepest: 'a.js' },
          unreadable: [{ path: 'broken', reason: 'a symbolic link that leads nowhere' }],
          unparsable: [{ path: 'bad.js', reason: 'Unexpected token (1:15)' }],
        }) as unknown,
      });
      expect(stderr).toMatch(/^digest: 5 of 5 files, [^\n]+\n$/);
      expect(status).toBe(0);
    },
  );
});

describe('digest', () => {
  it('prints the totals, and the files that could not be parsed or read', () => {
    const { status, stdout } = run(SMALL, '--threads', '2');
    expect(stdout).toMatch(/^5 files, /);
    expect(stdout).toMatch(/│ \.js +│ +2 │/);
    expect(stdout).toContain('In 2 sources of JavaScript: 2 functions, 3 imports; nested 2 deep in a.js\n');
    expect(stdout).toContain('Could not be parsed: 1\n  bad.js: Unexpected token (1:15)\n');
    expect(stdout).toContain('Could not be read: 1\n  broken: a symbolic link that leads nowhere\n');
    expect(status).toBe(0);
  });

  it('writes no control characters to a log', () => {
    const { stdout, stderr } = run(SMALL, '--threads', '2');
    expect((stdout + stderr).replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });

  it('says that a folder is empty', () => {
    mkdirSync(join(folder, 'empty'));
    const { status, stdout } = run(join(folder, 'empty'), '--threads', '2');
    expect(stdout).toMatch(/^0 files, /);
    expect(status).toBe(0);
  });

  it.each([
    ['a folder that is not there', ['nowhere'], 'cannot digest nowhere: there is no such folder'],
    ['a file', [join(SMALL, 'a.js')], 'it is not a folder'],
    ['a number of threads that is none', [SMALL, '--threads', 'two'], 'Give a whole number from 0 to 256.'],
    ['an option it does not know', ['--jsn'], "unknown option '--jsn'"],
    ['two folders', [SMALL, SMALL], 'too many arguments'],
  ])('refuses %s in one line, with exit code 1', (_, args, message) => {
    const { status, stdout, stderr } = run(...args);
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^[^\n]+\n$/);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  });

  it.each(['digest --json | head -1', 'digest --json 2>&1 | head -1', 'digest | true'])(
    'ends without an error in %s',
    (line) => {
      const { status, stderr } = runInShell(line.replace('digest', `digest ${SMALL} --threads 2`));
      expect(stderr).not.toContain('EPIPE');
      expect(status).toBe(0);
    },
  );
});

describe('digest --compare', () => {
  const WAYS = ['1 thread', '2 threads', 'main thread'];

  it('prints the speed of each way, and that the results agree', () => {
    const { status, stdout, stderr } = run(SMALL, '--compare', '--threads', '2');
    expect(stdout).toMatch(/^5 files, /);
    for (const way of WAYS) expect(stdout).toMatch(new RegExp(`│ ${way} +│ +\\d+\\.\\d\\d │ +\\d+ │ +\\d+\\.\\d │`));
    expect(stdout).toMatch(/main thread [^\n]+ 1\.00 │\n/);
    expect(stdout).toContain('All of them found the same.');
    expect(linesOf(stderr).map((line) => line.split(':')[0])).toEqual(WAYS);
    expect(status).toBe(0);
  });

  it('prints that as JSON as well, a line for each way and a summary', () => {
    const { status, stdout } = run(SMALL, '--compare', '--threads', '2', '--json');
    const number = expect.any(Number) as number;
    const speed = { seconds: number, filesPerSecond: number, megabytesPerSecond: number };
    expect(linesOf(stdout).map((line) => JSON.parse(line) as unknown)).toEqual([
      ...WAYS.map((way) => ({ way, ...speed })),
      { summary: expect.objectContaining({ files: 5 }) as unknown, identical: true },
    ]);
    expect(status).toBe(0);
  });
});

describe('digest, interrupted', () => {
  /** Seconds of work, in pieces so small that the main thread handles a signal between them. */
  const MANY = join(folder, 'many');

  beforeAll(() => {
    const text = 'f(() => { });\n'.repeat(1000);
    for (let file = 0; file < 4000; file += 1) write(join('many', `${file}.js`), text);
  });

  async function firstRow({ stdout }: ChildProcess): Promise<void> {
    if (stdout) await once(stdout, 'data');
  }

  it.each([
    ['Ctrl-C', 'SIGINT', 2, 130],
    ['Ctrl-C while the main thread works', 'SIGINT', 0, 130],
    ['a polite kill', 'SIGTERM', 2, 143],
  ] as const)('by %s ends its threads and itself', async (_, signal, threads, code) => {
    const child = spawn(process.execPath, [...commandOf('digest'), MANY, '--json', '--threads', String(threads)], {
      env: sampleEnvironment,
    });
    let stderr = '';
    child.stderr.on('data', (text) => (stderr += String(text)));
    const ended = once(child, 'close');
    await firstRow(child);
    child.kill(signal);
    expect(await ended).toEqual([code, null]);
    // A slow machine prints a line of progress before the last.
    expect(stderr).toMatch(/^(?:digest: \d+ of \d+ files, [^\n]+\n)+$/);
  });
});
