import { TaskTimeoutError } from 'sluice';
import { WorkerCrashError, WorkerPool } from 'sluice/pool';
import { memoryLimitsHold } from '../../support/memory-limits';
import { patience } from '../../support/patience';
import { eventOf, expectInvariants } from './pool-invariants';

const flag = (): Int32Array => new Int32Array(new SharedArrayBuffer(4));

/** Each task sets `begun[0]`, and then holds its thread for ever. */
const endless: Record<string, (begun: Int32Array) => unknown> = {
  'a loop': (begun) => {
    Atomics.store(begun, 0, 1);
    for (;;);
  },
  'a loop of microtasks': async (begun) => {
    Atomics.store(begun, 0, 1);
    for (;;) await Promise.resolve();
  },
  'a loop in a generator': function* (begun): Generator<number> {
    Atomics.store(begun, 0, 1);
    for (;;) if (Atomics.load(begun, 0) === 2) yield 1;
  },
  'a regular expression that backtracks': (begun) => {
    Atomics.store(begun, 0, 1);
    return /^(a+)+$/.test(`${'a'.repeat(60)}!`);
  },
  'a sleep': (begun) => {
    Atomics.store(begun, 0, 1);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  },
};

const hasBegun = async (begun: Int32Array): Promise<void> => {
  while (Atomics.load(begun, 0) === 0) await new Promise((resolve) => setImmediate(resolve));
};

describe.each(Object.entries(endless))('a task that never ends: %s', (_, fn) => {
  let pool: WorkerPool;
  beforeAll(() => {
    pool = new WorkerPool({ size: 1, grace: 20 });
  });
  afterAll(() => pool.close());

  it('is killed with its thread when its subscriber unsubscribes', async () => {
    await expectInvariants(pool, async () => {
      const begun = flag();
      const heard: unknown[] = [];
      const subscription = pool
        .task(fn)(begun)
        .subscribe({ next: (item) => heard.push(item), error: (error: unknown) => heard.push(error) });
      await hasBegun(begun);
      const gone = eventOf(pool, 'exit');
      subscription.unsubscribe();
      expect(await gone).toMatchObject({ kind: 'killed' });
      expect(heard).toEqual([]);
    });
  });

  it('is killed with its thread when it times out', async () => {
    await expectInvariants(pool, async (record) => {
      const gone = eventOf(pool, 'exit');
      const { error } = await record(pool.task(fn, { timeout: patience(200) })(flag()));
      expect(error).toBeInstanceOf(TaskTimeoutError);
      await gone;
    });
  });
});

describe('a task that never ends', () => {
  it('is killed also while this thread blocks', async () => {
    await using pool = new WorkerPool({ size: 1, grace: 20 });
    await expectInvariants(pool, () => {
      const loop = pool.task(
        () => {
          for (;;);
        },
        { timeout: 200 },
      );
      expect(() => loop().block()).toThrow(TaskTimeoutError);
      expect(pool.do(() => 'after it').block()).toBe('after it');
    });
  });

  it('does not affect other threads, and tasks sent ahead to its thread run on another', async () => {
    await using pool = new WorkerPool({ size: 2, grace: 20 });
    await expectInvariants(pool, async (record) => {
      const [begun, gate] = [flag(), flag()];
      const neighbour = record(pool.task((shared: Int32Array) => Atomics.wait(shared, 0, 0))(gate));
      const loop = pool
        .task((shared: Int32Array) => {
          Atomics.store(shared, 0, 1);
          for (;;);
        })(begun)
        .subscribe();
      await hasBegun(begun);
      const others = Array.from({ length: 10 }, (_, index) => record(pool.task((n: number) => n)(index)));
      loop.unsubscribe();
      expect((await Promise.all(others)).flatMap(({ items }) => items)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
      Atomics.store(gate, 0, 1);
      Atomics.notify(gate, 0);
      expect((await neighbour).isError).toBe(false);
    });
  });

  it('does not kill the next task on its thread, although its end is read late', async () => {
    await using pool = new WorkerPool({ size: 1, grace: 10 });
    await expectInvariants(pool, async (record) => {
      const spin = pool.task((ms: number) => {
        const end = performance.now() + ms;
        while (performance.now() < end);
        return ms;
      });
      // Tiny tasks first, so that one is sent ahead while another runs.
      for (let round = 0; round < 20; round++) await Promise.all(Array.from({ length: 64 }, () => spin(0)));
      const cancelled = spin(50).subscribe();
      const next = record(spin(300));
      await new Promise((resolve) => setTimeout(resolve, 10));
      cancelled.unsubscribe();
      await new Promise((resolve) => setTimeout(resolve, 1));
      // This thread blocks until the task has ended and its grace is over: the timer fires before the message is read.
      await new Promise((resolve) => setImmediate(resolve));
      const end = performance.now() + 150;
      while (performance.now() < end);
      expect(await next).toMatchObject({ items: [300], isError: false });
    });
  });

  it('is killed when the pool is closed by force', async () => {
    const pool = new WorkerPool({ size: 1 });
    const begun = flag();
    const job = pool.do((shared: Int32Array) => {
      Atomics.store(shared, 0, 1);
      for (;;);
    }, begun);
    await hasBegun(begun);
    const closed = pool.close({ force: true });
    await expect(job).rejects.toMatchObject({ code: 'SLUICE_POOL_CLOSED' });
    await closed;
    expect(pool.stats.threads).toBe(0);
  });
});

describe('a task that runs out of memory', () => {
  const config = { resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 } };
  const devour = (): never => {
    const all: unknown[] = [];
    for (;;) all.push(new Array(1_000).fill(1.5));
  };
  let pool: WorkerPool;
  beforeEach(() => {
    pool = new WorkerPool({ size: 1, ...config });
  });
  afterEach(() => pool.close());

  if (memoryLimitsHold) {
    it('fails with an out-of-memory error, and no other task does', async () => {
      await expectInvariants(pool, async (record) => {
        const bad = record(pool.task(devour)());
        const good = Array.from({ length: 5 }, (_, index) => record(pool.task((n: number) => n)(index)));
        const { error } = await bad;
        expect(error).toBeInstanceOf(WorkerCrashError);
        expect(error).toMatchObject({ kind: 'out-of-memory', cause: { code: 'ERR_WORKER_OUT_OF_MEMORY' } });
        expect((await Promise.all(good)).flatMap(({ items }) => items)).toEqual([0, 1, 2, 3, 4]);
      });
    });

    it('fails a blocking get with that error', async () => {
      await expectInvariants(pool, () => {
        expect(() => pool.do(devour).block()).toThrow('it ran out of memory');
      });
    });
  }

  it('keeps its thread if only the allocation of one buffer failed', async () => {
    await expectInvariants(pool, async (record) => {
      const spawned: unknown[] = [];
      pool.events$.subscribe((event) => spawned.push(event));
      await pool.do(() => 'started');
      const { error } = await record(pool.task(() => new ArrayBuffer(Number.MAX_SAFE_INTEGER))());
      expect(error).toBeInstanceOf(RangeError);
      expect(spawned).toEqual([]);
    });
  });
});
