/** The reason of a cancellation arrives in the worker, as the reason of the error with which the signal of the task aborts. */
import { scoped, task, type CancelledError } from 'sluice';
import { WorkerPool, type WorkerTask } from 'sluice/pool';
import { sleep } from '../../support/sleep';
import { ignore, poolFixture, settle } from './pool-fixture';

const makePool = poolFixture();

/** Runs until it is cancelled, and keeps the reason in its thread. */
function untilCancelled(this: WorkerTask): Promise<void> {
  const store = globalThis as { started?: boolean; seen?: unknown };
  store.started = true;
  return new Promise((resolve) => {
    this.signal.addEventListener('abort', () => {
      store.seen = (this.signal.reason as CancelledError).reason;
      resolve();
    });
  });
}

/** The reason that the last cancelled task has seen. */
const seenReason = (pool: WorkerPool): Promise<unknown> =>
  settle(
    pool.do(() => {
      const { seen } = globalThis as { seen?: unknown };
      return seen instanceof Error ? { name: seen.name, message: seen.message } : seen;
    }),
  );

/** Resolves when a task has been sent to the thread, which is idle, and so has begun it. */
async function whenRunning(pool: WorkerPool): Promise<void> {
  while (pool.stats.running === 0) await sleep(1);
  await sleep(20);
}

/** A pool whose thread has started, so that its next task begins at once. */
async function newPool(): Promise<WorkerPool> {
  const pool = makePool({ size: 1 });
  await pool.do(() => 0);
  return pool;
}

describe('the reason of a cancellation', () => {
  it('is that of the signal of the task', async () => {
    const pool = await newPool();
    const controller = new AbortController();
    const ended = settle(pool.task(untilCancelled, { signal: controller.signal })());
    await whenRunning(pool);
    controller.abort(new RangeError('tab was closed'));
    expect(await ended).toMatchObject({ reason: { message: 'tab was closed' } });
    expect(await seenReason(pool)).toMatchObject({ name: 'RangeError', message: 'tab was closed' });
  });

  it('arrives also where a task has replaced the methods of strings', async () => {
    const pool = await newPool();
    await pool.do(() => {
      const refuse = (): never => {
        throw new Error('replaced');
      };
      for (const name of Object.getOwnPropertyNames(String.prototype))
        if (name !== 'constructor' && name !== 'length')
          Object.defineProperty(String.prototype, name, { value: refuse, configurable: true });
    });
    for (const [reason, seen] of [
      ['deploying', 'deploying'],
      [new RangeError('tab was closed'), { name: 'RangeError', message: 'tab was closed' }],
    ]) {
      const job = pool.do(untilCancelled);
      await whenRunning(pool);
      job.cancel(reason);
      await settle(job);
      expect(await seenReason(pool)).toEqual(seen);
    }
  });

  it('is an AbortError if the signal has no reason of its own', async () => {
    const pool = await newPool();
    const controller = new AbortController();
    const ended = settle(pool.task(untilCancelled, { signal: controller.signal })());
    await whenRunning(pool);
    controller.abort();
    await ended;
    expect(await seenReason(pool)).toMatchObject({ name: 'AbortError' });
  });

  it.each([['deploying'], [7], [{ code: 'shutdown', of: [1, 2] }], [undefined]])(
    'is the value given to the cancel() of a job: %j',
    async (reason) => {
      const pool = await newPool();
      const job = pool.do(untilCancelled);
      await whenRunning(pool);
      job.cancel(reason);
      await settle(job);
      expect(await seenReason(pool)).toEqual(reason ?? expect.stringContaining('No subscriber waits'));
    },
  );

  it('is a text if the value cannot be sent', async () => {
    const pool = await newPool();
    const job = pool.do(untilCancelled);
    await whenRunning(pool);
    job.cancel(() => 'later');
    await settle(job);
    expect(await seenReason(pool)).toMatch(/function/);
  });

  it.each([
    ['a task of a scope', (pool: WorkerPool) => pool.task(untilCancelled)()],
    [
      'a task that yields it',
      (pool: WorkerPool) =>
        task(function* () {
          yield* pool.task(untilCancelled)();
        })(),
    ],
  ])('is that of the scope that held %s', async (_, start) => {
    const pool = await newPool();
    const run = scoped(function* (scope) {
      scope.start(start(pool));
      yield whenRunning(pool);
      scope.cancel('the request has ended');
    });
    await settle(run);
    expect(await seenReason(pool)).toBe('the request has ended');
  });

  it('is the timeout error for a task that has exceeded its timeout', async () => {
    const pool = await newPool();
    await settle(pool.task(untilCancelled, { timeout: 150 })());
    expect(await seenReason(pool)).toMatchObject({
      name: 'TaskTimeoutError',
      message: expect.stringContaining('150 ms') as unknown,
    });
  });

  it('is a text for a task without subscribers', async () => {
    const pool = await newPool();
    const subscription = pool.task(untilCancelled)().subscribe();
    await whenRunning(pool);
    subscription.unsubscribe();
    expect(await seenReason(pool)).toMatch('No subscriber waits');
  });

  it('is passed on to the nested calls of the task', async () => {
    const pool = makePool({ size: 2 });
    const seen = new SharedArrayBuffer(8);
    const job = pool.do(async function outer(this: WorkerTask, memory: SharedArrayBuffer) {
      await this.do(function inner(this: WorkerTask, marks: SharedArrayBuffer) {
        const numbers = new Int32Array(marks);
        numbers[0] = 1;
        return new Promise<void>((resolve) => {
          this.signal.addEventListener('abort', () => {
            numbers[1] = (this.signal.reason as { reason: string }).reason === 'deploying' ? 1 : 2;
            resolve();
          });
        });
      }, memory);
    }, seen);
    const numbers = new Int32Array(seen);
    while (numbers[0] === 0) await sleep(1);
    job.cancel('deploying');
    await job.then(ignore, ignore);
    while (numbers[1] === 0) await sleep(1);
    expect(numbers[1]).toBe(1);
  });
});
