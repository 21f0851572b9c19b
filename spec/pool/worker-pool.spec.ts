/**
 * The options of a pool, its size, its threads, its numbers and its events.
 */
import { firstValueFrom, toArray } from 'rxjs';
import { WorkerPool, type WorkerPoolConfig } from 'sluice/pool';
import { thrownBy } from '../support/recording-observer';
import { nextTurn } from '../support/recording-observer';
import { poolFixture } from './faults/pool-fixture';
import { eventOf } from './faults/pool-invariants';

const poolOf = poolFixture();

/** Blocks its thread until `others` tasks run at the same time. */
const meet = (met: Int32Array, others: number): boolean => {
  Atomics.add(met, 0, 1);
  Atomics.notify(met, 0);
  for (let seen = Atomics.load(met, 0); seen < others; seen = Atomics.load(met, 0)) Atomics.wait(met, 0, seen);
  return true;
};

const meetingOf = (): Int32Array => new Int32Array(new SharedArrayBuffer(4));

describe('an invalid config', () => {
  const count = 'to be a whole number, 0 or more; got';
  const countOrInfinity = 'to be a whole number, 0 or more, or Infinity; got';
  const ms = 'to be a number of ms, 0 or more; got';

  it.each([
    [{ size: -1 }, `WorkerPool: expected \`size\` ${count} -1 (number).`],
    [{ size: 1.5 }, `WorkerPool: expected \`size\` ${count} 1.5 (number).`],
    [{ size: NaN }, `WorkerPool: expected \`size\` ${count} NaN (number).`],
    [{ size: Infinity }, `WorkerPool: expected \`size\` ${count} Infinity (number).`],
    [{ size: '4' }, `WorkerPool: expected \`size\` ${count} "4" (string).`],
    [{ size: null }, `WorkerPool: expected \`size\` ${count} null (object).`],
    [{ min: -1 }, `WorkerPool: expected \`min\` ${count} -1 (number).`],
    [{ max: '2' }, `WorkerPool: expected \`max\` ${count} "2" (string).`],
    [{ min: 3, max: 2 }, 'WorkerPool: expected `max` to be min (3) or more; got 2 (number).'],
    [{ size: 2, max: 2 }, 'WorkerPool: expected either `size`, or `min` and `max`; got both.'],
    [{ size: 2, min: 2 }, 'WorkerPool: expected either `size`, or `min` and `max`; got both.'],
    [{ idleTimeout: -1 }, `WorkerPool: expected \`idleTimeout\` ${ms} -1 (number).`],
    [{ idleTimeout: '1s' }, `WorkerPool: expected \`idleTimeout\` ${ms} "1s" (string).`],
    [{ taskTimeout: NaN }, `WorkerPool: expected \`taskTimeout\` ${ms} NaN (number).`],
    [{ grace: true }, `WorkerPool: expected \`grace\` ${ms} true (boolean).`],
    [{ maxQueue: -Infinity }, `WorkerPool: expected \`maxQueue\` ${countOrInfinity} -Infinity (number).`],
    [{ maxQueue: 0.5 }, `WorkerPool: expected \`maxQueue\` ${countOrInfinity} 0.5 (number).`],
    [{ overflow: 'drop' }, `WorkerPool: expected \`overflow\` to be 'reject' or 'evict'; got "drop" (string).`],
    [{ name: 5 }, 'WorkerPool: expected `name` to be a string; got 5 (number).'],
    [{ resourceLimits: 64 }, 'WorkerPool: expected `resourceLimits` to be an object of numbers; got 64 (number).'],
    [
      { env: ['PATH=/'] },
      'WorkerPool: expected `env` to be an object of strings, or SHARE_ENV; got ["PATH=/"] (object).',
    ],
    [{ resourceLimits: [] }, 'WorkerPool: expected `resourceLimits` to be an object of numbers; got [] (object).'],
    [{ env: 'PATH=/' }, 'WorkerPool: expected `env` to be an object of strings, or SHARE_ENV; got "PATH=/" (string).'],
    [
      { execArgv: '--no-warnings' },
      'WorkerPool: expected `execArgv` to be an array of strings; got "--no-warnings" (string).',
    ],
    [{ execArgv: [1] }, 'WorkerPool: expected `execArgv` to be an array of strings; got [1] (object).'],
    [
      { init: 'setUp' },
      'WorkerPool: init: expected its function to be a function, or a reference { url, name } to one; got',
    ],
  ])('%p names the option, what it must be, and what it got', (config, message) => {
    const error = thrownBy(() => new WorkerPool(config as WorkerPoolConfig));
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toContain(message);
  });

  it.each([null, 4, 'four'])('%p is refused as a config', (config) => {
    expect(() => new WorkerPool(config as unknown as WorkerPoolConfig)).toThrow(
      /^WorkerPool: expected its config to be an object of options; got/,
    );
  });

  it('invalid values are also refused for size, for tasks and for close', () => {
    const pool = poolOf({ size: 0 });
    expect(() => (pool.size = -1)).toThrow(`WorkerPool: expected \`size\` ${count} -1 (number).`);
    expect(() => pool.task(() => 1, { timeout: -1 })).toThrow(
      `WorkerPool.task: expected \`timeout\` ${ms} -1 (number).`,
    );
    expect(() => pool.task(() => 1, { name: 7 as unknown as string })).toThrow(
      'WorkerPool.task: expected `name` to be a string',
    );
    expect(() => pool.task(() => 1, { signal: {} as AbortSignal })).toThrow(
      'expected `signal` to be an AbortSignal; got {}',
    );
    expect(() => pool.close({ timeout: NaN })).toThrow(`WorkerPool.close: expected \`timeout\` ${ms} NaN (number).`);
    expect(() => pool.close({ force: 1 as unknown as boolean })).toThrow(
      'expected `force` to be true or false; got 1 (number).',
    );
    expect(pool.size).toBe(0);
  });
});

describe('the threads of a pool', () => {
  it('are one fewer than the cores of the machine, and at least one', () => {
    const pool = poolOf({ idleTimeout: Infinity });
    expect(pool.size).toBeGreaterThanOrEqual(1);
  });

  it('are started with the pool, as many as its size', async () => {
    const pool = poolOf({ size: 2 });
    await nextTurn();
    expect(pool.stats.threads).toBe(2);
  });

  it('are `min` at first, and up to `max` when there is work', async () => {
    const pool = poolOf({ min: 1, max: 2 });
    await nextTurn();
    expect(pool.stats.threads).toBe(1);
    const met = meetingOf();
    const both = [pool.do(meet, met, 2), pool.do(meet, met, 2)];
    expect(await Promise.all(both)).toEqual([true, true]);
    expect(pool.stats.threads).toBe(2);
  });

  it('are none at first if `min` is 0', async () => {
    const pool = poolOf({ max: 1 });
    await nextTurn();
    expect(pool.stats.threads).toBe(0);
    expect(await pool.do(() => 'run')).toBe('run');
    expect(pool.stats.threads).toBe(1);
  });

  it('beyond min end when they have been idle for idleTimeout', async () => {
    const pool = poolOf({ min: 1, max: 2, idleTimeout: 20 });
    const met = meetingOf();
    await Promise.all([pool.do(meet, met, 2), pool.do(meet, met, 2)]);
    expect(await eventOf(pool, 'exit')).toMatchObject({ type: 'exit', kind: 'killed' });
    expect(pool.stats.threads).toBe(1);
    expect(await pool.do(() => 'still there')).toBe('still there');
  });

  it('do not end if idleTimeout is Infinity, or if they are within `min`', async () => {
    const [stays, least] = [poolOf({ max: 1, idleTimeout: Infinity }), poolOf({ min: 1, max: 1, idleTimeout: 0 })];
    await Promise.all([stays.do(() => 1), least.do(() => 1)]);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect([stays.stats.threads, least.stats.threads]).toEqual([1, 1]);
  });
});

describe('the size of a pool', () => {
  it('can be raised while tasks wait, which then run at once', async () => {
    const pool = poolOf({ size: 1 });
    const met = meetingOf();
    const jobs = [1, 2, 3].map(() => pool.do(meet, met, 3));
    pool.size = 3;
    expect(await Promise.all(jobs)).toEqual([true, true, true]);
    expect(pool.size).toBe(3);
    expect(pool.stats.threads).toBe(3);
  });

  it('can be lowered while tasks run, which continue', async () => {
    const pool = poolOf({ size: 2 });
    const met = meetingOf();
    const jobs = [1, 2].map(() => pool.do(meet, met, 3));
    while (Atomics.load(met, 0) < 2) await nextTurn();
    pool.size = 1;
    Atomics.add(met, 0, 1);
    Atomics.notify(met, 0);
    expect(await Promise.all(jobs)).toEqual([true, true]);
    expect(await pool.do(() => 'next')).toBe('next');
    expect(pool.stats.threads).toBe(1);
  });

  it('of 0, set while tasks run, ends each thread after its task', async () => {
    const pool = poolOf({ size: 1 });
    const met = meetingOf();
    const running = pool.do(meet, met, 2);
    while (Atomics.load(met, 0) < 1) await nextTurn();
    const parked = pool.do(() => 'parked');
    pool.size = 0;
    Atomics.add(met, 0, 1);
    Atomics.notify(met, 0);
    expect(await running).toBe(true);
    while (pool.stats.threads > 0) await nextTurn();
    expect(pool.stats.queued).toBe(1);
    pool.size = 1;
    expect(await parked).toBe('parked');
  });
});

describe('stats', () => {
  it('count waiting and running tasks, and ended ones by outcome', async () => {
    const pool = poolOf({ size: 1 });
    const met = meetingOf();
    const first = pool.do(meet, met, 2);
    while (Atomics.load(met, 0) < 1) await nextTurn();
    const failing = pool.do((): number => {
      throw new RangeError('no');
    });
    const left = pool
      .task(() => 'never run')()
      .subscribe();
    await nextTurn();
    expect(pool.stats).toMatchObject({
      threads: 1,
      idle: 0,
      queued: 2,
      running: 1,
      completed: 0,
      failed: 0,
      cancelled: 0,
    });
    left.unsubscribe();
    Atomics.add(met, 0, 1);
    Atomics.notify(met, 0);
    await first;
    await expect(failing).rejects.toThrow('no');
    await nextTurn();
    expect(pool.stats).toMatchObject({
      threads: 1,
      idle: 1,
      queued: 0,
      running: 0,
      completed: 1,
      failed: 1,
      cancelled: 1,
    });
  });
});

describe('events$', () => {
  it('has an event for the start and the end of each thread, and completes with the pool', async () => {
    const pool = poolOf({ size: 1 });
    const events = firstValueFrom(pool.events$.pipe(toArray()));
    await pool.do(() => 1);
    await pool.close();
    expect(await events).toEqual([
      { type: 'spawn', thread: 1 },
      { type: 'exit', thread: 1, kind: 'killed', exitCode: undefined, error: undefined },
    ]);
  });

  it('has the exit code of a thread that exits', async () => {
    const pool = poolOf({ size: 1 });
    const exit = eventOf(pool, 'exit');
    await expect(pool.do(() => process.exit(3))).rejects.toMatchObject({ code: 'SLUICE_WORKER_CRASH', exitCode: 3 });
    expect(await exit).toMatchObject({ kind: 'exit', exitCode: 3 });
  });
});

describe('init', () => {
  it('runs in each thread before its first task', async () => {
    const pool = poolOf({
      size: 1,
      init: () => {
        (globalThis as { prepared?: string }).prepared = 'by init';
      },
    });
    expect(await pool.do(() => (globalThis as { prepared?: string }).prepared)).toBe('by init');
  });
});
