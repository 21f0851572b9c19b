/** Thenables that settle twice, throw or never settle; and stack overflows. */
import { TaskTimeoutError } from 'sluice';
import { WorkerPool } from 'sluice/pool';
import { errorOf, expectInvariants, expectInvariantsAndClose } from './pool-invariants';

const pool = new WorkerPool({ size: 1, grace: 20 });
afterAll(() => expectInvariantsAndClose(pool, () => undefined));

type Settle = (value?: unknown) => void;

describe('a task that returns a thenable', () => {
  it('has the value that the thenable settles with first', () =>
    expectInvariants(pool, async (record) => {
      const fickle = pool.task(() => ({
        then(resolve: Settle, reject: Settle) {
          resolve('first');
          reject(new Error('second'));
          resolve('third');
          throw new Error('fourth');
        },
      }));
      expect((await record(fickle())).items).toEqual(['first']);
      const refusing = pool.task(() => ({
        then(resolve: Settle, reject: Settle) {
          reject(new Error('first'));
          resolve('second');
        },
      }));
      expect((await errorOf(record, refusing())).message).toBe('first');
    }));

  it('fails if `then` throws, or reading it does', () =>
    expectInvariants(pool, async (record) => {
      const throwing = pool.task(() => ({
        then() {
          throw new Error('in then');
        },
      }));
      expect((await errorOf(record, throwing())).message).toBe('in then');
      const hidden = pool.task(() => ({
        get then() {
          throw new Error('no then');
        },
      }));
      expect((await errorOf(record, hidden())).message).toBe('no then');
    }));

  it('has the value of a thenable within a thenable', () =>
    expectInvariants(pool, async (record) => {
      const nested = pool.task(() => ({
        then(resolve: Settle) {
          resolve({ then: (inner: Settle) => inner(7) });
        },
      }));
      expect((await record(nested())).items).toEqual([7]);
    }));

  it('fails with a TaskTimeoutError if the thenable never settles, and its thread runs the next task', () =>
    expectInvariants(pool, async (record) => {
      const never = pool.task(() => ({ then() {} }), { name: 'never', timeout: 50 });
      expect(await errorOf(record, never())).toBeInstanceOf(TaskTimeoutError);
    }));

  it('does not keep the pool from closing by force', async () => {
    const other = new WorkerPool({ size: 1 });
    const job = other.do(() => new Promise(() => undefined));
    const recorded = expect(job).rejects.toMatchObject({ code: 'SLUICE_POOL_CLOSED' });
    await other.close({ force: true });
    await recorded;
  });
});

describe('a task whose stack overflows', () => {
  it('fails with a RangeError, and its thread lives', () =>
    expectInvariants(pool, async (record) => {
      const threadOf = (): number => {
        const kept = globalThis as { mark?: number };
        return (kept.mark ??= Math.random());
      };
      const before = await pool.do(threadOf);
      const deep = pool.task(() => {
        const down = (n: number): number => 1 + down(n + 1);
        return down(0);
      });
      const error = await errorOf(record, deep());
      expect(error).toBeInstanceOf(RangeError);
      expect(error.message).toContain('call stack');
      expect(await pool.do(threadOf)).toBe(before);
    }));

  it('fails in the same way in a stream, in a promise, and with a result that is too deep to be sent', () =>
    expectInvariants(pool, async (record) => {
      const inStream = pool.task(function* () {
        yield 1;
        const down = (n: number): number => 1 + down(n + 1);
        yield down(0);
      });
      const { items, error } = await record(inStream());
      expect(items).toEqual([1]);
      expect(error).toBeInstanceOf(RangeError);
      const inPromise = pool.task(async () => {
        await Promise.resolve();
        const down = (n: number): number => 1 + down(n + 1);
        return down(0);
      });
      expect(await errorOf(record, inPromise())).toBeInstanceOf(RangeError);
      const tooDeep = pool.task(() => {
        let list: unknown[] = [];
        for (let count = 0; count < 100_000; count++) list = [list];
        return list;
      });
      await errorOf(record, tooDeep());
    }));
});
