/** The end of virtual tasks and pools: in every time domain, after errors of teardowns, and with very long durations. */
import { config, Observable } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { batch } from 'sluice';
import type { WorkerTask } from 'sluice/pool';
import { answersAfter, mockTask, VirtualPool } from 'sluice/testing';
import { sleep } from '../support/sleep';

const late = (end: 'complete' | 'error') => (): Observable<number> =>
  new Observable((subscriber) => {
    setTimeout(() => {
      subscriber.next(1);
      if (end === 'complete') subscriber.complete();
      else subscriber.error(new Error('own'));
    }, 1);
    return () => {
      throw new Error('teardown');
    };
  });
beforeEach(() => {
  config.onUnhandledError = () => undefined;
});
afterEach(() => {
  config.onUnhandledError = null;
});

it.each(['complete', 'error'] as const)(
  'a task ends although the teardown of its Observable throws: %s',
  async (end) => {
    const pool = new VirtualPool();
    const outcome = await pool.task(late(end))().then(String, String);
    expect([outcome, pool.stats.running]).toEqual([end === 'complete' ? '1' : 'Error: own', 0]);
  },
);

it('a worker takes the next task after the teardown of the last one has thrown', async () => {
  const pool = new VirtualPool({ size: 1 });
  pool
    .task(late('complete'))()
    .subscribe({ error: () => undefined });
  expect(await pool.do(() => 'next')).toBe('next');
});

it.each([{}, { force: true }])(
  'a virtual pool closes after a run of virtual time that ended while it was closing: %j',
  async (how) => {
    const pool = new VirtualPool({ duration: 5 });
    expect(() =>
      new TestScheduler(() => undefined).run(() => {
        pool.do(() => 1);
        pool.close();
        throw new Error('an assertion');
      }),
    ).toThrow('an assertion');
    await pool.close(how);
    expect(pool.stats.threads).toBe(0);
  },
);

it('a virtual pool closes when its jobs in real time end, also if it was closed in virtual time before', async () => {
  const pool = new VirtualPool({ duration: 20 });
  const job = pool.do(() => 1);
  new TestScheduler(() => undefined).run(() => void pool.close());
  await pool.close();
  expect(job.isSet).toBe(true);
});

it('a task of a virtual pool that runs a mocked one with this.do gets the mock', async () => {
  const pool = new VirtualPool();
  const inner = pool.task(() => 'real');
  using mock = mockTask(inner).returns('mock');
  expect(await pool.do(inner)).toBe('mock');
  const outer = pool.task(function (this: WorkerTask) {
    return this.do(inner);
  });
  expect([await outer(), mock.callCount]).toEqual(['mock', 2]);
});

it.each([Infinity, 2 ** 31])('answersAfter(%p) does not answer after 1 ms', async (ms) => {
  let got: unknown = 'nothing';
  let refused = false;
  try {
    batch(answersAfter(ms, (key: number) => key))(1).subscribe((value) => (got = value));
  } catch {
    refused = true;
  }
  await sleep(30);
  expect(refused || got === 'nothing').toBe(true);
});
it.each([Infinity, 2 ** 31])('a task of duration %p holds its worker for longer than 1 ms', async (duration) => {
  const job = new VirtualPool({ duration }).do(() => 1);
  await sleep(30);
  expect(job.isSet).toBe(false);
});
it('close({ timeout: 2 ** 31 }) does not cut its tasks at once (a WorkerPool does not)', async () => {
  const pool = new VirtualPool({ duration: 60 });
  const job = pool.do(() => 1);
  pool.close({ timeout: 2 ** 31 }).subscribe();
  expect(await job.then(String, String)).toBe('1');
});
