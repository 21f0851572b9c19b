import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { ModuleLoadError, WorkerPool } from 'sluice/pool';
import { patience } from '../../support/patience';
import { runAlone } from '../../support/process';
import { temporaryFolder } from '../../support/temporary-folder';
import { eventOf, expectInvariants } from './pool-invariants';

const files = temporaryFolder();

describe('a module that cannot be used', () => {
  let pool: WorkerPool;
  let spawned: number;
  beforeAll(() => {
    pool = new WorkerPool({ size: 1, grace: 20 });
    pool.events$.subscribe(({ type }) => (spawned += type === 'spawn' ? 1 : 0));
  });
  afterAll(() => pool.close());
  beforeEach(async () => {
    await pool.do(() => 'started');
    spawned = 0;
  });

  it.each([
    ['is missing', () => `${files.path}/none.mjs`, /could not be loaded: Cannot find module/],
    ['is missing, and a package', () => 'no-such-package-anywhere', /could not be loaded: Cannot find package/],
    ['is a directory', () => files.path, /could not be loaded/],
    [
      'is of no kind that is known',
      () => files.write('unknown.kind', ''),
      /could not be loaded: Unknown file extension/,
    ],
    ['has a syntax error', () => files.write('syntax.mjs', 'export const run = ('), /could not be loaded/],
    [
      'throws when it is loaded',
      () => files.write('throws.mjs', 'throw new Error("at load")'),
      /could not be loaded: at load/,
    ],
    ['throws null when it is loaded', () => files.write('null.mjs', 'throw null'), /could not be loaded/],
    [
      'throws when it is required',
      () => files.write('throws.cjs', 'throw new Error("at load")'),
      /could not be loaded: at load/,
    ],
    [
      'imports what is missing',
      () => files.write('imports.mjs', 'import "./none.mjs"'),
      /could not be loaded: Cannot find module/,
    ],
    ['has a URL scheme without a loader', () => 'gopher://x/y.js', /could not be loaded/],
    ['has no such export', () => files.write('other.mjs', 'export const other = () => 1'), /it exports other/],
    ['exports nothing', () => files.write('nothing.mjs', ''), /it exports nothing/],
    [
      'exports no function by that name',
      () => files.write('number.mjs', 'export const run = 1'),
      /not a function but of type number/,
    ],
  ])('that %s fails the task once, and the thread lives', async (_, urlOf, why) => {
    await expectInvariants(pool, async (record) => {
      const url = urlOf();
      const { error, ends } = await record(pool.task({ url, name: 'run' })());
      expect(error).toBeInstanceOf(ModuleLoadError);
      expect(error).toMatchObject({ exportName: 'run', code: 'SLUICE_MODULE_LOAD' });
      expect((error as ModuleLoadError).message).toMatch(why);
      expect(ends).toBe(1);
    });
    expect(spawned).toBe(0);
  });

  it('that exits while it is loaded fails the task with the exit code', async () => {
    const url = files.write('exits.mjs', 'process.exit(8)');
    await expectInvariants(pool, async (record) => {
      expect((await record(pool.task({ url, name: 'run' })())).error).toMatchObject({ kind: 'exit', exitCode: 8 });
    });
  });

  it.each([
    ['awaits for ever when it is loaded', 'await new Promise(() => {}); export const run = () => 1'],
    ['loops for ever when it is loaded', 'for (;;); export const run = () => 1'],
  ])('that %s makes the task time out', async (_, text) => {
    const url = files.write(`hangs-${text.length}.mjs`, text);
    await expectInvariants(pool, async (record) => {
      const gone = eventOf(pool, 'exit');
      const { error } = await record(pool.task({ url, name: 'run' }, { timeout: patience(250) })());
      expect(error).toMatchObject({ name: 'TaskTimeoutError', kind: 'load' });
      await gone;
    });
  });

  it('is loaded again by the next task, because it may exist by then', async () => {
    const url = `${files.path}/later.cjs`;
    await expect(pool.do({ url, name: 'run' })).rejects.toBeInstanceOf(ModuleLoadError);
    writeFileSync(url, 'exports.run = () => "there"');
    expect(await pool.do({ url, name: 'run' })).toBe('there');
  });

  it('fails each of many tasks without starting new threads', async () => {
    await expectInvariants(pool, async (record) => {
      const task = pool.task({ url: `${files.path}/none.mjs` });
      const recorded = await Promise.all(Array.from({ length: 200 }, () => record(task())));
      expect(recorded.every(({ error }) => error instanceof ModuleLoadError)).toBe(true);
    });
    expect(spawned).toBe(0);
  });

  it.each(['./work.js', '../work.js', '', 7, null])('that is named by %j is rejected at the call', (url) => {
    expect(() => pool.task({ url: url as string })).toThrow(TypeError);
  });
});

describe('a module of any kind and name', () => {
  let pool: WorkerPool;
  beforeAll(() => {
    pool = new WorkerPool({ size: 1 });
  });
  afterAll(() => pool.close());

  const run = (url: string | URL, name?: string): Promise<unknown> =>
    Promise.resolve(pool.do(name === undefined ? { url } : { url, name }, 20));

  it.each([
    ['ESM', 'm.mjs', 'export const run = (n) => n + 1; export default (n) => n + 2'],
    ['CommonJS', 'c.cjs', 'exports.run = (n) => n + 1; exports.default = (n) => n + 2'],
    ['CommonJS that is one object', 'o.cjs', 'module.exports = { run: (n) => n + 1, default: (n) => n + 2 }'],
    [
      'CommonJS whose names are computed',
      'd.cjs',
      'exports["ru" + "n"] = (n) => n + 1; exports["defa" + "ult"] = (n) => n + 2',
    ],
    [
      'CommonJS that was ESM',
      'e.cjs',
      'Object.defineProperty(exports, "__esModule", { value: true }); exports.run = (n) => n + 1; exports.default = (n) => n + 2',
    ],
    ['.js in a package of type module', 'esm/m.js', 'export const run = (n) => n + 1; export default (n) => n + 2'],
    ['with top-level await', 'await.mjs', 'await null; export const run = (n) => n + 1; export default (n) => n + 2'],
  ])('loads %s', async (_, path, text) => {
    files.write('esm/package.json', '{ "type": "module" }');
    const url = files.write(path, text);
    expect(await run(url, 'run')).toBe(21);
    expect(await run(url)).toBe(22);
  });

  it('loads a CommonJS module that is itself a function', async () => {
    expect(await run(files.write('f.cjs', 'module.exports = (n) => n + 2'))).toBe(22);
  });

  it.each(['a b.cjs', 'ü日本.mjs', 'a#b.cjs', 'a?b.cjs', 'a%20b.cjs', "a'b.cjs", 'a:b.cjs'])(
    'loads a file named %s',
    async (name) => {
      const path = files.write(
        `in ${name}/${name}`,
        name.endsWith('.mjs') ? 'export const run = (n) => n + 1' : 'exports.run = (n) => n + 1',
      );
      const url = pathToFileURL(path);
      expect(await run(path, 'run')).toBe(21);
      expect(await run(url, 'run')).toBe(21);
      expect(await run(url.href, 'run')).toBe(21);
    },
  );

  it('loads another module for another query of the URL, as ESM does', async () => {
    const url = pathToFileURL(files.write('counter.mjs', 'let count = 0; export const run = () => ++count'));
    expect(await run(url, 'run')).toBe(1);
    expect(await run(url, 'run')).toBe(2);
    expect(await run(`${url.href}?other`, 'run')).toBe(1);
  });

  it('loads data: URLs and built-in modules', async () => {
    expect(await run('data:text/javascript,export const run = (n) => n + 1', 'run')).toBe(21);
    expect(await pool.do({ url: 'node:path', name: 'basename' }, '/a/b.c')).toBe('b.c');
  });
});

describe('a package', () => {
  const inTheFolder = (program: string): readonly string[] => {
    files.write(
      'node_modules/mapped/package.json',
      '{ "exports": { ".": { "import": "./in.mjs", "require": "./in.cjs" }, "./sub": "./s/sub.mjs" } }',
    );
    files.write('node_modules/mapped/in.mjs', 'export const which = () => "imported"');
    files.write('node_modules/mapped/in.cjs', 'exports.which = () => "required"');
    files.write('node_modules/mapped/s/sub.mjs', 'export const which = () => "below"');
    files.write('node_modules/import-only/package.json', '{ "exports": { "import": "./in.mjs" } }');
    files.write('node_modules/import-only/in.mjs', 'export const which = () => "import only"');
    files.write('node_modules/@scope/plain/package.json', '{ "main": "lib.js" }');
    files.write('node_modules/@scope/plain/lib.js', 'exports.which = () => "plain"');
    return runAlone(`
      const { WorkerPool } = require('sluice/pool');
      process.chdir(${JSON.stringify(files.path)});
      const pool = new WorkerPool({ size: 1 });
      (async () => { ${program} await pool.close(); })();
    `).lines;
  };

  it('is found from where the process runs, by its exports as import sees them', () => {
    expect(
      inTheFolder(`
        for (const url of ['mapped', 'mapped/sub', 'import-only', '@scope/plain']) console.log(await pool.do({ url, name: 'which' }));
        console.log(await pool.module('mapped').which());
        await pool.do({ url: 'mapped/in.mjs', name: 'which' }).then(console.log, ({ name, cause }) => console.log(name, cause.code));
      `),
    ).toEqual([
      'imported',
      'below',
      'import only',
      'plain',
      'imported',
      'ModuleLoadError ERR_PACKAGE_PATH_NOT_EXPORTED',
    ]);
  });
});

describe('a TypeScript module', () => {
  it('runs where the process runs TypeScript, with all that it imports', () => {
    files.write(
      'typed/other.ts',
      'export enum Sort { Big = 40 }\nexport const more = (n: number): number => n + Sort.Big;',
    );
    const path = files.write(
      'typed/a b#ü.ts',
      `import { more } from './other';
      enum Nothing { Added }
      export const run = (n: number): number => more(n) + Nothing.Added;
      export default function* items(n: number): Generator<number> { yield n; yield more(n); }`,
    );
    const broken = files.write('typed/broken.ts', 'export const run = (: number) => 1');
    const program = `
      const { WorkerPool } = require('sluice/pool');
      const { pathToFileURL } = require('node:url');
      const pool = new WorkerPool({ size: 1 });
      const path = ${JSON.stringify(path)};
      (async () => {
        for (const url of [path, pathToFileURL(path), pathToFileURL(path).href]) console.log(await pool.do({ url, name: 'run' }, 2));
        console.log((await rx.lastValueFrom(pool.task({ url: path })(1).pipe(rx.toArray()))).join());
        await pool.do({ url: path, name: 'none' }).then(console.log, ({ name }) => console.log(name));
        await pool.do({ url: ${JSON.stringify(broken)}, name: 'run' }).then(console.log, ({ name }) => console.log(name));
        console.log(await pool.do(() => 'next'));
        await pool.close();
      })();
    `;
    const { lines, hasEndedWell } = runAlone(program, { flags: ['--require', require.resolve('tsx/cjs')] });
    expect(lines).toEqual(['42', '42', '42', '1,41', 'ModuleLoadError', 'ModuleLoadError', 'next']);
    expect(hasEndedWell).toBe(true);
  });

  it('fails only the task if no loader handles TypeScript', async () => {
    await using pool = new WorkerPool({ size: 1 });
    const url = files.write('typed/alone.ts', 'enum Sort { Big = 40 }; export const run = (): number => Sort.Big');
    await expectInvariants(pool, async (record) => {
      expect((await record(pool.task({ url, name: 'run' })())).error).toBeInstanceOf(ModuleLoadError);
    });
  });
});
