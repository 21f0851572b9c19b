/** A task whose time is over says where it was when that happened; and no timer outlives what it was for. */
import { createHook } from 'node:async_hooks';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { retry } from 'rxjs';
import { TaskTimeoutError } from 'sluice';
import { WorkerPool, type WorkerTask } from 'sluice/pool';
import { patience } from '../../support/patience';
import { runAlone } from '../../support/process';
import { lawful, lawfulToTheEnd } from './the-law';
import { listenTo, sharedNumbers, until } from './watched';

const folder = mkdtempSync(join(tmpdir(), 'sluice-time-outs-'));
const endlessModule = join(folder, 'endless.mjs');
writeFileSync(endlessModule, 'setInterval(() => {}, 1000); await new Promise(() => {}); export default () => 1;');

const pool = new WorkerPool({ size: 1, grace: 50 });
const isQuiet = (): boolean => pool.stats.running === 0 && pool.stats.queued === 0;
afterAll(async () => {
  await lawfulToTheEnd(pool, () => undefined);
  rmSync(folder, { recursive: true });
});

describe('a task whose time is over', () => {
  it('in the queue says so, and never runs', () =>
    lawful(pool, async (witness) => {
      const [gate, counter] = [sharedNumbers(2), sharedNumbers(1)];
      const hold = pool.do((shared: Int32Array) => {
        Atomics.store(shared, 0, 1);
        Atomics.wait(shared, 1, 0);
      }, gate);
      await until(() => gate[0] === 1);
      const late = pool.task((shared: Int32Array) => Atomics.add(shared, 0, 1), { timeout: 20, name: 'late' });
      const { error, items } = await witness(late(counter));
      expect(items).toEqual([]);
      expect(error).toBeInstanceOf(TaskTimeoutError);
      expect(error).toMatchObject({ kind: 'queue', timeoutMs: 20 });
      expect((error as Error).message).toContain('"late"');
      Atomics.store(gate, 1, 1);
      Atomics.notify(gate, 1);
      await hold;
      expect(counter[0]).toBe(0);
    }));

  it('in the load of its module says so, and the thread is replaced', () =>
    lawful(pool, async (witness) => {
      const endless = pool.task({ url: endlessModule }, { timeout: patience(400) });
      await pool.do(() => 'the thread is up');
      expect((await witness(endless())).error).toMatchObject({ name: 'TaskTimeoutError', kind: 'load' });
      await until(isQuiet);
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
  ])('while it %s says that it ran', (_, endless) =>
    lawful(pool, async (witness) => {
      await pool.do(() => 'the thread is up');
      const timeout = patience(200);
      const { error, ends } = await witness(pool.task(endless as () => unknown, { timeout })());
      expect(ends).toBe(1);
      expect(error).toMatchObject({ name: 'TaskTimeoutError', kind: 'run', timeoutMs: timeout });
      await until(isQuiet);
    }),
  );

  it('has that of its pool where it has none of its own', async () => {
    const limit = patience(500);
    const strict = new WorkerPool({ size: 1, taskTimeout: limit, grace: 20 });
    await lawfulToTheEnd(strict, async (witness) => {
      const endless = strict.task(() => new Promise<void>(() => undefined));
      expect((await witness(endless())).error).toMatchObject({ name: 'TaskTimeoutError', timeoutMs: limit });
      await until(() => strict.stats.running === 0);
    });
  });

  it('has all of it again for each run', () =>
    lawful(pool, async (witness) => {
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
      expect(await witness(third(runs).pipe(retry(2)))).toMatchObject({ items: ['third'], isError: false });
      expect(runs[0]).toBe(3);
      await until(isQuiet);
    }));

  it('is not over because this thread was busy while the answer came', () =>
    lawful(pool, async (witness) => {
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
      const told = witness(quick(done));
      await Promise.resolve(); // the pool sends at the end of the turn
      await Promise.resolve();
      Atomics.wait(done, 0, 0);
      Atomics.wait(done, 0, 1, timeout + 100); // longer than it may take
      expect(await told).toMatchObject({ items: ['in time'], isError: false });
    }));
});

describe('the timers of time-outs', () => {
  it('are gone when the tasks have ended, failed, or been left', () =>
    lawful(pool, async (witness) => {
      const timers = new TimersLeft();
      const times = pool.task((value: number) => value * 2, { timeout: 600_000 });
      const fails = pool.task(
        () => {
          throw new Error('failed');
        },
        { timeout: 500_000 },
      );
      await Promise.all([witness(times(1)), witness(times(2)), witness(fails())]);
      for (let count = 0; count < 100; count++) listenTo(times(count)).leave();
      await until(isQuiet);
      await timers.gone();
    }));

  it('keep no process that has nothing else to do', () => {
    const { lines, hasEndedWell } = runAlone(`
      const { WorkerPool } = require('sluice/pool');
      const pool = new WorkerPool({ size: 1, taskTimeout: 1_000_000 });
      pool.task(() => 'value')().subscribe(console.log);
      pool.task(() => new Promise(() => {}))().subscribe().unsubscribe();`);
    expect(lines).toEqual(['value']);
    expect(hasEndedWell).toBe(true);
  });
});

/** Timers that were set since, and are not over. */
class TimersLeft {
  readonly #open = new Set<number>();
  readonly #hook = createHook({
    init: (id, type) => {
      if (type === 'Timeout') this.#open.add(id);
    },
    destroy: (id) => this.#open.delete(id),
  }).enable();

  async gone(): Promise<void> {
    await until(() => this.#open.size === 0);
    this.#hook.disable();
  }
}
