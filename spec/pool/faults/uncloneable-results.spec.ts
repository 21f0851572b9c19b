/** Rows 3 and 8 of the faults: what structured clone refuses, in results, in items and in errors. */
import { AsyncList } from 'sluice';
import { TransferError, WorkerPool, type WorkerTask } from 'sluice/pool';
import { errorOf, expectInvariants, expectInvariantsAndClose } from './pool-invariants';

const pool = new WorkerPool({ size: 1 });
const thingsOfNode = require.resolve('./node-objects.cjs');
afterAll(() => expectInvariantsAndClose(pool, () => undefined));

/** The thread that a task runs on, by what it has kept there. */
const countOfCalls = (): number => {
  const kept = globalThis as { calls?: number };
  return (kept.calls = (kept.calls ?? 0) + 1);
};

const made: readonly (readonly [string, () => unknown, string, string])[] = [
  ['a function', () => () => 1, 'The result', 'a function'],
  ['a Symbol', () => Symbol('s'), 'The result', 'Symbol(s)'],
  ['a Promise in an object', () => ({ a: { b: Promise.resolve(1) } }), 'The result.a.b', 'a Promise'],
  ['a Promise that rejects', () => ({ a: Promise.reject(new Error('in')) }), 'The result.a', 'a Promise'],
  ['a WeakMap in an array', () => [0, { w: new WeakMap() }], 'The result[1].w', 'a WeakMap'],
  ['a Proxy', () => ({ p: new Proxy({}, {}) }), 'The result.p', 'a Proxy'],
  ['a function in a Map', () => new Map([['k', () => 1]]), 'The result', 'a function'],
];

describe('a task that returns what cannot travel', () => {
  it.each(made)('fails with an error that names the task, the path and the thing: %s', (_, make, path, what) =>
    expectInvariants(pool, async (record) => {
      const error = await errorOf(record, pool.task(make, { name: 'maker' })());
      expect(error).toBeInstanceOf(TransferError);
      expect(error.message).toContain('"maker"');
      expect(error['path']).toContain(path);
      expect(error.message).toContain(what);
    }),
  );

  it('fails where a getter throws', () =>
    expectInvariants(pool, async (record) => {
      const broken = pool.task(() => ({
        get a() {
          throw new Error('no a');
        },
      }));
      expect(await errorOf(record, broken())).toMatchObject({ path: 'The result.a' });
    }));

  it('fails with a path into a socket', () =>
    expectInvariants(pool, async (record) => {
      const error = await errorOf(record, pool.task({ url: thingsOfNode, name: 'returnSocket' })());
      expect(error).toBeInstanceOf(TransferError);
      expect(error.message).toContain('a Socket at The result.deep[0]');
    }));

  it('fails alone: the other results of its batch arrive, in place', () =>
    expectInvariants(pool, async () => {
      const odd = (n: number): unknown => (n % 2 === 0 ? n : { n, f: () => n });
      const jobs = Array.from({ length: 100 }, (_, n) => pool.do(odd, n));
      const results = await Promise.allSettled(jobs);
      results.forEach((result, n) => {
        if (n % 2 === 0) expect(result).toEqual({ status: 'fulfilled', value: n });
        else expect(result).toMatchObject({ status: 'rejected', reason: { path: 'The result.f', task: 'odd' } });
      });
    }));

  it('costs no thread', () =>
    expectInvariants(pool, async () => {
      const before = await pool.do(countOfCalls);
      await expect(pool.do(() => () => 1)).rejects.toBeInstanceOf(TransferError);
      expect(await pool.do(countOfCalls)).toBe(before + 1);
    }));
});

describe('a stream with an item that cannot travel', () => {
  it('gives the items before it, then fails, and its end is not taken for that of the next task', () =>
    expectInvariants(pool, async (record) => {
      const broken = pool.task(function* () {
        yield 1;
        yield 2;
        yield { f: () => 1 };
        yield 4;
      });
      const { items, error } = await record(broken());
      expect(items).toEqual([1, 2]);
      expect(error).toMatchObject({ code: 'SLUICE_TRANSFER', path: 'An item.f' });
      expect(await new AsyncList([1, 2, 3].map((n) => pool.do((m: number) => m * 10, n)))).toEqual([10, 20, 30]);
    }));

  it('is stopped, also if it would never end, and cleans up', () =>
    expectInvariants(pool, async (record) => {
      const cleaned = new Int32Array(new SharedArrayBuffer(4));
      const endless = pool.task(async function* (flag: Int32Array) {
        try {
          for (;;) {
            yield () => 1;
            await new Promise((resolve) => void setImmediate(resolve));
          }
        } finally {
          Atomics.store(flag, 0, 1);
        }
      });
      expect(await errorOf(record, endless(cleaned))).toMatchObject({ path: 'An item' });
      while (Atomics.load(cleaned, 0) === 0) await pool.do(() => 'a turn');
    }));
});

describe('a task that asks its pool for what cannot travel', () => {
  it('is refused where it asks, and no other task is', () =>
    expectInvariants(pool, async (record) => {
      const asking = pool.task(async function (this: unknown) {
        try {
          return await (this as WorkerTask).do((n: unknown) => n, { f: () => 1 });
        } catch (error) {
          return (error as { path: string }).path;
        }
      });
      expect((await record(asking())).items).toEqual(['args[0].f']);
    }));
});

describe('a task that throws an error with what cannot travel in it', () => {
  it('fails with that error, and with text that names the path where it was', () =>
    expectInvariants(pool, async (record) => {
      const failing = pool.task(() => {
        throw Object.assign(new TypeError('it'), { a: 1, deep: { on: [() => 1] }, weak: new WeakMap() });
      });
      const error = await errorOf(record, failing());
      expect(error).toBeInstanceOf(TypeError);
      expect(error['a']).toBe(1);
      expect(JSON.stringify(error['deep'])).toContain('deep.on[0]: a function without a name cannot be cloned');
      expect(error['weak']).toContain('weak: a WeakMap');
    }));

  it('fails with that error without the socket in it', () =>
    expectInvariants(pool, async (record) => {
      const error = await errorOf(record, pool.task({ url: thingsOfNode, name: 'throwWithSocket' })());
      expect(error).toMatchObject({ message: 'lost', code: 'E_LOST' });
      expect(error['socket']).toContain('a Socket');
    }));
});
