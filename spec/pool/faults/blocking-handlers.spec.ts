/** Handlers of pool events, of `drain` and of `close` that call the pool themselves. */
import { PoolClosedError } from 'sluice/pool';
import { waitForThreads, blockOn, poolFixture, ignore, blockThread } from './pool-fixture';
import { expectInvariants } from './pool-invariants';
import { sharedNumbers, waitUntil } from '../../support/shared-memory';

const poolOf = poolFixture();
const endless = (began: Int32Array): void => {
  Atomics.add(began, 0, 1);
  for (;;);
};

describe('a handler of spawn events', () => {
  it('may block, and the number of threads stays correct', async () => {
    const pool = poolOf({ size: 3 });
    let got: unknown;
    pool.events$.subscribe(({ type }) => {
      if (type === 'spawn') got ??= blockOn(pool.do(() => 1));
    });
    await expectInvariants(pool, () => waitForThreads(pool));
    expect(got).toBe(1);
    expect(pool.stats.threads).toBe(3);
  });

  it('may change the size, and the number of threads follows', async () => {
    const pool = poolOf({ size: 3 });
    let isFirst = true;
    pool.events$.subscribe(({ type }) => {
      if (type !== 'spawn' || !isFirst) return;
      isFirst = false;
      pool.size = 1;
    });
    await expectInvariants(pool, () => pool.do(() => 1), { min: 1, max: 1 });
  });

  it('may close the pool, and all tasks fail with a PoolClosedError', async () => {
    const pool = poolOf({ size: 3 });
    let closing: PromiseLike<void> | undefined;
    pool.events$.subscribe(({ type }) => {
      if (type === 'spawn') closing ??= pool.close({ force: true });
    });
    await expect(pool.do(() => 1)).rejects.toThrow(PoolClosedError);
    await closing;
    expect(pool.stats.threads).toBe(0);
  });
});

describe('a handler of the drain that blocks', () => {
  it('does not keep the value from other subscribers', async () => {
    const pool = poolOf({ size: 1 });
    const other = poolOf({ size: 1 });
    await Promise.all([waitForThreads(pool), waitForThreads(other)]);
    const job = pool.do(() => 1);
    let got: unknown;
    pool.drain().subscribe(() => (got = blockOn(other.do(blockThread, 100))));
    await Promise.all([job, pool.drain()]);
    await pool.close();
    expect(got).toBe(100);
  });

  it('does not keep the pool from closing', async () => {
    const pool = poolOf({ size: 1 });
    const other = poolOf({ size: 1 });
    await Promise.all([waitForThreads(pool), waitForThreads(other)]);
    const job = pool.do(() => 1);
    let got: unknown;
    pool.drain().subscribe(() => (got = blockOn(other.do(blockThread, 200))));
    await Promise.all([pool.close(), job]);
    expect(got).toBe(200);
    expect(pool.stats.threads).toBe(0);
  });
});

describe('a pool that is closed by force', () => {
  it('notifies each subscriber, whatever another one does meanwhile', async () => {
    const pool = poolOf({ size: 2, grace: 30 });
    const other = poolOf({ size: 1 });
    await Promise.all([waitForThreads(pool), waitForThreads(other)]);
    const began = sharedNumbers(1);
    const names: string[] = [];
    const call = pool.task(endless)(began);
    call.subscribe({
      error: (error: unknown) => {
        names.push((error as Error).name);
        blockOn(other.do(blockThread, 100));
      },
    });
    call.subscribe({ error: (error: unknown) => names.push((error as Error).name) });
    await waitUntil(() => began[0] === 2);
    await pool.close({ force: true });
    expect(names).toEqual(['PoolClosedError', 'PoolClosedError']);
  });

  it('fails the task on which an error handler blocks', async () => {
    const pool = poolOf({ size: 2, grace: 30 });
    await waitForThreads(pool);
    const began = sharedNumbers(1);
    const [one, two] = [pool.do(endless, began), pool.do(endless, began)];
    let got: unknown;
    one.subscribe({ error: () => (got = blockOn(two)) });
    two.subscribe({ error: ignore });
    await waitUntil(() => began[0] === 2);
    await pool.close({ force: true });
    expect(got).toBe('PoolClosedError');
  });

  it('by the subscriber of an evicted task fails the task that took its place, and closes', async () => {
    const pool = poolOf({ size: 1, maxQueue: 1, overflow: 'evict' });
    await waitForThreads(pool);
    pool.do(blockThread, 200).subscribe({ error: ignore });
    await waitUntil(() => pool.stats.running === 1);
    let closing: PromiseLike<void> | undefined;
    pool.do(blockThread, 1).subscribe({ error: () => void (closing = pool.close({ force: true })) });
    const ends = await Promise.allSettled([pool.do(blockThread, 2), pool.do(blockThread, 3)]);
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await closing;
    expect(pool.stats).toMatchObject({ threads: 0, queued: 0, running: 0 });
  });
});

it('this thread may block until the pool is drained, and until it is closed', async () => {
  const pool = poolOf({ size: 1 });
  const job = pool.do(blockThread, 50);
  expect(blockOn(pool.drain())).toBeUndefined();
  expect(await job).toBe(50);
  expect(blockOn(pool.close())).toBeUndefined();
  expect(pool.stats.threads).toBe(0);
});
