/**
 * Tasks that wait for nested calls on their own pool, which are deeper and more than the threads of the pool.
 */
import { WorkerPool, type WorkerTask } from 'sluice/pool';
import { errorOf, expectInvariants } from './pool-invariants';

/** The function gets its own source as an argument, because a sent function has no access to its scope. */
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

describe.each([1, 2])('tasks that wait for nested calls on their own pool of size %d', (size) => {
  let pool: WorkerPool;
  beforeAll(() => (pool = new WorkerPool({ size, grace: 20 })));
  afterAll(() => pool.close({ force: true }));

  it('end at any depth', async () => {
    await expectInvariants(pool, async () => {
      expect(await pool.do(sumTo, 100, sumTo.toString())).toBe(5_050);
    });
  });

  it('end in any number', async () => {
    await expectInvariants(pool, async () => {
      expect(await pool.do(leaves, 4, 4, leaves.toString())).toBe(256);
    });
  });

  it('end when one task makes more nested calls than fit all threads', async () => {
    await expectInvariants(pool, async () => {
      const sums = await Promise.all(Array.from({ length: 20 }, (_, n) => pool.do(sumTo, n, sumTo.toString())));
      expect(sums).toEqual(Array.from({ length: 20 }, (_, n) => (n * (n + 1)) / 2));
    });
  });

  it('end while the host blocks on them', () => {
    expect(pool.do(sumTo, 20, sumTo.toString()).block()).toBe(210);
  });

  it('fail with the unchanged error of the nested call', async () => {
    await expectInvariants(pool, async (record) => {
      const outer = pool.task(function (this: WorkerTask) {
        return this.do(() => {
          throw new RangeError('deep inside');
        });
      });
      expect(await errorOf(record, outer())).toMatchObject({ name: 'RangeError', message: 'deep inside' });
    });
  });

  it('get a TransferError for a nested result that cannot be sent', async () => {
    await expectInvariants(pool, async (record) => {
      const outer = pool.task(function (this: WorkerTask) {
        return this.do(() => () => 1);
      });
      expect(await errorOf(record, outer())).toMatchObject({ code: 'SLUICE_TRANSFER' });
    });
  });

  it('can catch the WorkerCrashError of a nested call on another thread', async () => {
    await expectInvariants(pool, async (record) => {
      const outer = pool.task(async function (this: WorkerTask) {
        return this.do(() => process.exit(5)).catch((error: unknown) => (error as { code: string }).code);
      });
      const { items, isError, error } = await record(outer());
      // With one thread, the nested call and the task that waits for it crash together.
      if (isError) expect(error).toMatchObject({ code: 'SLUICE_WORKER_CRASH', exitCode: 5 });
      else expect(items).toEqual(['SLUICE_WORKER_CRASH']);
    });
  });

  it('can be cancelled, and leave no task behind', async () => {
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
