/**
 * Row 38: tasks that wait for other tasks of their own pool, deeper and more of them than there are threads.
 */
import { WorkerPool, type WorkerTask } from 'sluice/pool';
import { errorOf, expectInvariants } from './pool-invariants';

/** A copy of itself goes along, as source, since what is sent knows nothing around it. */
async function sumTo(this: WorkerTask, n: number, source: string): Promise<number> {
  const { runInThisContext } = process.getBuiltinModule('node:vm');
  if (n === 0) return 0;
  const again = runInThisContext(`(${source})`) as typeof sumTo;
  return n + (await this.do(again, n - 1, source));
}

/** A tree of tasks: each waits for `width` below it. */
async function leaves(this: WorkerTask, depth: number, width: number, source: string): Promise<number> {
  const { runInThisContext } = process.getBuiltinModule('node:vm');
  if (depth === 0) return 1;
  const again = runInThisContext(`(${source})`) as typeof leaves;
  const below: Promise<number>[] = [];
  for (let index = 0; index < width; index++) below.push(this.do(again, depth - 1, width, source));
  const counts = await Promise.all(below);
  return counts.reduce((sum, count) => sum + count, 0);
}

describe.each([1, 2])('tasks that wait for tasks of their own pool of size %d', (size) => {
  let pool: WorkerPool;
  beforeAll(() => (pool = new WorkerPool({ size, grace: 20 })));
  afterAll(() => pool.close({ force: true }));

  it('end, however deep they are', async () => {
    await expectInvariants(pool, async () => {
      expect(await pool.do(sumTo, 100, sumTo.toString())).toBe(5_050);
    });
  });

  it('end, however many they are', async () => {
    await expectInvariants(pool, async () => {
      expect(await pool.do(leaves, 4, 4, leaves.toString())).toBe(256);
    });
  });

  it('end, when as many are asked for at once as fill all threads many times', async () => {
    await expectInvariants(pool, async () => {
      const sums = await Promise.all(Array.from({ length: 20 }, (_, n) => pool.do(sumTo, n, sumTo.toString())));
      expect(sums).toEqual(Array.from({ length: 20 }, (_, n) => (n * (n + 1)) / 2));
    });
  });

  it('end while the host is blocked on them', () => {
    expect(pool.do(sumTo, 20, sumTo.toString()).block()).toBe(210);
  });

  it('fail with the failure of what they wait for, as it is', async () => {
    await expectInvariants(pool, async (record) => {
      const outer = pool.task(function (this: WorkerTask) {
        return this.do(() => {
          throw new RangeError('deep inside');
        });
      });
      expect(await errorOf(record, outer())).toMatchObject({ name: 'RangeError', message: 'deep inside' });
    });
  });

  it('are told of what cannot be sent back to them', async () => {
    await expectInvariants(pool, async (record) => {
      const outer = pool.task(function (this: WorkerTask) {
        return this.do(() => () => 1);
      });
      expect(await errorOf(record, outer())).toMatchObject({ code: 'SLUICE_TRANSFER' });
    });
  });

  it('may catch that the other has lost its thread, if it was not their own', async () => {
    await expectInvariants(pool, async (record) => {
      const outer = pool.task(async function (this: WorkerTask) {
        return this.do(() => process.exit(5)).catch((error: unknown) => (error as { code: string }).code);
      });
      const { items, isError, error } = await record(outer());
      // On one thread it takes along who waits for it.
      if (isError) expect(error).toMatchObject({ code: 'SLUICE_WORKER_CRASH', exitCode: 5 });
      else expect(items).toEqual(['SLUICE_WORKER_CRASH']);
    });
  });

  it('are cancelled without a trace', async () => {
    await expectInvariants(pool, async () => {
      const outer = pool.do(function (this: WorkerTask) {
        return this.do(() => new Promise<number>(() => undefined));
      });
      while (pool.stats.running < 2) await new Promise((resolve) => setImmediate(resolve));
      outer.cancel();
      await expect(outer).rejects.toMatchObject({ code: 'SLUICE_CANCELLED' });
    });
  });
});
