/**
 * A million tasks at once take linear time, or else the test times out. Afterwards their memory is free and the surplus
 * threads have ended.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { WorkerPool } from 'sluice/pool';
import { runAlone } from '../../support/process';
import { expectInvariantsAndClose } from './pool-invariants';
import { waitUntil } from '../../support/shared-memory';

const MILLION = 1_000_000;
const MEGABYTE = 2 ** 20;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const heapUsed = (): number => {
  collect();
  return process.memoryUsage().heapUsed / MEGABYTE;
};

/** Runs in a process of its own, because coverage and earlier specs would change what is measured. */
const BURST = `
  const { WorkerPool } = require('sluice/pool');
  require('node:v8').setFlagsFromString('--expose-gc');
  const collect = require('node:vm').runInNewContext('gc');
  const heapUsed = () => (collect(), process.memoryUsage().heapUsed / 2 ** 20);
  const pool = new WorkerPool({ max: 2, idleTimeout: 20 });
  const echo = pool.task((n) => n);
  const waitUntil = async (holds) => { while (!holds()) await new Promise((next) => setTimeout(next, 1)); };
  (async () => {
    await echo(0);
    const before = heapUsed();
    let sum = 0;
    let ended = 0;
    for (let n = 0; n < ${String(MILLION)}; n++) echo(n).subscribe((value) => { sum += value; ended++; });
    const { queued } = pool.stats;
    await waitUntil(() => ended === ${String(MILLION)});
    await waitUntil(() => pool.stats.threads === 0);
    const { running, completed } = pool.stats;
    const left = heapUsed() - before;
    console.log(JSON.stringify({ queued, sum, running, completed, left, stillQueued: pool.stats.queued }));
    console.log(await echo(7));
    await pool.close();
  })();`;

it('a burst of a million tasks ends, its memory is freed, and its threads end', () => {
  const { lines, hasEndedWell, stderr } = runAlone(BURST);
  expect({ hasEndedWell, stderr }).toEqual({ hasEndedWell: true, stderr: '' });
  const [burst = '', next] = lines;
  const { left, ...counts } = JSON.parse(burst) as { readonly left: number };
  expect(counts).toEqual({
    queued: MILLION,
    sum: (MILLION * (MILLION - 1)) / 2,
    running: 0,
    completed: MILLION + 1,
    stillQueued: 0,
  });
  // At most a hundredth of the memory of the burst is left.
  expect(left).toBeLessThan(10);
  expect(next).toBe('7');
});

it('a burst of tasks that is unsubscribed ends at once, and none of the tasks runs', async () => {
  const pool = new WorkerPool({ size: 1 });
  await expectInvariantsAndClose(pool, async () => {
    const runs = new Int32Array(new SharedArrayBuffer(4));
    const hold = pool.do((gate: Int32Array) => Atomics.wait(gate, 0, 0), runs);
    await waitUntil(() => pool.stats.running === 1);
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
