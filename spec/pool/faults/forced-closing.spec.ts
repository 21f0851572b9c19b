/**
 * A pool that is closed by force while its threads loop, load a module, start, or are replaced, and would never end by
 * themselves.
 */
import { PoolClosedError, WorkerPool, type WorkerPoolConfig } from 'sluice/pool';
import { temporaryFolder } from '../../support/temporary-folder';
import { sharedNumbers, waitUntil } from '../../support/shared-memory';
import { recordNotifications, type RecordedNotifications } from './record-notifications';

/** Closes by force: each task fails once, and no thread is left. */
async function closesAll(pool: WorkerPool, listeners: readonly RecordedNotifications<unknown>[]): Promise<void> {
  await pool.close({ force: true });
  for (const { items, errors, completions } of listeners) {
    expect({ items, completions }).toEqual({ items: [], completions: 0 });
    expect(errors).toHaveLength(1);
    expect(errors[0]).toBeInstanceOf(PoolClosedError);
  }
  expect(pool.stats).toMatchObject({ threads: 0, idle: 0, queued: 0, running: 0 });
}

/** In ms: so long that only force ends it. */
const poolOf = (config: WorkerPoolConfig = {}): WorkerPool => new WorkerPool({ size: 2, grace: 3_600_000, ...config });

const modules = temporaryFolder();

describe('closing a pool by force', () => {
  it('ends endless loops', async () => {
    const pool = poolOf();
    const seen = sharedNumbers(1);
    const endless = pool.task((state: Int32Array) => {
      Atomics.add(state, 0, 1);
      for (;;);
    });
    const listeners = [1, 2, 3, 4].map(() => recordNotifications(endless(seen)));
    await waitUntil(() => seen[0] === 2);
    await closesAll(pool, listeners);
  });

  it('ends a thread that blocks for ever', async () => {
    const pool = poolOf();
    const seen = sharedNumbers(2);
    const asleep = pool.task((state: Int32Array) => {
      Atomics.store(state, 0, 1);
      Atomics.wait(state, 1, 0);
    });
    const listeners = [recordNotifications(asleep(seen))];
    await waitUntil(() => seen[0] === 1);
    await closesAll(pool, listeners);
  });

  it('ends the load of a module that never finishes', async () => {
    const pool = poolOf();
    const url = modules.write(
      'never.mjs',
      'await new Promise(() => setInterval(() => {}, 1000)); export default () => 1;',
    );
    const listeners = [1, 2, 3].map(() => recordNotifications(pool.task({ url })()));
    await waitUntil(() => pool.stats.running >= 2);
    await closesAll(pool, listeners);
  });

  it('ends the load of a module that loops', async () => {
    const pool = poolOf({ size: 1 });
    const url = modules.write('loops.mjs', 'for (;;); export default () => 1;');
    const listeners = [recordNotifications(pool.task({ url })())];
    await waitUntil(() => pool.stats.running === 1);
    await closesAll(pool, listeners);
  });

  it('ends an init function that never returns', async () => {
    const pool = poolOf({ init: () => new Promise(() => undefined) });
    const listeners = [recordNotifications(pool.task(() => 1)())];
    await closesAll(pool, listeners);
  });

  it('works in the turn in which the pool was made', async () => {
    const pool = poolOf();
    const listeners = [recordNotifications(pool.task(() => 1)())];
    await closesAll(pool, listeners);
  });

  it('works while its threads start', async () => {
    const pool = poolOf();
    const listeners = [1, 2].map(() => recordNotifications(pool.task(() => 1)()));
    await Promise.resolve();
    await Promise.resolve();
    expect(pool.stats).toMatchObject({ threads: 2, idle: 0 });
    await closesAll(pool, listeners);
  });

  it('works while a thread is replaced', async () => {
    const pool = poolOf({ size: 1 });
    const hasLeft = new Promise<void>((resolve) => {
      pool.events$.subscribe(({ type }) => {
        if (type === 'exit') resolve();
      });
    });
    const first = recordNotifications(pool.task(() => process.exit(1))());
    const listeners = [1, 2].map(() => recordNotifications(pool.task(() => 1)()));
    await hasLeft;
    await closesAll(pool, listeners);
    expect(first.errors).toMatchObject([{ code: 'SLUICE_WORKER_CRASH' }]);
  });

  it('works while a thread is being killed', async () => {
    const pool = poolOf({ size: 1, grace: 0 });
    const seen = sharedNumbers(1);
    const running = recordNotifications(
      pool.task((state: Int32Array) => {
        Atomics.store(state, 0, 1);
        for (;;);
      })(seen),
    );
    await waitUntil(() => seen[0] === 1);
    const queued = [recordNotifications(pool.task(() => 1)())];
    running.unsubscribe();
    await new Promise((resolve) => setTimeout(resolve, 1));
    await pool.close({ force: true });
    expect(queued[0]?.errors.length === 1 || queued[0]?.completions === 1).toBe(true);
    expect(running.errors).toEqual([]);
    expect(pool.stats).toMatchObject({ threads: 0, queued: 0, running: 0 });
  });

  it('fails tasks whose arguments never arrive, and tasks that wait for nested calls', async () => {
    const pool = poolOf({ size: 1 });
    const parked = new WorkerPool({ size: 0 });
    const waiting = recordNotifications(pool.task((n: number) => n)(parked.task(() => 1)()));
    const nested = recordNotifications(
      pool.task(function (this: { do(fn: () => unknown): Promise<unknown> }) {
        return this.do(() => new Promise(() => undefined));
      })(),
    );
    await waitUntil(() => pool.stats.running === 2);
    await closesAll(pool, [waiting, nested]);
    await parked.close({ force: true });
    expect(parked.stats).toMatchObject({ queued: 0, running: 0, threads: 0 });
  });

  it('fails ten thousand queued tasks', async () => {
    const pool = poolOf({ size: 1 });
    const endless = recordNotifications(
      pool.task(() => {
        for (;;);
      })(),
    );
    const tiny = pool.task(() => 1);
    const listeners = Array.from({ length: 10_000 }, () => recordNotifications(tiny()));
    await closesAll(pool, [endless, ...listeners]);
  });
});
