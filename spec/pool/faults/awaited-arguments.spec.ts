/** Tasks that await arguments: they hold no thread, they release the arguments, and they cancel what they await. */
import { AsyncValue } from 'sluice';
import { runAlone } from '../../support/process';
import { usePool, settle } from './pool-fixture';
import { sharedNumbers, waitUntil } from '../../support/shared-memory';

const endless = (begun: Int32Array): number => {
  Atomics.store(begun, 0, 1);
  for (;;);
};

describe('a task that is awaited as the argument of another task', () => {
  it('is cancelled when the other task times out', () =>
    usePool({ size: 1, grace: 50 }, async (pool) => {
      const late = pool.task((n: number) => n, { timeout: 100 });
      await expect(late(pool.task(endless)(sharedNumbers(1)))).rejects.toMatchObject({ name: 'TaskTimeoutError' });
      expect(await settle(pool.drain())).toBe(undefined);
      expect(pool.stats).toMatchObject({ queued: 0, running: 0, failed: 1, cancelled: 1 });
    }));

  it('is cancelled when the signal of the other task is aborted', () =>
    usePool({ size: 1, grace: 50 }, async (pool) => {
      const abort = new AbortController();
      const begun = sharedNumbers(1);
      const other = pool.task((n: number) => n, { signal: abort.signal });
      const recorded = settle(other(pool.task(endless)(begun)));
      await waitUntil(() => begun[0] === 1);
      abort.abort();
      expect(await recorded).toMatchObject({ code: 'SLUICE_CANCELLED' });
      expect(await settle(pool.drain())).toBe(undefined);
      expect(pool.stats).toMatchObject({ queued: 0, running: 0, failed: 1, cancelled: 1 });
    }));
});

describe('a task that awaits its arguments', () => {
  it('leaves room for actions of pool.scheduler, one of which may provide the arguments', () =>
    usePool({ size: 1 }, async (pool) => {
      const argument = new AsyncValue<number>();
      const waiting = Array.from({ length: 100 }, () => pool.do((n: number) => n, argument));
      pool.scheduler.schedule(() => {
        argument.set(5);
      });
      expect(await settle(Promise.all(waiting))).toEqual(waiting.map(() => 5));
    }));
});

describe('a task that has ended', () => {
  it('releases its arguments, although its timeout and that of an earlier task are still far away', () => {
    const { lines, hasEndedWell } = runAlone(
      `
      const { WorkerPool } = require('sluice/pool');
      (async () => {
        const pool = new WorkerPool({ size: 2, taskTimeout: 3_600_000 });
        const gate = new Int32Array(new SharedArrayBuffer(4));
        const before = pool.do((gate) => void Atomics.wait(gate, 0, 0), gate);
        const lengthOf = pool.task((bytes) => bytes.length);
        const given = [];
        const give = async () => {
          const bytes = new Uint8Array(1_000);
          given.push(new WeakRef(bytes));
          await lengthOf(bytes);
        };
        for (let count = 0; count < 100; count++) await give();
        for (let round = 0; round < 5; round++) {
          await new Promise((resolve) => setTimeout(resolve, 1));
          gc();
        }
        console.log(given.filter((bytes) => bytes.deref()).length);
        Atomics.store(gate, 0, 1);
        Atomics.notify(gate, 0);
        await before;
        await pool.close();
      })();
    `,
      { flags: ['--expose-gc'] },
    );
    expect(lines).toHaveLength(1);
    expect(Number(lines[0])).toBeLessThan(5);
    expect(hasEndedWell).toBe(true);
  });
});
