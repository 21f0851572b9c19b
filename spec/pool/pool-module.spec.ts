/**
 * `pool.module`: each exported function of a module as a task of the pool.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { firstValueFrom, toArray } from 'rxjs';
import { Future } from 'sluice';
import { ModuleLoadError, WorkerPool } from 'sluice/pool';

interface Work {
  readonly VERSION: string;
  readonly add: (a: number, b: number) => number;
  readonly lengthOf: (text: string) => Promise<number>;
  readonly upTo: (n: number) => Generator<number>;
  readonly linesOf: (text: string) => AsyncGenerator<string>;
  readonly nothing: () => unknown;
  readonly fail: (message: string) => never;
  readonly calls: () => number;
  readonly default: (text: string) => string;
  readonly missing: () => void;
}

const path = join(__dirname, 'fixtures', 'work.mjs');
const url = pathToFileURL(path);

let pool: WorkerPool;
beforeAll(() => (pool = new WorkerPool({ size: 1 })));
afterAll(() => pool.close({ force: true }));

describe('a module of a pool', () => {
  it('has each exported function as a task, whose Future has the returned or promised value', async () => {
    const work = pool.module<Work>(url);
    expect(work.add(1, 2)).toBeInstanceOf(Future);
    expect(await work.add(1, 2)).toBe(3);
    expect(await work.lengthOf('four')).toBe(4);
    expect(await work.nothing()).toBeUndefined();
    expect(await work.default('text')).toBe('main: text');
  });

  it('has a function that returns a stream as an Observable of the items', async () => {
    const work = pool.module<Work>(url);
    expect(await firstValueFrom(work.upTo(3).pipe(toArray()))).toEqual([1, 2, 3]);
    expect(await firstValueFrom(work.upTo(0).pipe(toArray()))).toEqual([]);
    expect(await firstValueFrom(work.linesOf('a\nb').pipe(toArray()))).toEqual(['a', 'b']);
    const items: number[] = [];
    for await (const item of work.upTo(3)) items.push(item);
    expect(items).toEqual([1, 2, 3]);
  });

  it.each([
    ['a URL', url],
    ['the text of a URL', url.href],
    ['an absolute path', path],
  ])('is found by %s', async (_kind, place) => {
    expect(await pool.module<Work>(place).add(1, 2)).toBe(3);
  });

  it('is found by the name of a package', async () => {
    const { join: joined } = pool.module<{ join: (...parts: string[]) => string }>('node:path/posix');
    expect(await joined('a', 'b')).toBe('a/b');
  });

  it('is found by references, too', async () => {
    expect(await pool.do<[number, number], number>({ url, name: 'add' }, 1, 2)).toBe(3);
    expect(await pool.do<[string], string>({ url }, 'text')).toBe('main: text');
    const add = pool.task<[number, number], number>({ url: path, name: 'add' });
    expect(await add(3, 4)).toBe(7);
  });

  it('is loaded once per thread', async () => {
    const own = new WorkerPool({ size: 1 });
    expect(await own.module<Work>(url).calls()).toBe(1);
    expect(await own.module<Work>(url.href).calls()).toBe(2);
    await own.close();
  });

  it('has the same task for each access to a function', () => {
    const work = pool.module<Work>(url);
    expect(work.add).toBe(work.add);
    expect(work.add).not.toBe(work.lengthOf);
  });

  it('passes on the error of a function', async () => {
    await expect(pool.module<Work>(url).fail('no')).rejects.toThrow(RangeError);
  });

  it('fails a call of a name that it does not export', async () => {
    const work = pool.module<Work>(url);
    const error = await work.missing().then(undefined, (reason: unknown) => reason);
    expect(error).toBeInstanceOf(ModuleLoadError);
    expect((error as Error).message).toContain('"missing"');
    expect(await work.add(1, 2)).toBe(3);
  });

  it('fails a call of an exported constant', async () => {
    const work = pool.module<{ VERSION: () => string }>(url);
    await expect(work.VERSION()).rejects.toThrow(ModuleLoadError);
  });

  it('is not thenable, and can be printed', async () => {
    const work = pool.module<Work>(url);
    expect(await Promise.resolve(work)).toBe(work);
    expect(JSON.stringify(work)).toBe('{}');
    expect(Object.prototype.toString.call(work)).toBe('[object Object]');
  });

  it.each(['./work.mjs', '../work', '.', '..', '', 7, null, {}])(
    'refuses %p as its URL, and says what is expected',
    (place) => {
      const load = (): unknown => pool.module(place as string);
      expect(load).toThrow(TypeError);
      expect(load).toThrow(
        /^WorkerPool\.module: expected the URL of a module to be absolute, or the name of a package; got/,
      );
    },
  );
});
