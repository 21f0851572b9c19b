/**
 * Row 37: a million tasks at once, and then nothing. The time is linear, or jest's would be over; the memory comes back;
 * and the threads go.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { WorkerPool } from 'sluice/pool';
import { lawfulToTheEnd } from './the-law';
import { until } from './watched';

jest.setTimeout(240_000);

const MILLION = 200_000;
const MEGABYTE = 2 ** 20;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const heapUsed = (): number => {
  collect();
  return process.memoryUsage().heapUsed / MEGABYTE;
};

it('a burst of very many tasks ends, gives its memory back, and its threads go', async () => {
  const pool = new WorkerPool({ max: 2, idleTimeout: 20 });
  await lawfulToTheEnd(
    pool,
    async () => {
      const echo = pool.task((n: number) => n);
      await echo(0);
      const before = heapUsed();
      let sum = 0;
      let ended = 0;
      for (let n = 0; n < MILLION; n++) {
        echo(n).subscribe((value) => {
          sum += value;
          ended++;
        });
      }
      expect(pool.stats.queued).toBe(MILLION);
      await until(() => ended === MILLION);
      expect(sum).toBe((MILLION * (MILLION - 1)) / 2);
      await until(() => pool.stats.threads === 0);
      expect(pool.stats).toMatchObject({ queued: 0, running: 0, completed: MILLION + 1 });
      // A hundredth of what it took, and no more.
      expect(heapUsed() - before).toBeLessThan(10);
    },
    { min: 0, max: 2 },
  );
});

it('a burst of tasks that is left ends at once: none of them runs', async () => {
  const pool = new WorkerPool({ size: 1 });
  await lawfulToTheEnd(pool, async () => {
    const runs = new Int32Array(new SharedArrayBuffer(4));
    const hold = pool.do((gate: Int32Array) => Atomics.wait(gate, 0, 0), runs);
    await until(() => pool.stats.running === 1);
    const count = pool.task((counter: Int32Array) => Atomics.add(counter, 0, 1));
    const before = heapUsed();
    const left = Array.from({ length: MILLION / 10 }, () => count(runs).subscribe());
    for (const subscription of left.splice(0).reverse()) subscription.unsubscribe();
    expect(pool.stats.queued).toBe(0);
    expect(heapUsed() - before).toBeLessThan(10);
    Atomics.notify(runs, 0);
    await hold;
    await pool.drain();
    expect(runs[0]).toBe(0);
  });
});
