/**
 * A pool that is closed while it works, more than once, and from its own notifications; and calls after that.
 */
import { firstValueFrom, lastValueFrom, toArray } from 'rxjs';
import { PoolClosedError, WorkerPool, type Job } from 'sluice/pool';
import { errorOf, expectInvariants, type Recorder } from './pool-invariants';
import { sharedNumbers, waitUntil } from '../../support/shared-memory';
import { recordNotifications } from './record-notifications';

const pools: WorkerPool[] = [];
function poolOf(size = 1): WorkerPool {
  const pool = new WorkerPool({ size, grace: 20, name: 'closing' });
  pools.push(pool);
  return pool;
}
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close({ force: true })));
});

const hold = (state: Int32Array): string => {
  Atomics.store(state, 0, 1);
  Atomics.wait(state, 1, 0);
  return 'held';
};
const letGo = (state: Int32Array): void => {
  Atomics.store(state, 1, 1);
  Atomics.notify(state, 1);
};

/** A pool with one running task that waits, and some queued tasks. */
async function busy(): Promise<{ pool: WorkerPool; state: Int32Array; running: Job<string>; queued: Job<number>[] }> {
  const pool = poolOf();
  const state = sharedNumbers(2);
  const running = pool.do(hold, state);
  await waitUntil(() => state[0] === 1);
  return { pool, state, running, queued: [1, 2, 3].map((n) => pool.do((value: number) => value, n)) };
}

const isGone = (pool: WorkerPool): void => {
  expect(pool.stats).toMatchObject({ threads: 0, idle: 0, queued: 0, running: 0 });
};

describe('a pool that is closed while it works', () => {
  it('first ends the running and the queued tasks', async () => {
    const { pool, state, running, queued } = await busy();
    const closed = pool.close();
    expect(closed.isSet).toBe(false);
    letGo(state);
    await closed;
    expect([running.value, ...queued.map(({ value }) => value)]).toEqual(['held', 1, 2, 3]);
    isGone(pool);
  });

  it('fails each task once with a PoolClosedError if it is closed by force', async () => {
    const pool = poolOf();
    const state = sharedNumbers(2);
    const listeners = [hold, hold, hold].map((fn) => recordNotifications(pool.task(fn)(state)));
    await waitUntil(() => state[0] === 1);
    await pool.close({ force: true });
    for (const { items, errors, completions } of listeners) {
      expect({ items, completions }).toEqual({ items: [], completions: 0 });
      expect(errors).toHaveLength(1);
      expect(errors[0]).toBeInstanceOf(PoolClosedError);
    }
    isGone(pool);
  });

  it('is closed by force after its timeout', async () => {
    const { pool, running, queued } = await busy();
    const closed = pool.close({ timeout: 20 });
    for (const job of [running, ...queued]) await expect(job).rejects.toThrow(PoolClosedError);
    await closed;
    isGone(pool);
  });

  it('lets a running stream complete, or fails it at once if it is closed by force', async () => {
    const count = function* (to: number): Generator<number> {
      for (let n = 0; n < to; n++) yield n;
    };
    const pool = poolOf();
    const whole = lastValueFrom(pool.task(count)(1_000).pipe(toArray()));
    await pool.close();
    expect(await whole).toHaveLength(1_000);
    const other = poolOf();
    const listener = recordNotifications(other.task(count)(Infinity));
    await waitUntil(() => listener.items.length > 100);
    await other.close({ force: true });
    expect(listener.errors).toHaveLength(1);
    expect(listener.items).toEqual(listener.items.map((_item, index) => index));
  });

  it('waits for a cancelled task that cleans up', async () => {
    const pool = new WorkerPool({ size: 1, grace: 60_000 });
    pools.push(pool);
    const state = sharedNumbers(2);
    const job = pool.do(async function (this: { signal: AbortSignal }, seen: Int32Array) {
      const { signal } = this;
      Atomics.store(seen, 0, 1);
      await new Promise((resolve) => {
        signal.addEventListener('abort', resolve);
      });
      await new Promise((resolve) => setTimeout(resolve, 5));
      Atomics.store(seen, 1, 1);
    }, state);
    await waitUntil(() => state[0] === 1);
    job.cancel();
    await pool.close();
    expect(state[1]).toBe(1);
    expect(job.isError).toBe(true);
  });

  it('lets a running task make nested calls', async () => {
    const pool = poolOf();
    const state = sharedNumbers(2);
    const job = pool.do(function (this: { do(fn: () => number): Promise<number> }, seen: Int32Array) {
      Atomics.store(seen, 0, 1);
      Atomics.wait(seen, 1, 0);
      return this.do(() => 7);
    }, state);
    await waitUntil(() => state[0] === 1);
    const closed = pool.close();
    letGo(state);
    expect(await job).toBe(7);
    await closed;
  });
});

describe('a pool that is closed more than once', () => {
  it('closes once, and all calls of close return the same value', async () => {
    const { pool, state } = await busy();
    const closings = [pool.close(), pool.close(), pool.close({ timeout: 60_000 })];
    expect(new Set(closings).size).toBe(1);
    letGo(state);
    await Promise.all(closings);
    await pool.close();
    await pool.close({ force: true });
    isGone(pool);
  });

  it('can be closed by force while it waits for its tasks', async () => {
    const { pool, running, queued } = await busy();
    const closed = pool.close();
    void pool.close({ force: true });
    await closed;
    for (const job of [running, ...queued]) await expect(job).rejects.toThrow(PoolClosedError);
    isGone(pool);
  });

  it('can be drained and closed at the same time', async () => {
    const { pool, state } = await busy();
    const ends = [pool.drain(), pool.close(), pool.drain()];
    letGo(state);
    await Promise.all(ends);
    isGone(pool);
  });
});

describe('a pool that is closed from within a notification', () => {
  it.each([false, true])('of a value completes that task; by force: %p', async (force) => {
    const pool = poolOf();
    const recorded: unknown[] = [];
    const closed = new Promise<void>((resolve) => {
      pool
        .task((n: number) => n)(5)
        .subscribe({
          next: (value) => {
            recorded.push(value);
            void pool.close({ force }).then(resolve);
          },
          complete: () => recorded.push('complete'),
          error: (error: unknown) => recorded.push(error),
        });
    });
    await closed;
    expect(recorded).toEqual([5, 'complete']);
    isGone(pool);
  });

  it('of an item, by force, fails that stream, which emits nothing more', async () => {
    const pool = poolOf();
    const recorded: unknown[] = [];
    let closing: Promise<void> | undefined;
    await new Promise<void>((resolve) => {
      pool
        .task(function* () {
          for (let n = 0; n < 100; n++) yield n;
        })()
        .subscribe({
          next: (item) => {
            recorded.push(item);
            closing ??= Promise.resolve(pool.close({ force: true }));
          },
          complete: () => {
            recorded.push('complete');
            resolve();
          },
          error: (error: unknown) => {
            recorded.push(error);
            resolve();
          },
        });
    });
    await closing;
    expect(recorded).toHaveLength(2);
    expect(recorded[1]).toBeInstanceOf(PoolClosedError);
  });

  it('of an error, or of a pool event, closes', async () => {
    const pool = poolOf();
    pool.events$.subscribe(({ type }) => {
      if (type === 'exit') pool.close();
    });
    await expect(pool.do(() => process.exit(1))).rejects.toMatchObject({ code: 'SLUICE_WORKER_CRASH' });
    await pool.close();
    isGone(pool);
  });
});

describe('a closed pool', () => {
  it.each(['while it closes', 'when it has closed'])(
    'refuses %s, with a PoolClosedError and never by a throw',
    async (when) => {
      const { pool, state, running } = await busy();
      const closed = pool.close();
      if (when === 'when it has closed') {
        letGo(state);
        await closed;
      }
      const late = recordNotifications(pool.task(() => 1)());
      expect(late.errors).toHaveLength(1);
      expect(late.errors[0]).toMatchObject({ code: 'SLUICE_POOL_CLOSED', pool: 'closing' });
      await expect(pool.do(() => 1)).rejects.toThrow(PoolClosedError);
      await expect(firstValueFrom(pool.task(() => 1)())).rejects.toThrow(PoolClosedError);
      letGo(state);
      await closed;
      expect(await running).toBe('held');
      isGone(pool);
    },
  );

  it('starts no thread when its size is set', async () => {
    const pool = poolOf();
    await pool.close();
    pool.size = 3;
    await expect(pool.do(() => 1)).rejects.toThrow(PoolClosedError);
    isGone(pool);
    await pool.drain();
  });

  it('does not affect other pools', async () => {
    const other = poolOf();
    await expectInvariants(other, async (record: Recorder) => {
      const pool = poolOf();
      await pool.close();
      expect(await errorOf(record, pool.task(() => 1)())).toBeInstanceOf(PoolClosedError);
    });
  });
});
