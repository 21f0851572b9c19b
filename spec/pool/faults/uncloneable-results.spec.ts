/** Results, items and errors that structured clone refuses. */
import { AsyncList } from 'sluice';
import { TransferError, WorkerPool, type WorkerTask } from 'sluice/pool';
import { errorOf, expectInvariants, expectInvariantsAndClose } from './pool-invariants';

const pool = new WorkerPool({ size: 1 });
const thingsOfNode = require.resolve('./node-objects.cjs');
afterAll(() => expectInvariantsAndClose(pool, () => undefined));

/** Counts the calls on one thread, to tell threads apart. */
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

describe('a task that returns a value that cannot be cloned', () => {
  it.each(made)('fails with an error that names the task, the path and the value: %s', (_, make, path, what) =>
    expectInvariants(pool, async (record) => {
      const error = await errorOf(record, pool.task(make, { name: 'maker' })());
      expect(error).toBeInstanceOf(TransferError);
      expect(error.message).toContain('"maker"');
      expect(error['path']).toContain(path);
      expect(error.message).toContain(what);
    }),
  );

  it('fails if a getter throws', () =>
    expectInvariants(pool, async (record) => {
      const broken = pool.task(() => ({
        get a() {
          throw new Error('no a');
        },
      }));
      expect(await errorOf(record, broken())).toMatchObject({ path: 'The result.a' });
    }));

  it('fails with the path to a socket', () =>
    expectInvariants(pool, async (record) => {
      const error = await errorOf(record, pool.task({ url: thingsOfNode, name: 'returnSocket' })());
      expect(error).toBeInstanceOf(TransferError);
      expect(error.message).toContain('a Socket at The result.deep[0]');
    }));

  it('fails alone: the other results of its batch arrive at their tasks', () =>
    expectInvariants(pool, async () => {
      const odd = (n: number): unknown => (n % 2 === 0 ? n : { n, f: () => n });
      const jobs = Array.from({ length: 100 }, (_, n) => pool.do(odd, n));
      const results = await Promise.allSettled(jobs);
      results.forEach((result, n) => {
        if (n % 2 === 0) expect(result).toEqual({ status: 'fulfilled', value: n });
        else expect(result).toMatchObject({ status: 'rejected', reason: { path: 'The result.f', task: 'odd' } });
      });
    }));

  it('keeps its thread', () =>
    expectInvariants(pool, async () => {
      const before = await pool.do(countOfCalls);
      await expect(pool.do(() => () => 1)).rejects.toBeInstanceOf(TransferError);
      expect(await pool.do(countOfCalls)).toBe(before + 1);
    }));
});

describe('a stream with an item that cannot be cloned', () => {
  it('emits the items before it, then fails, and does not end the next task', () =>
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

  it('is stopped and cleans up, also if it is endless', () =>
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

describe('a nested call with an argument that cannot be cloned', () => {
  it('throws in the task, and affects no other task', () =>
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

describe('a task that throws an error with a field that cannot be cloned', () => {
  it('fails with that error, with a text in place of the field that names its path', () =>
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
