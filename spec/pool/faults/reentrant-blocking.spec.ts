/** Subscribers that block on another task while they are notified. */
import { AsyncValue } from 'sluice';
import type { WorkerTask } from 'sluice/pool';
import { patience } from '../../support/patience';
import { waitForThreads, blockOn, poolFixture, ignore, blockThread } from './pool-fixture';
import { sharedNumbers, waitUntil } from '../../support/shared-memory';
import { recordNotifications, fillPrefetchWindows } from './record-notifications';

const poolOf = poolFixture();

/** Blocks this thread. */
const busy = (ms: number): void => void blockThread(ms);

describe('a subscriber that blocks while it is notified', () => {
  it('gets the result of a task whose result arrived in the same batch', async () => {
    const pool = poolOf({ size: 1 });
    await fillPrefetchWindows(pool);
    const same = (n: number): number => n;
    await Promise.all(Array.from({ length: 64 }, (_, n) => pool.do(same, n)));
    const tenth = pool.do(same, 10);
    const others = Array.from({ length: 20 }, (_, n) => pool.do(same, n));
    const last = pool.do(same, 99);
    let got: unknown;
    tenth.subscribe({ complete: () => (got = blockOn(last)) });
    await Promise.all([tenth, ...others, last]);
    expect(got).toBe(99);
  });

  it('gets the result of a task that was sent ahead to the thread whose crash is notified', async () => {
    const pool = poolOf({ size: 1 });
    await fillPrefetchWindows(pool);
    const exiting = pool.do(() => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
      process.exit(3);
    });
    const ahead = pool.do((n: number) => n, 7);
    const got = await new Promise((resolve) => {
      exiting.subscribe({ error: () => resolve(blockOn(ahead)) });
    });
    expect(got).toBe(7);
    expect(await ahead).toBe(7);
  });

  it('does not lose the awaited task when the grace time of a cancelled task ends', async () => {
    const pool = poolOf({ size: 1, grace: 60 });
    const began = sharedNumbers(1);
    const polite = pool.do(function (this: WorkerTask, began: Int32Array) {
      const { signal } = this;
      Atomics.store(began, 0, 1);
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve(1)));
    }, began);
    const got = new Promise((resolve) => {
      polite.subscribe({ error: () => resolve(blockOn(pool.do(blockThread, 200))) });
    });
    await waitUntil(() => began[0] === 1);
    polite.cancel();
    expect(await got).toBe(200);
  });

  it('gets the last message of a thread that has ended', async () => {
    const pool = poolOf({ size: 1 });
    const other = poolOf({ size: 1 });
    await fillPrefetchWindows(pool);
    await waitForThreads(other);
    const busying = other.do(blockThread, 10);
    const first = pool.do(blockThread, 60);
    const second = pool.do(() => {
      setTimeout(() => process.exit(0), 20);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 40);
      return 'last words';
    });
    // The first message is read when its thread has ended.
    busying.subscribe({ complete: () => busy(300) });
    const got = new Promise((resolve) => {
      first.subscribe({ complete: () => resolve(blockOn(second)) });
    });
    await Promise.resolve(); // the pool sends when the turn ends
    await Promise.resolve();
    blockOn(busying);
    expect(await got).toBe('last words');
  });

  it('gets each item in order', async () => {
    const pool = poolOf({ size: 2 });
    await waitForThreads(pool);
    const items: number[] = [];
    const stream = pool.task(async function* () {
      for (let n = 0; n < 40; n++) {
        yield n;
        if (n % 5 === 4) await new Promise((resolve) => void setTimeout(resolve, 3));
      }
    });
    await stream().forEach((n) => {
      items.push(n);
      if (n % 5 === 0) blockOn(pool.do(blockThread, 30));
    });
    expect(items).toEqual(Array.from({ length: 40 }, (_, n) => n));
  });

  it('gets each item in order, also if the task never releases its thread', async () => {
    const pool = poolOf({ size: 2 });
    await waitForThreads(pool);
    const items: number[] = [];
    const stream = pool.task(function* () {
      for (let n = 0; n < 100; n++) {
        yield n;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 0.3);
      }
    });
    await stream().forEach((n) => {
      items.push(n);
      if (n % 10 === 0) blockOn(pool.do(blockThread, 20));
    });
    expect(items).toEqual(Array.from({ length: 100 }, (_, n) => n));
  });

  it('gets the timeout of a task that times out at the same time', async () => {
    const pool = poolOf({ size: 0 });
    const timed = pool.task(() => 1, { timeout: 50 });
    const parked = pool.do(() => 1);
    parked.subscribe({ error: ignore });
    const got = await new Promise((resolve) => {
      timed().subscribe({ error: () => resolve(blockOn(parked)) });
      timed().subscribe({ error: () => parked.cancel() });
    });
    expect(got).toMatch(/Cancelled/);
  });

  it('gets the cancellation of a task with the same signal', async () => {
    const pool = poolOf({ size: 2, grace: 50 });
    await waitForThreads(pool);
    const abort = new AbortController();
    const began = sharedNumbers(1);
    const endless = pool.task(
      (began: Int32Array) => {
        Atomics.add(began, 0, 1);
        for (;;);
      },
      { signal: abort.signal },
    );
    const end = new AsyncValue<string>();
    let got: unknown;
    endless(began).subscribe({ error: () => (got = blockOn(pool.do((word: string) => word, end))) });
    endless(began).subscribe({ error: () => end.set('second') });
    await waitUntil(() => began[0] === 2);
    abort.abort();
    expect(got).toBe('second');
  });

  it('gets the result of a task that ended in time, although it blocked beyond the timeout', async () => {
    const pool = poolOf({ size: 1 });
    await waitForThreads(pool);
    const heard: string[] = [];
    await new Promise<void>((resolve) => {
      const ended = (word: string): void => {
        heard.push(word);
        resolve();
      };
      pool
        .task(() => 'value', { timeout: 100 })()
        .subscribe({
          next: (value) => {
            heard.push(value);
            blockOn(pool.do(blockThread, 200));
          },
          error: (error: unknown) => ended((error as Error).name),
          complete: () => ended('complete'),
        });
    });
    expect(heard).toEqual(['value', 'complete']);
  });

  it('gets the result of a function whose definition was in a batch that could not be sent', async () => {
    const pool = poolOf({ size: 1 });
    await fillPrefetchWindows(pool);
    const next = (n: number): number => n + 1;
    let again: PromiseLike<number> | undefined;
    pool
      .task((value: unknown) => value)(Symbol('not sent'))
      .subscribe({
        error: () => {
          const job = pool.do(next, 1);
          again = job;
          try {
            job.block(100);
          } catch {
            // This task may time out; the next one is checked.
          }
        },
      });
    expect(await pool.task(next)(5)).toBe(6);
    expect(await again).toBe(2);
  });
});

it('a thread that blocks after it was busy gets the result of a task that ended in time', async () => {
  const pool = poolOf({ size: 1 });
  await waitForThreads(pool);
  const timeout = patience(100);
  const listener = recordNotifications(pool.task(() => 'in time', { timeout })());
  await Promise.resolve(); // the pool sends when the turn ends
  await Promise.resolve();
  busy(2 * timeout);
  expect(blockOn(pool.do(() => 2))).toBe(2);
  expect(listener).toMatchObject({ items: ['in time'], errors: [], completions: 1 });
});

it('a thread that blocks sends tasks that the turn of a later pool adds to an earlier pool', async () => {
  const earlier = poolOf({ size: 1 });
  const later = poolOf({ size: 1 });
  await Promise.all([waitForThreads(earlier), waitForThreads(later)]);
  const value = new AsyncValue<number>();
  const same = (n: number): number => n;
  later.do(blockThread, 50).subscribe();
  later.drain().subscribe(() => {
    // eslint-disable-next-line rxjs-x/no-nested-subscribe -- no promise settles while this thread is blocked
    earlier.do(same, 3).subscribe((n) => value.set(n));
  });
  expect(blockOn(earlier.do(same, value))).toBe(3);
});
