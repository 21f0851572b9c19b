/** A timeout error says in which phase the task was; and no timer outlives its task. */
import { createHook } from 'node:async_hooks';
import { retry } from 'rxjs';
import { TaskTimeoutError } from 'sluice';
import { WorkerPool, type WorkerTask } from 'sluice/pool';
import { patience } from '../../support/patience';
import { temporaryFolder } from '../../support/temporary-folder';
import { runAlone } from '../../support/process';
import { expectInvariants, expectInvariantsAndClose } from './pool-invariants';
import { sharedNumbers, waitUntil } from '../../support/shared-memory';
import { recordNotifications } from './record-notifications';

const endlessModule = temporaryFolder().write(
  'endless.mjs',
  'setInterval(() => {}, 1000); await new Promise(() => {}); export default () => 1;',
);

const pool = new WorkerPool({ size: 1, grace: 50 });
const isQuiet = (): boolean => pool.stats.running === 0 && pool.stats.queued === 0;
afterAll(() => expectInvariantsAndClose(pool, () => undefined));

describe('a task that times out', () => {
  it('in the queue fails with that phase, and never runs', () =>
    expectInvariants(pool, async (record) => {
      const [gate, counter] = [sharedNumbers(2), sharedNumbers(1)];
      const hold = pool.do((shared: Int32Array) => {
        Atomics.store(shared, 0, 1);
        Atomics.wait(shared, 1, 0);
      }, gate);
      await waitUntil(() => gate[0] === 1);
      const late = pool.task((shared: Int32Array) => Atomics.add(shared, 0, 1), { timeout: 20, name: 'late' });
      const { error, items } = await record(late(counter));
      expect(items).toEqual([]);
      expect(error).toBeInstanceOf(TaskTimeoutError);
      expect(error).toMatchObject({ kind: 'queue', timeoutMs: 20 });
      expect((error as Error).message).toContain('"late"');
      Atomics.store(gate, 1, 1);
      Atomics.notify(gate, 1);
      await hold;
      expect(counter[0]).toBe(0);
    }));

  it('in the load of its module fails with that phase, and its thread is replaced', () =>
    expectInvariants(pool, async (record) => {
      const endless = pool.task({ url: endlessModule }, { timeout: patience(400) });
      await pool.do(() => 'the thread is up');
      expect((await record(endless())).error).toMatchObject({ name: 'TaskTimeoutError', kind: 'load' });
      await waitUntil(isQuiet);
    }));

  it.each([
    ['waits', () => new Promise<void>(() => undefined)],
    [
      'streams nothing',
      async function* () {
        yield await new Promise<string>(() => undefined);
      },
    ],
    [
      'never yields the thread',
      () => {
        for (;;);
      },
    ],
  ])('while it %s fails with the phase `run`', (_, endless) =>
    expectInvariants(pool, async (record) => {
      await pool.do(() => 'the thread is up');
      const timeout = patience(200);
      const { error, ends } = await record(pool.task(endless as () => unknown, { timeout })());
      expect(ends).toBe(1);
      expect(error).toMatchObject({ name: 'TaskTimeoutError', kind: 'run', timeoutMs: timeout });
      await waitUntil(isQuiet);
    }),
  );

  it('has the timeout of its pool if it has none of its own', async () => {
    const limit = patience(500);
    const strict = new WorkerPool({ size: 1, taskTimeout: limit, grace: 20 });
    await expectInvariantsAndClose(strict, async (record) => {
      const endless = strict.task(() => new Promise<void>(() => undefined));
      expect((await record(endless())).error).toMatchObject({ name: 'TaskTimeoutError', timeoutMs: limit });
      await waitUntil(() => strict.stats.running === 0);
    });
  });

  it('has the full timeout for each run', () =>
    expectInvariants(pool, async (record) => {
      const runs = sharedNumbers(1);
      const third = pool.task(
        function (this: WorkerTask, counter: Int32Array) {
          if (Atomics.add(counter, 0, 1) === 2) return 'third';
          return new Promise<string>((resolve) => {
            this.signal.addEventListener('abort', () => {
              resolve('stopped');
            });
          });
        },
        { timeout: patience(200) },
      );
      await pool.do(() => 'the thread is up');
      expect(await record(third(runs).pipe(retry(2)))).toMatchObject({ items: ['third'], isError: false });
      expect(runs[0]).toBe(3);
      await waitUntil(isQuiet);
    }));

  it('does not fail if its result arrives in time while this thread is busy', () =>
    expectInvariants(pool, async (record) => {
      const done = sharedNumbers(1);
      const timeout = patience(500);
      const quick = pool.task(
        (flag: Int32Array) => {
          setImmediate(() => {
            setImmediate(() => {
              Atomics.store(flag, 0, 1);
              Atomics.notify(flag, 0);
            });
          });
          return 'in time';
        },
        { timeout },
      );
      await quick(sharedNumbers(1));
      const recorded = record(quick(done));
      await Promise.resolve(); // the pool sends at the end of the turn
      await Promise.resolve();
      Atomics.wait(done, 0, 0);
      Atomics.wait(done, 0, 1, timeout + 100); // longer than it may take
      expect(await recorded).toMatchObject({ items: ['in time'], isError: false });
    }));
});

describe('the timers of timeouts', () => {
  it('are cleared when the tasks have completed, failed, or were unsubscribed', () =>
    expectInvariants(pool, async (record) => {
      const timers = new TimersLeft();
      const times = pool.task((value: number) => value * 2, { timeout: 600_000 });
      const fails = pool.task(
        () => {
          throw new Error('failed');
        },
        { timeout: 500_000 },
      );
      await Promise.all([record(times(1)), record(times(2)), record(fails())]);
      for (let count = 0; count < 100; count++) recordNotifications(times(count)).unsubscribe();
      await waitUntil(isQuiet);
      await timers.gone();
    }));

  it('do not keep the process alive', () => {
    const { lines, hasEndedWell } = runAlone(`
      const { WorkerPool } = require('sluice/pool');
      const pool = new WorkerPool({ size: 1, taskTimeout: 1_000_000 });
      pool.task(() => 'value')().subscribe(console.log);
      pool.task(() => new Promise(() => {}))().subscribe().unsubscribe();`);
    expect(lines).toEqual(['value']);
    expect(hasEndedWell).toBe(true);
  });
});

/** The timers that were set since and are still pending. */
class TimersLeft {
  readonly #open = new Set<number>();
  readonly #hook = createHook({
    init: (id, type) => {
      if (type === 'Timeout') this.#open.add(id);
    },
    destroy: (id) => this.#open.delete(id),
  }).enable();

  async gone(): Promise<void> {
    await waitUntil(() => this.#open.size === 0);
    this.#hook.disable();
  }
}
