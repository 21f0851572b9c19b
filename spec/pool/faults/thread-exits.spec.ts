import { WorkerCrashError, WorkerPool } from 'sluice/pool';
import { expectInvariants, eventOf } from './pool-invariants';

const counters = (count: number): Int32Array => new Int32Array(new SharedArrayBuffer(count * 4));

describe('a task that exits its thread', () => {
  let pool: WorkerPool;
  beforeEach(() => {
    pool = new WorkerPool({ size: 1 });
  });
  afterEach(() => pool.close());

  it.each([0, 1, 7])('fails with the exit code %i', async (code) => {
    await expectInvariants(pool, async (record) => {
      const { error } = await record(pool.task((exitCode: number) => process.exit(exitCode))(code));
      expect(error).toBeInstanceOf(WorkerCrashError);
      expect(error).toMatchObject({ kind: 'exit', exitCode: code, code: 'SLUICE_WORKER_CRASH' });
    });
  });

  it('fails also if a timer exits while the task waits', async () => {
    await expectInvariants(pool, async (record) => {
      const never = pool.task(() => {
        setTimeout(() => process.exit(3), 5);
        return new Promise<never>(() => undefined);
      });
      expect((await record(never())).error).toMatchObject({ kind: 'exit', exitCode: 3 });
    });
  });

  it('fails also in a blocking get', async () => {
    await expectInvariants(pool, () => {
      expect(() => pool.do(() => process.exit(4)).block()).toThrow(WorkerCrashError);
    });
  });

  it('fails alone: several tasks may exit in a row, and the task behind them runs', async () => {
    await expectInvariants(pool, async (record) => {
      const exit = pool.task((code: number) => process.exit(code));
      const exits = [1, 2, 3, 4, 5].map((code) => record(exit(code)));
      const last = record(pool.task(() => 'run')());
      expect((await Promise.all(exits)).map(({ error }) => (error as WorkerCrashError).exitCode)).toEqual([
        1, 2, 3, 4, 5,
      ]);
      expect((await last).items).toEqual(['run']);
    });
  });

  it('fails alone among the tasks that were sent ahead; each of the others runs once', async () => {
    await expectInvariants(pool, async (record) => {
      const runs = counters(300);
      const task = pool.task((index: number, counts: Int32Array) => {
        Atomics.add(counts, index, 1);
        if (index % 100 === 70) process.exit(9);
        return index;
      });
      for (let round = 0; round < 20; round++) {
        await Promise.all(Array.from({ length: 64 }, () => task(0, runs)));
      }
      runs.fill(0);
      const recorded = await Promise.all([...runs.keys()].map((index) => record(task(index, runs))));
      expect(recorded.flatMap(({ isError }, index) => (isError ? [index] : []))).toEqual([70, 170, 270]);
      expect(recorded.flatMap(({ items }) => items)).toEqual([...runs.keys()].filter((index) => index % 100 !== 70));
      expect([...runs]).toEqual([...runs].map(() => 1));
    });
  });

  it('does not affect tasks on other threads', async () => {
    await using two = new WorkerPool({ size: 2 });
    await expectInvariants(two, async (record) => {
      const gate = counters(1);
      const neighbour = record(two.task((shared: Int32Array) => Atomics.wait(shared, 0, 0))(gate));
      expect((await record(two.task(() => process.exit(1))())).isError).toBe(true);
      Atomics.store(gate, 0, 1);
      Atomics.notify(gate, 0);
      expect((await neighbour).items).toHaveLength(1);
    });
  });
});

describe('a thread that exits after the result was posted', () => {
  let pool: WorkerPool;
  beforeEach(() => {
    pool = new WorkerPool({ size: 1 });
  });
  afterEach(() => pool.close());

  it.each([
    ['in a microtask', () => (queueMicrotask(() => process.exit(1)), 'result')],
    ['in the next turn', () => (setImmediate(() => process.exit(1)), 'result')],
    ['by a timer', () => (setTimeout(() => process.exit(1), 2), 'result')],
    [
      'in a hook of the last promise',
      async () => (await Promise.resolve(), process.nextTick(() => process.exit(1)), 'result'),
    ],
  ])('%s: the result is delivered, and the thread is replaced', async (_, fn) => {
    await expectInvariants(pool, async (record) => {
      const gone = eventOf(pool, 'exit');
      expect(await record(pool.task<[], unknown>(fn)())).toMatchObject({ items: ['result'], isError: false });
      expect(await gone).toMatchObject({ kind: 'exit', exitCode: 1 });
    });
  });

  it('delivers all results of its batch', async () => {
    await expectInvariants(pool, async (record) => {
      const gone = eventOf(pool, 'exit');
      const task = pool.task((index: number) => {
        if (index === 49) process.on('exit', () => undefined).nextTick(() => process.exit(2));
        return index;
      });
      const recorded = await Promise.all(Array.from({ length: 50 }, (_, index) => record(task(index))));
      expect(recorded.flatMap(({ items }) => items)).toEqual([...recorded.keys()]);
      await gone;
    });
  });
});

describe('a thread that exits in the middle of a stream', () => {
  let pool: WorkerPool;
  beforeEach(() => {
    pool = new WorkerPool({ size: 1, grace: 20 });
  });
  afterEach(() => pool.close());

  it('emits the items before, and then fails', async () => {
    await expectInvariants(pool, async (record) => {
      const stream = pool.task(function* () {
        for (let item = 0; item < 100; item++) yield item;
        process.exit(5);
      });
      const { items, error } = await record(stream());
      expect(items).toEqual(Array.from({ length: 100 }, (_, item) => item));
      expect(error).toMatchObject({ kind: 'exit', exitCode: 5 });
    });
  });

  it('emits the items before of an asynchronous stream', async () => {
    await expectInvariants(pool, async (record) => {
      const stream = pool.task(async function* () {
        for (let item = 0; item < 10; item++) {
          yield item;
          await new Promise((resolve) => setImmediate(resolve));
        }
        process.exit(6);
      });
      const { items, error } = await record(stream());
      expect(items).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
      expect(error).toMatchObject({ kind: 'exit', exitCode: 6 });
    });
  });

  it('emits the items before an endless loop, when the stream is cancelled', async () => {
    await expectInvariants(pool, async (record) => {
      const begun = counters(1);
      const giveUp = new AbortController();
      const stream = pool.task(
        async function* (flag: Int32Array) {
          yield 'came';
          await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
          Atomics.store(flag, 0, 1);
          for (;;);
        },
        { signal: giveUp.signal },
      );
      const gone = eventOf(pool, 'exit');
      const recorded = record(stream(begun));
      while (Atomics.load(begun, 0) === 0) await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setTimeout(resolve));
      giveUp.abort();
      expect(await recorded).toMatchObject({ items: ['came'], isError: true, error: { name: 'CancelledError' } });
      expect(await gone).toMatchObject({ kind: 'killed' });
    });
  });

  it('throws in a `for await` over the stream', async () => {
    await expectInvariants(pool, async () => {
      const stream = pool.task(function* () {
        yield 1;
        yield 2;
        process.exit(5);
      });
      const items: number[] = [];
      const read = async (): Promise<void> => {
        for await (const item of stream()) items.push(item);
      };
      await expect(read()).rejects.toBeInstanceOf(WorkerCrashError);
      expect(items).toEqual([1, 2]);
    });
  });
});
