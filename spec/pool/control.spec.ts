/** What controls a pool: readiness, broadcasts, replacement of threads, concurrency of a thread, priorities, and its figures. */
import { lastValueFrom, toArray } from 'rxjs';
import { AsyncValue } from 'sluice';
import { WorkerPool, type PoolEvent, type WorkerTask } from 'sluice/pool';
import { metrics, trace$ } from 'sluice/trace';
import { sharedNumbers, waitUntil } from '../support/shared-memory';
import { sleep } from '../support/sleep';
import { blockThread, poolFixture, settle } from './faults/pool-fixture';

const makePool = poolFixture();
const threadId = (): number =>
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- what a thread is sent imports nothing else
  (require('node:worker_threads') as typeof import('node:worker_threads')).threadId;

describe('pool.ready', () => {
  it('is set when all threads can take tasks', async () => {
    const pool = makePool({ size: 2 });
    expect(pool.stats.idle).toBe(0);
    const { ready } = pool;
    expect(ready).toBeInstanceOf(AsyncValue);
    await ready;
    expect(pool.stats.idle).toBe(2);
    expect(pool.ready.isSet).toBe(true);
  });

  it('waits for `init`', async () => {
    const pool = makePool({ size: 1, init: () => blockThread(30) && undefined });
    await expect(settle(pool.ready)).resolves.toBeDefined();
  });

  it('can be blocked on', () => {
    const pool = makePool({ size: 1 });
    pool.ready.block();
    expect(pool.stats.idle).toBe(1);
  });

  it.each([{ size: 0 }, { min: 0, max: 2 }])('is set for a pool that keeps no thread: %j', async (size) => {
    expect(await settle(makePool(size).ready)).toBeUndefined();
  });

  it('fails with the error of threads that do not start', async () => {
    const pool = makePool({
      size: 1,
      init: () => {
        throw new RangeError('no database');
      },
    });
    expect(await settle(pool.ready)).toMatchObject({ name: 'WorkerStartError', cause: { message: 'no database' } });
  });

  it('fails if the pool is closed before', async () => {
    const pool = makePool({ size: 1 });
    const { ready } = pool;
    void pool.close();
    expect(await settle(ready)).toMatchObject({ name: 'PoolClosedError' });
  });
});

describe('pool.stats', () => {
  it('measures how long tasks wait and run, and how busy the threads are', async () => {
    const pool = makePool({ size: 1 });
    await pool.ready;
    await Promise.all([1, 2, 3].map(() => pool.do(blockThread, 40)));
    const { utilization, waitTime, runTime } = pool.stats;
    expect(runTime).toMatchObject({ count: 3 });
    expect(runTime.p50).toBeGreaterThan(30);
    expect(waitTime).toMatchObject({ count: 3 });
    expect(waitTime.max).toBeGreaterThan(60);
    expect(waitTime.min).toBeLessThan(40);
    expect(utilization).toBeGreaterThan(0.1);
    expect(utilization).toBeLessThanOrEqual(1);
  });

  it('is zero for a pool without work', () => {
    expect(makePool({ size: 1 }).stats).toMatchObject({
      utilization: 0,
      waitTime: { count: 0, p50: undefined },
      runTime: { count: 0, p50: undefined },
    });
  });

  it('counts all of many tiny tasks', async () => {
    const pool = makePool({ size: 1 });
    await Promise.all(Array.from({ length: 1_000 }, (_, n) => pool.do((value: number) => value, n)));
    const { waitTime, runTime } = pool.stats;
    expect(runTime.count).toBe(1_000);
    expect(waitTime.count).toBe(1_000);
  });

  it('counts the waits that metrics() of the trace counts', async () => {
    const counted = metrics();
    const tracing = trace$.subscribe(counted);
    const pool = makePool({ size: 1, name: 'measured' });
    await Promise.all([1, 2].map(() => pool.do(blockThread, 20)));
    tracing.unsubscribe();
    const { queued, ran } = counted.snapshot().pools['measured'] ?? {};
    const { waitTime, runTime } = pool.stats;
    expect([waitTime.count, runTime.count]).toEqual([queued?.count, ran?.count]);
    expect(Math.abs((waitTime.max ?? 0) - (queued?.max ?? 0))).toBeLessThan(20);
  });
});

describe('pool.broadcast', () => {
  it('runs once on every thread, also on those that are starting', async () => {
    const pool = makePool({ size: 3 });
    const ids = await pool.broadcast(threadId);
    expect(new Set(ids).size).toBe(3);
    expect(pool.stats.completed).toBe(3);
  });

  it('passes its arguments, and awaits them', async () => {
    const pool = makePool({ size: 2 });
    const value = new AsyncValue<number>();
    const sums = pool.broadcast((a: number, b: number) => a + b, value, 2);
    value.set(40);
    expect(await sums).toEqual([42, 42]);
  });

  it('runs on a busy thread after its task, and on no other thread instead', async () => {
    const pool = makePool({ size: 2 });
    await pool.ready;
    const busy = [pool.do(blockThread, 60), pool.do(blockThread, 20)];
    const more = Array.from({ length: 20 }, () => pool.do(() => 0));
    const ids = await pool.broadcast(threadId);
    expect(new Set(ids).size).toBe(2);
    await Promise.all([...busy, ...more]);
  });

  it('fails with the error of a thread', async () => {
    const pool = makePool({ size: 2 });
    const fail = (): never => {
      throw new RangeError('no');
    };
    expect(await settle(pool.broadcast(fail))).toMatchObject({ name: 'RangeError', message: 'no' });
  });

  it('has no result for a pool without threads', async () => {
    expect(await makePool({ min: 0, max: 2 }).broadcast(threadId)).toEqual([]);
  });

  it('fails on a closed pool', async () => {
    const pool = makePool({ size: 1 });
    await pool.close();
    expect(await settle(pool.broadcast(threadId))).toMatchObject({ name: 'PoolClosedError' });
  });

  it('runs on future threads before their tasks, if that is asked for', async () => {
    const pool = makePool({ size: 1 });
    const set = (level: string): void => {
      (globalThis as { level?: string }).level = level;
    };
    const read = pool.task(() => (globalThis as { level?: string }).level);
    await pool.broadcast({ futureThreads: true }, set, 'debug');
    pool.size = 3;
    const levels = await Promise.all(Array.from({ length: 12 }, () => read()));
    expect(new Set(levels)).toEqual(new Set(['debug']));
    await settle(pool.do(() => process.exit(1)));
    expect(await read()).toBe('debug');
  });

  it('does not run on future threads by default, nor after the abort of its signal', async () => {
    const pool = makePool({ size: 1 });
    const count = sharedNumbers(2);
    const increment = (numbers: Int32Array, index: number): void => void Atomics.add(numbers, index, 1);
    const controller = new AbortController();
    await pool.broadcast(increment, count, 0);
    await pool.broadcast({ futureThreads: true, signal: controller.signal }, increment, count, 1);
    controller.abort();
    pool.size = 2;
    await pool.ready;
    expect([...count]).toEqual([1, 1]);
  });

  it.each<readonly [string, () => unknown]>([
    [
      'throws',
      () => {
        throw new RangeError('no');
      },
    ],
    ['exits', () => process.exit(4)],
  ])('backs off, and starts no threads without end, if the function %s on each future thread', async (_, fail) => {
    const pool = makePool({ size: 1 });
    const spawned: PoolEvent[] = [];
    pool.events$.subscribe((event) => event.type === 'spawn' && spawned.push(event));
    await settle(pool.broadcast({ futureThreads: true }, fail));
    await settle(pool.do(() => process.exit(1)));
    expect(await settle(pool.do(() => 1))).toMatchObject({ name: 'WorkerStartError' });
    await sleep(300);
    expect(spawned.length).toBeLessThanOrEqual(5);
  });

  it('leaves a future thread as it is when its signal aborts a call there', async () => {
    const pool = makePool({ size: 1 });
    const reached = sharedNumbers(1);
    const faults: PoolEvent[] = [];
    pool.events$.subscribe((event) => event.type === 'fault' && faults.push(event));
    const controller = new AbortController();
    const wait = async (numbers: Int32Array): Promise<void> => {
      if (Atomics.add(numbers, 0, 1) > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    };
    await pool.broadcast({ futureThreads: true, signal: controller.signal }, wait, reached);
    pool.size = 2;
    await waitUntil(() => reached[0] === 2);
    controller.abort();
    await pool.broadcast(threadId);
    expect(faults).toEqual([]);
  });

  it('fails with the error of `init` where no thread can start', async () => {
    const init = (): never => {
      throw new Error('no license server');
    };
    const pool = makePool({ size: 1, init });
    const expected = { name: 'WorkerStartError', cause: { message: 'no license server' } };
    for (let round = 0; round < 4; round++) expect(await settle(pool.broadcast(threadId))).toMatchObject(expected);
  });

  it('takes more calls at a time than a thread has slots', async () => {
    const pool = makePool({ size: 1 });
    await pool.ready;
    const broadcasts = Array.from({ length: 17_000 }, (_, n) => pool.broadcast((it: number) => it, n));
    expect((await Promise.all(broadcasts)).at(-1)).toEqual([16_999]);
  });

  it('runs on a thread that is about to be replaced, and does not count as one of its tasks', async () => {
    const pool = makePool({ size: 1, maxTasksPerThread: 1 });
    await pool.broadcast({ futureThreads: true }, threadId);
    for (let round = 0; round < 3; round++) {
      const job = pool.do(threadId);
      const alongside = new Promise<unknown>((resolve) => {
        job.subscribe({ next: () => resolve(settle(pool.broadcast(threadId))) });
      });
      expect([await job]).toEqual(await alongside);
    }
    expect(pool.stats).toMatchObject({ failed: 0 });
  });

  it('refuses invalid options and functions', () => {
    const pool = makePool({ size: 1 });
    expect(() => pool.broadcast({ futureThreads: 1 as never }, threadId)).toThrow('futureThreads');
    expect(() => pool.broadcast({ futureThread: true } as never, threadId)).toThrow(
      'unknown option "futureThread". Did you mean "futureThreads"?',
    );
    expect(() => pool.broadcast(7 as never)).toThrow(TypeError);
  });
});

describe('a thread that is replaced', () => {
  const exits = (pool: WorkerPool): PoolEvent[] => {
    const events: PoolEvent[] = [];
    pool.events$.subscribe((event) => event.type === 'exit' && events.push(event));
    return events;
  };

  it.each([1, 3, 10])('runs %d tasks and no more', async (maxTasksPerThread) => {
    const pool = makePool({ size: 1, maxTasksPerThread });
    const ids = await Promise.all(Array.from({ length: 20 }, () => pool.do(threadId)));
    const counts = new Map<number, number>();
    for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
    expect([...counts.values()].every((count) => count <= maxTasksPerThread)).toBe(true);
    expect(counts.size).toBe(Math.ceil(20 / maxTasksPerThread));
    expect(pool.stats).toMatchObject({ completed: 20, failed: 0 });
  });

  it('is not used up by a task that cannot be sent', async () => {
    const pool = makePool({ size: 1, maxTasksPerThread: 1 });
    const refused = pool.do((value: unknown) => value, (() => 1) as never);
    expect(await settle(refused)).toMatchObject({ name: 'TransferError' });
    expect(await settle(pool.do(() => 2))).toBe(2);
  });

  it('has ended its nested calls before', async () => {
    const pool = makePool({ size: 1, maxTasksPerThread: 1 });
    const outer = pool.do(async function (this: WorkerTask) {
      const inner = await this.do((n: number) => n + 1, 1);
      return this.do((n: number) => n + 1, inner);
    });
    expect(await settle(outer)).toBe(3);
  });

  it('has used more heap than its bound', async () => {
    const pool = makePool({ size: 1, maxHeapMbPerThread: 60 });
    const ended = exits(pool);
    const fill = pool.task((mb: number) => {
      const store = globalThis as { kept?: unknown[] };
      store.kept = Array.from({ length: mb * 8 }, () => new Array<number>(16_384).fill(0.5));
      return store.kept.length;
    });
    const first = await pool.do(threadId);
    expect(await fill(1)).toBe(8);
    expect(await pool.do(threadId)).toBe(first);
    expect(await fill(80)).toBe(640);
    expect(await pool.do(threadId)).not.toBe(first);
    await waitUntil(() => ended.length === 1);
    expect(pool.stats).toMatchObject({ failed: 0 });
  });

  it('is replaced after a stream, and not within it', async () => {
    const pool = makePool({ size: 1, maxTasksPerThread: 2 });
    const count = pool.task(function* () {
      for (let n = 0; n < 500; n++) yield n;
    });
    for (let round = 0; round < 4; round++) expect((await lastValueFrom(count().pipe(toArray()))).length).toBe(500);
  });

  it.each([0, -1, 1.5, NaN, '3'])('has a valid bound: maxTasksPerThread is not %p', (maxTasksPerThread) => {
    expect(() => new WorkerPool({ maxTasksPerThread: maxTasksPerThread as number })).toThrow('maxTasksPerThread');
  });
});

describe('concurrency', () => {
  const meet = async (numbers: Int32Array, count: number): Promise<number> => {
    Atomics.add(numbers, 0, 1);
    const end = Date.now() + 500;
    while (Atomics.load(numbers, 0) < count && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 1));
    return Atomics.load(numbers, 0);
  };

  it('lets one thread run several asynchronous tasks at a time', async () => {
    const pool = makePool({ size: 1, concurrency: 4 });
    const numbers = sharedNumbers(1);
    const results = await Promise.all(Array.from({ length: 4 }, () => pool.do(meet, numbers, 4)));
    expect(results).toEqual([4, 4, 4, 4]);
  });

  it('is one by default', async () => {
    const pool = makePool({ size: 1 });
    const numbers = sharedNumbers(1);
    expect(await Promise.all([1, 2].map(() => pool.do(meet, numbers, 2)))).toEqual([1, 2]);
  });

  it('never runs more tasks than its number', async () => {
    const pool = makePool({ size: 1, concurrency: 3 });
    const numbers = sharedNumbers(2);
    const count = pool.task(async (shared: Int32Array) => {
      const running = Atomics.add(shared, 0, 1) + 1;
      if (running > (shared[1] ?? 0)) shared[1] = running;
      await new Promise((resolve) => setTimeout(resolve, 2));
      Atomics.sub(shared, 0, 1);
    });
    await Promise.all(Array.from({ length: 30 }, () => count(numbers)));
    expect(numbers[1]).toBe(3);
  });

  it('spreads tasks over the threads first', async () => {
    const pool = makePool({ size: 2, concurrency: 2 });
    await pool.ready;
    const slow = pool.task(async () => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- what a thread is sent imports nothing else
      return (require('node:worker_threads') as typeof import('node:worker_threads')).threadId;
    });
    expect(new Set(await Promise.all([slow(), slow()])).size).toBe(2);
  });

  it('blames a task for what it throws outside of its promise', async () => {
    const pool = makePool({ size: 1, concurrency: 2 });
    await pool.ready;
    const innocent = settle(pool.do(() => new Promise((resolve) => setTimeout(resolve, 60, 'fine'))));
    const culprit = settle(
      pool.do(() => {
        setTimeout(() => {
          throw new RangeError('late');
        }, 5);
        return new Promise(() => undefined);
      }),
    );
    expect(await culprit).toMatchObject({ message: 'late' });
    expect(await innocent).toBe('fine');
  });

  it('fails all tasks that run on a thread that exits, and says that one of them may be innocent', async () => {
    const pool = makePool({ size: 1, concurrency: 2 });
    await pool.ready;
    const waits = settle(pool.do(() => new Promise(() => undefined)));
    await sleep(30);
    const exits = settle(pool.do(() => process.exit(3)));
    expect(await exits).toMatchObject({ name: 'WorkerCrashError', exitCode: 3, others: 1 });
    expect(await waits).toMatchObject({ name: 'WorkerCrashError', exitCode: 3, others: 1 });
    expect(((await waits) as Error).message).toMatch('1 other task');
  });

  it('does not count a crash against a call that ran beside others', async () => {
    const pool = makePool({ size: 1, concurrency: 2 });
    await pool.ready;
    const call = pool.task(() => new Promise(() => undefined))();
    for (let round = 0; round < 4; round++) {
      const beside = settle(call);
      await sleep(30);
      await settle(pool.do(() => process.exit(1)));
      expect(await beside).toMatchObject({ name: 'WorkerCrashError' });
    }
  });

  it.each([0, 1.5, Infinity])('is a whole number: not %p', (concurrency) => {
    expect(() => new WorkerPool({ concurrency })).toThrow('concurrency');
  });
});

describe('priority', () => {
  /** Runs tasks on a thread that is busy, and returns their order. */
  async function orderOf(start: (pool: WorkerPool, run: (name: string) => () => void) => void): Promise<string[]> {
    const pool = makePool({ size: 1 });
    await pool.ready;
    const order: string[] = [];
    const busy = pool.do(blockThread, 30);
    await sleep(5);
    start(pool, (name) => () => void order.push(name));
    await busy;
    await pool.drain();
    await sleep(0);
    return order;
  }
  const nothing = (ms: number): number => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms).length;

  it('lets a task start before waiting tasks of a lower priority', async () => {
    const order = await orderOf((pool, run) => {
      pool.task(nothing, { priority: -1 })(3).subscribe(run('low'));
      pool.task(nothing)(3).subscribe(run('ordinary'));
      pool.task(nothing, { priority: 2 })(3).subscribe(run('high'));
      pool.do({ priority: 3 }, nothing, 3).subscribe(run('highest'));
    });
    expect(order).toEqual(['highest', 'high', 'ordinary', 'low']);
  });

  it('keeps the order of the calls of one priority', async () => {
    const order = await orderOf((pool, run) => {
      for (const name of ['a', 'b', 'c']) pool.task(nothing, { priority: 1 })(1).subscribe(run(name));
    });
    expect(order).toEqual(['a', 'b', 'c']);
  });

  it.each([NaN, Infinity, '1'])('is a finite number: not %p', (priority) => {
    const pool = makePool({ size: 1 });
    expect(() => pool.task(nothing, { priority: priority as number })).toThrow('priority');
    expect(() => pool.do({ priority: priority as number }, nothing, 1)).toThrow('priority');
  });
});
