/** Tasks that make nested calls and end before these have a result. */
import { type WorkerTask } from 'sluice/pool';
import { runAlone } from '../../support/process';
import { sleep } from '../../support/sleep';
import { waitForThreads, usePool, settle } from './pool-fixture';

describe('a nested call', () => {
  it('of more tasks than a thread has slots lets all of them end', () =>
    usePool({ size: 1 }, async (pool) => {
      const outer = function (this: WorkerTask): Promise<number> {
        return this.do(() => 1);
      };
      const jobs = Array.from({ length: 3_000 }, () => pool.do(outer));
      expect(await settle(Promise.all(jobs).then(({ length }) => length))).toBe(3_000);
    }));

  it('is cancelled with its task, so that the pool can close', () =>
    usePool({ size: 2, grace: 100 }, async (pool) => {
      const job = pool.do(function (this: WorkerTask) {
        return this.do(() => new Promise(() => undefined));
      });
      while (pool.stats.running < 2) await sleep(1);
      job.cancel();
      await settle(job);
      expect(await settle(pool.close())).toBe(undefined);
    }));

  it('is cancelled when the thread of its task crashes', () =>
    usePool({ size: 2, grace: 100 }, async (pool) => {
      await waitForThreads(pool); // so that the inner task runs on the other thread
      const job = pool.do(function (this: WorkerTask) {
        void this.do(() => new Promise(() => undefined)).catch(() => undefined);
        return new Promise(() => {
          setTimeout(() => process.exit(3), 200);
        });
      });
      await settle(job);
      expect(await settle(pool.close())).toBe(undefined);
    }));

  it.each<[string, (this: WorkerTask) => Promise<unknown>, unknown]>([
    [
      'a port as an argument',
      function () {
        const { port1 } = new MessageChannel();
        return this.do((port: MessagePort) => {
          port.close();
          return 'port';
        }, this.transfer(port1));
      },
      'port',
    ],
    [
      'a buffer as an argument',
      async function () {
        const b = new ArrayBuffer(8);
        await this.do((p: ArrayBuffer) => p.byteLength, this.transfer(b));
        return b.byteLength;
      },
      0,
    ],
  ])('transfers its arguments: %s', (_, outer, expected) =>
    usePool({ size: 2 }, async (pool) => {
      expect(await settle(pool.do(outer))).toBe(expected);
    }),
  );

  it('made many times while the host is busy does not throw on the host', () => {
    const { lines, stderr } = runAlone(`
    const { WorkerPool } = require('sluice/pool');
    (async () => {
      const pool = new WorkerPool({ size: 1 });
      await pool.do(() => 1);
      const job = pool.do(async function () {
        const calls = [];
        for (let i = 0; i < 3000; i++) calls.push(this.do(() => 1));
        return (await Promise.all(calls)).length;
      });
      await new Promise((resolve) => setTimeout(resolve, 20));
      for (const end = Date.now() + 400; Date.now() < end; );
      console.log(await job);
      await pool.close();
    })();
  `);
    expect(stderr).not.toMatch('RangeError');
    expect(lines).toEqual(['3000']);
  });
});
