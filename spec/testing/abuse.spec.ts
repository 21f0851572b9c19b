/** Mocks, probes and virtual pools that are used re-entrantly, too early, too late, or in large numbers. */
import { config, from, lastValueFrom, mergeMap, take, tap, toArray } from 'rxjs';
import { all, batch, BatchScheduler, Future, allSettled, task, type Future as FutureOf } from 'sluice';
import { offload, PoolClosedError, type WorkerTask } from 'sluice/pool';
import { mockTask, probeBatch, restoreAllMocks, UnansweredMockError, VirtualPool } from 'sluice/testing';
import { inVirtualTime, nextTurn } from '../support/recording-observer';
import { virtualScheduler } from '../support/virtual-time';

afterEach(restoreAllMocks);

describe('a mock', () => {
  it('can be restored by its own implementation, and by code that the implementation calls', async () => {
    const one = task((n: number) => n);
    const mock = mockTask(one);
    mock.implements((n) => {
      mock.restore();
      return -n;
    });
    expect([await one(1), await one(1)]).toEqual([-1, 1]);
  });

  it('can be added while another mock answers, and answers all later calls', async () => {
    const one = task((n: number) => n);
    mockTask(one, (n) => {
      mockTask(one).returns(100);
      return -n;
    });
    expect([await one(1), await one(1)]).toEqual([-1, 100]);
  });

  it('answers the calls of the mocked function by its own implementation', async () => {
    const down = task((n: number) => n);
    const mock = mockTask(down, function* (n): Generator<unknown, number, unknown> {
      return n === 0 ? 0 : 1 + (yield* down(n - 1));
    });
    expect(await down(20_000)).toBe(20_000);
    expect(mock.callCount).toBe(20_001);
  });

  it('passes deep recursions of tasks and batch functions through', async () => {
    const down: (n: number) => FutureOf<number> = task(function* (n: number): Generator<unknown, number, unknown> {
      return n === 0 ? 0 : 1 + (yield* down(n - 1));
    });
    const keyed = batch((ids: readonly number[]) => ids);
    const chained: (n: number) => FutureOf<number> = task(function* (n: number): Generator<unknown, number, unknown> {
      return n === 0 ? 0 : (yield* keyed(1)) + (yield* chained(n - 1));
    });
    mockTask(down).passesThrough();
    mockTask(down).passesThrough();
    mockTask(keyed).passesThrough();
    expect(await down(20_000)).toBe(20_000);
    expect(await chained(5_000)).toBe(5_000);
  });

  it('finds the original below hundreds of other mocks', async () => {
    const one = task((n: number) => n);
    const mocks = Array.from({ length: 300 }, () => mockTask(one).passesThrough());
    expect(await one(7)).toBe(7);
    expect(mocks.every(({ callCount }) => callCount === 1)).toBe(true);
    mocks.reverse().forEach((mock, index) => index % 2 === 0 && mock.restore());
    expect(await one(8)).toBe(8);
  });

  it('without an answer fails each call separately, and does not affect other calls', async () => {
    const ask = batch((ids: readonly number[]) => ids);
    mockTask(ask);
    const results = await allSettled([ask(1), ask(2), Future.of(3)]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
    await expect(ask(1)).rejects.toBeInstanceOf(UnansweredMockError);
  });

  it('names arguments that have no text: a cycle, a symbol, a Proxy that throws', async () => {
    const one = task((value: unknown) => value);
    mockTask(one);
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    const hostile = new Proxy(
      {},
      {
        get: () => {
          throw new Error('hostile');
        },
      },
    );
    for (const arg of [cycle, Symbol('s'), hostile]) await expect(one(arg)).rejects.toThrow(/has no answer/);
  });

  it('unsubscribes from its answer when the caller unsubscribes', () => {
    let isLeft = false;
    inVirtualTime((time) =>
      time.run(({ expectObservable, cold }) => {
        const one = task(() => 'x');
        mockTask(one, function* () {
          try {
            return (yield cold('-----a|')) as string;
          } finally {
            isLeft = true;
          }
        });
        expectObservable(one(), '--!').toBe('---');
      }),
    );
    expect(isLeft).toBe(true);
  });

  it('answers on every scheduler and in every run of virtual time', async () => {
    const ask = batch((ids: readonly number[]) => ids);
    const mock = mockTask(ask).returns(0);
    const { clock, scheduler } = virtualScheduler();
    const received: number[] = [];
    scheduler.schedule(() => ask(1).subscribe((value) => received.push(value)));
    clock.flush();
    inVirtualTime((time) =>
      time.run(({ expectObservable }) => {
        expectObservable(ask(2)).toBe('(x|)', { x: 0 });
      }),
    );
    expect(received).toEqual([0]);
    expect(await ask(3)).toBe(0);
    expect(mock.calls).toEqual([[1], [2], [3]]);
  });
});

describe('a probe', () => {
  it('records the flushes of a batch function whose resolver loads from itself and from others', async () => {
    const sum = batch(
      task(function* (keys: readonly number[]): Generator<unknown, number[], unknown> {
        const rest = yield* all(keys.map((key) => (key === 0 ? Future.of(0) : sum(key - 1))));
        return keys.map((key, index) => key + (rest[index] ?? 0));
      }),
    );
    using one = probeBatch(sum);
    using other = probeBatch(sum);
    expect(await sum(3)).toBe(6);
    expect(one.keys).toEqual([[3], [2], [1], [0]]);
    expect(other.keys).toEqual(one.keys);
  });

  it('can be stopped by a subscriber of a flush', async () => {
    const ask = batch((ids: readonly number[]) => ids, { scheduler: new BatchScheduler() });
    const probe = probeBatch(ask);
    probe.next().subscribe(() => {
      probe.stop();
    });
    await ask(1);
    await ask(2);
    expect(probe.keys).toEqual([[1]]);
  });
});

describe('a virtual pool', () => {
  it('can be closed with force by one of its tasks', async () => {
    const pool = new VirtualPool({ size: 2 });
    const job = pool.do(() => {
      void pool.close({ force: true });
      return 1;
    });
    const other = pool.do(() => 2);
    await expect(job).rejects.toBeInstanceOf(PoolClosedError);
    await expect(other).rejects.toBeInstanceOf(PoolClosedError);
    await pool.close();
    expect(pool.stats).toMatchObject({ threads: 0, queued: 0, running: 0, failed: 2 });
  });

  it('can be resized by its tasks, to 0 and back', async () => {
    const pool = new VirtualPool({ size: 1 });
    const first = pool.do(() => (pool.size = 0));
    const second = pool.do(() => 2);
    await first;
    await nextTurn();
    expect([second.isSet, pool.stats.queued]).toEqual([false, 1]);
    pool.size = 3;
    expect(await second).toBe(2);
  });

  it('lets a task block on another when a worker is free for that', async () => {
    const pool = new VirtualPool({ size: 2 });
    expect(await pool.do(() => pool.do(() => 3).block() + 1)).toBe(4);
  });

  it('runs tasks nested deeper than its number of workers, also while it closes', async () => {
    const pool = new VirtualPool({ size: 1 });
    async function down(this: WorkerTask, n: number): Promise<number> {
      return n === 0 ? 0 : 1 + (await this.do(down, n - 1));
    }
    const job = pool.do(down, 50);
    const closed = pool.close();
    expect(await job).toBe(50);
    await closed;
  });

  it('runs a nested task before queued tasks, since a running task waits for it', async () => {
    const pool = new VirtualPool({ size: 1 });
    const order: string[] = [];
    const outer = pool.do(async function (this: WorkerTask) {
      await this.do(() => order.push('inner'));
      order.push('outer');
    });
    const next = pool.do(() => order.push('next'));
    await Promise.all([outer, next]);
    expect(order[0]).toBe('inner');
    expect([...order].sort()).toEqual(['inner', 'next', 'outer']);
  });

  it('has one listener on a signal for all tasks, and none once they have ended or were cancelled', async () => {
    const { signal } = new AbortController();
    const listeners = new Set<unknown>();
    const counted = Object.create(signal, {
      aborted: { value: false },
      addEventListener: { value: (_type: string, listener: unknown) => listeners.add(listener) },
      removeEventListener: { value: (_type: string, listener: unknown) => listeners.delete(listener) },
    }) as AbortSignal;
    const pool = new VirtualPool({ size: 1 });
    const run = pool.task((n: number) => n, { signal: counted });
    const going = all([run(1), run(2), run(3)]).start();
    expect(listeners.size).toBe(1);
    await going;
    expect(listeners.size).toBe(0);
    run(4).subscribe().unsubscribe();
    expect(listeners.size).toBe(0);
  });

  it('cancels the nested tasks of a cancelled task', async () => {
    const pool = new VirtualPool({ size: 1 });
    const aborted: string[] = [];
    function inner(this: WorkerTask): Promise<never> {
      this.signal.addEventListener('abort', () => aborted.push('inner'));
      return new Promise<never>(() => undefined);
    }
    const job = pool.do(async function (this: WorkerTask) {
      await this.do(inner);
    });
    await nextTurn();
    job.cancel();
    await job.then(undefined, () => undefined);
    expect(aborted).toEqual(['inner']);
    await pool.drain();
    expect(pool.stats).toMatchObject({ running: 0, queued: 0 });
  });

  it('releases thousands of tasks that are cancelled at once', async () => {
    const pool = new VirtualPool({ size: 2, duration: 1 });
    const fn = jest.fn((n: number) => n);
    const run = pool.task(fn);
    const first = from(Array.from({ length: 10_000 }, (_, n) => n)).pipe(
      mergeMap((n) => run(n)),
      take(1),
    );
    expect(await lastValueFrom(first)).toBe(0);
    await pool.drain();
    expect(fn.mock.calls.length).toBeLessThanOrEqual(4);
    expect(pool.stats).toMatchObject({ queued: 0, running: 0 });
  });

  it('continues when subscribers throw', async () => {
    const reported: unknown[] = [];
    config.onUnhandledError = (error) => reported.push(error);
    const pool = new VirtualPool();
    pool
      .task(() => 1)()
      .subscribe(() => {
        throw new Error('a subscriber');
      });
    expect(await pool.do(() => 2)).toBe(2);
    await new Promise((resolve) => setTimeout(resolve));
    config.onUnhandledError = null;
    expect(reported).toEqual([new Error('a subscriber')]);
  });

  it('accepts work from subscribers of its results', async () => {
    const pool = new VirtualPool({ size: 1 });
    const run = pool.task((n: number) => n);
    const seen: number[] = [];
    const more = run(1).pipe(
      tap((n) => seen.push(n)),
      mergeMap(() => run(2)),
      mergeMap((n) => [run(n + 1), run(n + 2)]),
      mergeMap((call) => call),
      toArray(),
    );
    expect(await lastValueFrom(more)).toEqual([3, 4]);
    expect(seen).toEqual([1]);
  });

  it('works in pipelines of several pools', async () => {
    const [one, two] = [new VirtualPool({ size: 2 }), new VirtualPool({ size: 1 })];
    const results = await lastValueFrom(
      from([1, 2, 3]).pipe(
        offload(one.task((n: number) => n + 1)),
        offload(
          two.task((n: number) => n * 10),
          { ordered: true },
        ),
        toArray(),
      ),
    );
    expect(results).toEqual([20, 30, 40]);
  });
});
