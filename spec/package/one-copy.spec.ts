/**
 * The built package is one library in one process of Node, with `import` and `require`, and with several installations.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtFiles } from '../support/built-package';

jest.setTimeout(60_000);

const root = join(__dirname, '..', '..');
const built = builtFiles();
const TIME_LIMIT = 30_000;

let tree: string;

/** A tree with two installations: the program's, and one that belongs to the package `dependency`. */
beforeAll(() => {
  tree = mkdtempSync(join(tmpdir(), 'one-copy-spec-'));
  for (const owner of ['.', 'node_modules/dependency']) install(owner);
  for (const name of ['rxjs', 'lru-cache']) {
    symlinkSync(join(root, 'node_modules', name), join(tree, 'node_modules', name), 'junction');
  }
});
afterAll(() => {
  rmSync(tree, { recursive: true });
});

const packageOf = (owner: string): string => join(tree, owner, 'node_modules', 'sluice');

function install(owner: string): void {
  mkdirSync(packageOf(owner), { recursive: true });
  cpSync(join(root, 'package.json'), join(packageOf(owner), 'package.json'));
  cpSync(built, join(packageOf(owner), 'dist'), { recursive: true });
}

interface Printed {
  readonly lines: readonly string[];
  readonly stderr: string;
}

/** An ES module that has `required` and `dependency`: what its own `require`, and that of the package, gives. */
function run(program: string): Printed {
  const file = join(tree, 'program.mjs');
  writeFileSync(
    file,
    `import { createRequire } from 'node:module';
     const required = createRequire(import.meta.url);
     const dependency = createRequire(${JSON.stringify(join(tree, 'node_modules/dependency/index.js'))});
     const print = (...values) => console.log(JSON.stringify(values));
     ${program}`,
  );
  const { stdout, stderr } = spawnSync(process.execPath, [file], { encoding: 'utf8', timeout: TIME_LIMIT });
  return { lines: stdout.split('\n').filter(Boolean), stderr };
}

const ENTRY_POINTS = ['sluice', 'sluice/pool', 'sluice/testing', 'sluice/tools', 'sluice/trace'];

describe('each entry point', () => {
  it.each(ENTRY_POINTS)('%s gives the same to import and to require', (door) => {
    const { lines, stderr } = run(`
      const module = await import('${door}');
      const script = required('${door}');
      const names = Object.keys(script);
      print(names.length > 5, names.filter((name) => module[name] !== script[name]), Object.keys(module).length === names.length);
    `);
    expect(stderr).toBe('');
    expect(lines).toEqual(['[true,[],true]']);
  });

  it.each(ENTRY_POINTS)('%s gives the same to both of two installations', (door) => {
    const { lines, stderr } = run(`
      const module = await import('${door}');
      const script = dependency('${door}');
      print(Object.keys(script).length > 5, Object.keys(script).filter((name) => module[name] !== script[name]));
    `);
    expect(stderr).toBe('');
    expect(lines).toEqual(['[true,[]]']);
  });
});

describe('sluice/dataloader', () => {
  it('gives one class to import, to require, and to both of two installations, as dataloader does to require', () => {
    const { lines, stderr } = run(`
      const module = await import('sluice/dataloader');
      const DataLoader = required('sluice/dataloader');
      print(typeof DataLoader, Object.keys(DataLoader), ['default', '__esModule', 'DataLoader'].filter((name) => name in DataLoader));
      print(Object.keys(module), module.default === DataLoader, module.DataLoader === DataLoader);
      print(dependency('sluice/dataloader') === DataLoader, await new DataLoader(async (keys) => keys).load(1));
    `);
    expect(stderr).toBe('');
    expect(lines).toEqual(['["function",[],[]]', '[["DataLoader","default"],true,true]', '[true,1]']);
  });
});

describe('two installations', () => {
  it('share schedulers, caches, contexts and traces, whichever entry point is loaded first', () => {
    const { lines, stderr } = run(`
      const { trace$ } = dependency('sluice/trace');
      const { batch, ScopedValue, task } = dependency('sluice');
      const { isTask } = dependency('sluice/tools');
      const { BatchScheduler, within } = await import('sluice');
      const { lastValueFrom, subscribeOn } = await import('rxjs');
      const seen = new Set();
      trace$.subscribe(({ type }) => seen.add(type));
      let queries = 0;
      const nameOf = batch(async (ids) => ids.map(() => ++queries), { name: 'nameOf', cache: true });
      const request = () => lastValueFrom(nameOf(1).pipe(subscribeOn(new BatchScheduler())));
      print(await request(), await request());
      const language = new ScopedValue('en');
      print(await within(language.override('fr'), task(function* () { yield Promise.resolve(); return language.get(); })()));
      print(isTask(task(function* () {})), seen.size > 0);
    `);
    expect(stderr).toBe('');
    expect(lines).toEqual(['[1,2]', '["fr"]', '[true,true]']);
  });

  it('are one library also in the threads of a pool', () => {
    writeFileSync(
      join(tree, 'node_modules/dependency/pooled.mjs'),
      `import { workerTask } from 'sluice/pool';
       export const isInTask = () => workerTask() !== undefined;`,
    );
    const { lines, stderr } = run(`
      const { WorkerPool } = await import('sluice/pool');
      const pool = new WorkerPool({ size: 1 });
      const dependencyModule = new URL('node_modules/dependency/pooled.mjs', import.meta.url).href;
      print(await pool.module(dependencyModule).isInTask());
      await pool.close();
    `);
    expect(stderr).toBe('');
    expect(lines).toEqual(['[true]']);
  });

  it('of two versions are named in a warning', () => {
    const other = packageOf('node_modules/other');
    install('node_modules/other');
    for (const file of ['package.json', 'dist/node/copy.cjs']) {
      const text = readFileSync(join(other, file), 'utf8');
      writeFileSync(join(other, file), text.replace(/(version['"]?: ['"])[^'"]*/, '$19.9.9'));
    }
    const { lines, stderr } = run(`
      await import('sluice');
      print(createRequire(${JSON.stringify(join(other, 'index.js'))})('sluice').task === required('sluice').task);
    `);
    expect(lines).toEqual(['[false]']);
    expect(stderr).toContain('sluice is loaded in two versions: ');
    expect(stderr).toContain(`9.9.9 in ${other}`);
  });
});

describe('on a Node without process.getBuiltinModule', () => {
  const program = `
    const { AsyncLocalStorage } = await import('node:async_hooks');
    const user = new AsyncLocalStorage();
    const rowOf = batch(async (ids) => ids, { name: 'rowOf' });
    const whoAmI = task(function* () { yield* rowOf(1); return user.getStore(); });
    print(...(await Promise.all(['Ada', 'Alan'].map((name) => user.run(name, async () => await whoAmI())))));
  `;

  it.each([
    ['import', "const { batch, task } = await import('sluice');"],
    ['require', "const { batch, task } = required('sluice');"],
    ['the ES module for bundlers', "const { batch, task } = await import('./node_modules/sluice/dist/index.mjs');"],
  ])('each task has the store it was called in: %s', (_, load) => {
    expect(run(`process.getBuiltinModule = undefined; ${load} ${program}`).lines).toEqual(['["Ada","Alan"]']);
  });

  it('a pool has as many threads as the machine has cores, less one', () => {
    const { lines } = run(`
      process.getBuiltinModule = undefined;
      const os = required('node:os');
      os.availableParallelism = () => 16;
      const { WorkerPool } = required('sluice/pool');
      const pool = new WorkerPool();
      print(pool.size);
      await pool.close();
    `);
    expect(lines).toEqual(['[15]']);
  });
});
