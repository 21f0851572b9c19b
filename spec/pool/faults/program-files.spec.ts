/** Programs in files of their own: where packages are found, what a thread loads, and what is said on stderr. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildSync } from 'esbuild';
import { builtFiles } from '../../support/built-package';
import { patience } from '../../support/patience';
import { temporaryFolder } from '../../support/temporary-folder';

const root = join(__dirname, '..', '..', '..');
const files = temporaryFolder();
const MODULE = `import { WorkerPool } from 'sluice/pool';\n`;

beforeAll(() => {
  mkdirSync(join(files.path, 'node_modules', 'dep'), { recursive: true });
  symlinkSync(dirname(builtFiles()), join(files.path, 'node_modules', 'sluice'), 'junction');
  symlinkSync(join(root, 'node_modules', 'rxjs'), join(files.path, 'node_modules', 'rxjs'), 'junction');
  files.write('node_modules/dep/package.json', '{ "name": "dep", "main": "index.cjs" }');
  files.write('node_modules/dep/index.cjs', 'exports.plus = (n) => n + 1;');
});

interface Printed {
  readonly lines: readonly string[];
  readonly stderr: string;
  readonly status: number | null;
}

/** Runs a file of a program, with the root of the file system as its working directory. */
function run(name: string, program: string, { flags = [], cwd = '/' }: RunConfig = {}): Printed {
  const file = files.write(name, program);
  const { stdout, stderr, status } = spawnSync(process.execPath, [...flags, file], {
    cwd,
    encoding: 'utf8',
    timeout: patience(60_000),
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  return { lines: stdout.split('\n').filter(Boolean), stderr, status };
}

interface RunConfig {
  readonly flags?: readonly string[];
  readonly cwd?: string;
}

describe('a package named by a program that runs in another folder', () => {
  it('is found from the file that names it, without a warning of Node', () => {
    const { lines, stderr } = run(
      'packages.mjs',
      `${MODULE}
      import { nested } from './nested/nested.mjs';
      const pool = new WorkerPool({ size: 1, init: { url: 'dep', name: 'plus' } });
      console.log(await pool.do({ url: 'dep', name: 'plus' }, 1));
      console.log(await pool.task({ url: 'dep', name: 'plus' })(2));
      console.log(await pool.module('dep').plus(3));
      console.log(await pool.do((n) => require('dep').plus(n), 4));
      console.log(await pool.do(async (n) => (await import('dep')).plus(n), 5));
      console.log(await pool.do(function (n) { return this.do({ url: 'dep', name: 'plus' }, n); }, 6));
      console.log(await nested(pool), await pool.do(() => require('node:path').sep));
      await pool.close();`,
    );
    expect(lines).toEqual(['2', '3', '4', '5', '6', '7', 'own copy 8 /']);
    expect(stderr).toBe('');
  });

  beforeAll(() => {
    mkdirSync(join(files.path, 'nested', 'node_modules', 'own'), { recursive: true });
    files.write('nested/node_modules/own/index.js', 'exports.plus = (n) => `own copy ${n + 1}`;');
    files.write(
      'nested/nested.mjs',
      `export const nested = async (pool) => { await null; return pool.do({ url: 'own', name: 'plus' }, 7); };`,
    );
  });

  it('is found in the working directory, if the file that names it does not have it', () => {
    const { lines } = run(
      'here.mjs',
      `${MODULE}
      const pool = new WorkerPool({ size: 1 });
      console.log(await pool.do({ url: 'own', name: 'plus' }, 1), await pool.do(() => require('own').plus(2)));
      console.log(await pool.do({ url: 'nowhere', name: 'plus' }, 1).then(String, ({ code }) => code));
      await pool.close();`,
      { cwd: join(files.path, 'nested') },
    );
    expect(lines).toEqual(['own copy 2 own copy 3', 'SLUICE_MODULE_LOAD']);
  });
});

describe('a module that makes a pool and exports functions for it', () => {
  const pool = `${MODULE} import { isMainThread } from 'node:worker_threads';
    const pool = new WorkerPool({ size: 1 });
    export const double = (n) => n * 2;\n`;

  it('is refused with the reason, if its threads use the pool as they load it', () => {
    const { stderr, status } = run(
      'recursive.mjs',
      `${pool} console.log(await pool.module(import.meta.url).double(2));`,
    );
    expect(stderr).toMatch(/recursive\.mjs makes a pool when it is loaded, and a thread of that pool has loaded it/);
    expect(stderr).toMatch(/ModuleLoadError/);
    expect(status).toBe(1);
  });

  it.each([
    [
      'mjs',
      `${pool} if (isMainThread) { console.log(await pool.module(import.meta.url).double(2)); await pool.close(); }`,
    ],
    [
      'cjs',
      `const { WorkerPool } = require('sluice/pool');
      const make = () => new WorkerPool({ size: 1, init: { url: __filename, name: 'start' } });
      const pool = make();
      exports.start = () => { globalThis.started = true; };
      exports.double = (n) => started && n * 2;
      if (require('node:worker_threads').isMainThread) pool.module(__filename).double(2).then(console.log).then(() => pool.close());`,
    ],
  ])('runs, and its threads start none, if they do not use it: %s', (extension, program) => {
    const { lines, stderr } = run(`once.${extension}`, program);
    expect({ lines, stderr }).toEqual({ lines: ['4'], stderr: '' });
  });

  it('may make pools in its functions', () => {
    const { lines, stderr } = run(
      'deeper.mjs',
      `${MODULE} import { isMainThread } from 'node:worker_threads';
      export async function depth(n) {
        if (n === 0) return 0;
        const pool = new WorkerPool({ size: 1 });
        try { return 1 + (await pool.do({ url: import.meta.url, name: 'depth' }, n - 1)); } finally { await pool.close(); }
      }
      if (isMainThread) console.log(await depth(2));`,
    );
    expect({ lines, stderr }).toEqual({ lines: ['2'], stderr: '' });
  });
});

describe('flags of the process that threads cannot run with', () => {
  const PRINT = `console.log(await pool.do((n) => n * 2, 21).then(String, (error) => error.message)); await pool.close();`;

  it('do not matter to a pool that replaces them', () => {
    const required = files.write(
      'main-only.cjs',
      `if (!require('node:worker_threads').isMainThread) throw new Error('only for the main thread');`,
    );
    const { lines } = run(
      'flags.mjs',
      `${MODULE}
      for (const config of [{ execArgv: [] }, { execArgv: [], env: { A: '1' } }, {}]) {
        const pool = new WorkerPool({ size: 1, ...config });
        ${PRINT}
      }
      const [bare, plain] = [new WorkerPool({ size: 1, execArgv: [] }), new WorkerPool({ size: 1, execArgv: [], env: { A: '2' } })];
      console.log(bare.do(() => 'one').block(), plain.do(() => process.env.A).block());`,
      { flags: ['--require', required] },
    );
    expect(lines).toEqual(['42', '42', expect.stringMatching(/only for the main thread/), 'one 2']);
  });

  it('do not matter if they are about the input', () => {
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['--input-type=module', '--eval', `${MODULE} const pool = new WorkerPool({ size: 1 }); ${PRINT}`],
      { cwd: files.path, encoding: 'utf8', timeout: patience(60_000) },
    );
    expect({ stdout, stderr }).toEqual({ stdout: '42\n', stderr: '' });
  });
});

describe('a TypeScript module under tsx', () => {
  it('loads by reference: .ts, .mts and .cts, and .mts with top-level await', () => {
    for (const extension of ['ts', 'mts', 'cts'])
      files.write(`made.${extension}`, 'export const plus = (n: number): number => n + 1;');
    files.write(
      'waits.mts',
      'export const plus = (n: number): number => n + (await0 as number); const await0: number = await 1;',
    );
    const { lines, stderr } = run(
      'tsx.mts',
      `${MODULE}
      const pool = new WorkerPool({ size: 1 });
      for (const name of ['made.ts', 'made.mts', 'made.cts', 'waits.mts']) {
        const url = new URL(name, import.meta.url);
        console.log(await pool.do({ url, name: 'plus' }, 1).then(String, (error: Error) => error.message));
      }
      await pool.close();`,
      { flags: ['--import', join(root, 'node_modules', 'tsx', 'dist', 'loader.mjs')] },
    );
    expect(lines).toEqual(['2', '2', '2', '2']);
    expect(stderr).toBe('');
  });
});

describe('a program bundled for Node', () => {
  const entry = (): string =>
    files.write(
      'bundled.mjs',
      `${MODULE}
      const pool = new WorkerPool({ size: 1 });
      pool.do((n) => n * 2, 21).then(console.log, ({ name, message }) => console.log(name, message)).then(() => pool.close());`,
    );
  const bundle = (name: string, config: object): readonly string[] => {
    const outfile = join(files.path, name);
    buildSync({ entryPoints: [entry()], bundle: true, platform: 'node', outfile, logLevel: 'silent', ...config });
    return spawnSync(process.execPath, [outfile], { encoding: 'utf8', timeout: patience(60_000) }).stdout.split('\n');
  };

  it.each([
    ['out.cjs', {}],
    ['out.mjs', { format: 'esm' }],
    ['min.cjs', { minify: true }],
  ])('says what to do, if sluice is in the bundle: %s', (name, config) => {
    const [line] = bundle(name, config);
    expect(line).toMatch(/^WorkerStartError .*: sluice is in a bundle; leave it out.*--external:sluice/);
  });

  it('works, if sluice is left out', () => {
    expect(bundle('external.mjs', { format: 'esm', external: ['sluice'] })[0]).toBe('42');
  });
});
