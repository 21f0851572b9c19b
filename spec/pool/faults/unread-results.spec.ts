/** A thread whose cancelled task has not reported its end: it may have to be killed, so it gets no tasks meanwhile. */
import type { WorkerTask } from 'sluice/pool';
import { usePool } from './pool-fixture';
import { sharedNumbers, waitUntil } from '../../support/shared-memory';
import { fillPrefetchWindows } from './record-notifications';

it('a cancelled task that ends in time does not cost its thread, although this thread is busy beyond the grace time', () =>
  usePool({ size: 1, grace: 30 }, async (pool) => {
    const exits: unknown[] = [];
    pool.events$.subscribe((event) => event.type === 'exit' && exits.push(event));
    const state = sharedNumbers(1);
    const job = pool.do(async function (this: WorkerTask, state: Int32Array) {
      Atomics.store(state, 0, 1);
      await new Promise((resolve) => this.signal.addEventListener('abort', resolve));
      Atomics.store(state, 0, 2);
    }, state);
    await waitUntil(() => Atomics.load(state, 0) === 1);
    job.cancel();
    // The pool sends tasks at the end of the turn.
    for (let turn = 0; turn < 3; turn++) await Promise.resolve();
    while (Atomics.load(state, 0) !== 2);
    for (const end = performance.now() + 60; performance.now() < end;);
    await waitUntil(() => pool.stats.running === 0);
    expect(await pool.do(() => 'next')).toBe('next');
    expect(exits).toEqual([]);
  }));

it('a thread whose cancelled task has not ended is sent no task', () =>
  usePool({ size: 1, grace: 10_000 }, async (pool) => {
    await fillPrefetchWindows(pool);
    const state = sharedNumbers(2);
    const stubborn = pool.do(async (state: Int32Array) => {
      Atomics.store(state, 0, 1);
      while (Atomics.load(state, 1) === 0) await new Promise((resolve) => void setTimeout(resolve, 1));
    }, state);
    await waitUntil(() => Atomics.load(state, 0) === 1);
    stubborn.cancel();
    const next = pool.do(() => 'next');
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => void setImmediate(resolve));
    expect(pool.stats.queued).toBe(1);
    Atomics.store(state, 1, 1);
    expect(await next).toBe('next');
  }));

it('a thread that is killed is replaced at once, before it has ended', () =>
  usePool({ size: 1, grace: 10 }, async (pool) => {
    const types: string[] = [];
    pool.events$.subscribe(({ type }) => types.push(type));
    const state = sharedNumbers(1);
    const stubborn = pool.do((state: Int32Array) => {
      Atomics.store(state, 0, 1);
      Atomics.wait(state, 0, 1);
    }, state);
    await waitUntil(() => Atomics.load(state, 0) === 1);
    stubborn.cancel();
    await waitUntil(() => types.includes('exit'));
    expect(types.slice(-2)).toEqual(['spawn', 'exit']);
    expect(pool.stats.threads).toBe(1);
  }));
