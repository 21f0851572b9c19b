/**
 * The time limits of a pool while dates and timers are faked.
 */
import { TaskTimeoutError } from 'sluice';
import { WorkerPool } from 'sluice/pool';

const { now: genuineNow } = Date;

afterEach(() => {
  Date.now = genuineNow;
  jest.useRealTimers();
});

describe('a pool', () => {
  it('ends a block at its time limit while Date.now() stands still', async () => {
    const pool = new WorkerPool({ size: 1 });
    Date.now = () => 1_000;
    const job = pool.do((n: number) => {
      while (n > 0);
      return n;
    }, 1);
    expect(job.get(50)).toBeUndefined();
    expect(() => job.block(50)).toThrow(TaskTimeoutError);
    job.cancel();
    await pool.close();
  });

  it('runs tasks while fake timers of jest are installed', async () => {
    const pool = new WorkerPool({ size: 1 });
    jest.useFakeTimers();
    await expect(pool.do((n: number) => n + 1, 1)).resolves.toBe(2);
    jest.useRealTimers();
    await pool.close();
  });
});
