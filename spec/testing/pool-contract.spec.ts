/** The contract of a pool: the behaviours of a `WorkerPool` on which a `VirtualPool` may take its place. */
import { lastValueFrom, take, toArray, type Observable } from 'rxjs';
import { AsyncValue, CancelledError, Future, task } from 'sluice';
import {
  PoolClosedError,
  QueueFullError,
  ThrownValueError,
  transfer,
  TransferError,
  WorkerPool,
  type PoolEvent,
  type TaskPool,
  type WorkerPoolConfig,
  type WorkerTask,
} from 'sluice/pool';
import { VirtualPool } from 'sluice/testing';
import { recordWarnings } from '../support/record-warnings';
import { nextTurn } from '../support/recording-observer';
import { sharedNumbers } from '../support/shared-memory';

type SharedConfig = Pick<WorkerPoolConfig, 'size' | 'name' | 'maxQueue' | 'overflow' | 'taskTimeout'>;

const implementations: readonly (readonly [name: string, create: (config: SharedConfig) => TaskPool])[] = [
  ['WorkerPool', (config) => new WorkerPool(config)],
  ['VirtualPool', (config) => new VirtualPool(config)],
];

describe.each(implementations)('a %s', (implementation, create) => {
  const pool = create({ size: 1, name: 'pool', maxQueue: 50 });
  afterAll(() => pool.close({ force: true }));

  const pools: TaskPool[] = [];
  afterEach(() => Promise.all(pools.splice(0).map((opened) => opened.close({ force: true }))));
  /** A pool that is closed after the test. */
  const poolOf = (config: SharedConfig): TaskPool => {
    const opened = create(config);
    pools.push(opened);
    return opened;
  };
  const identity = (n: number): number => n;
  recordWarnings(); // of block() inside tasks

  it('returns the value of plain, async and promise-returning functions', async () => {
    expect(await pool.do((a: number, b: number) => a + b, 1, 2)).toBe(3);
    expect(await pool.task(async (n: number) => Promise.resolve(n * 2))(4)).toBe(8);
  });

  it('streams generators, async generators and ReadableStreams', async () => {
    const upTo = pool.task(function* (n: number) {
      for (let i = 1; i <= n; i++) yield i;
    });
    const later = pool.task(async function* (n: number) {
      for (let i = 1; i <= n; i++) yield await Promise.resolve(i);
    });
    const all = <T>(items: Observable<T>): Promise<T[]> => lastValueFrom(items.pipe(toArray()));
    expect(await all(upTo(3))).toEqual([1, 2, 3]);
    expect(await all(upTo(0))).toEqual([]);
    expect(await all(later(3))).toEqual([1, 2, 3]);
    expect(await upTo(4)).toBe(4);
    const streamOf = pool.task((text: string) => {
      const start = (controller: ReadableStreamDefaultController<string>): void => {
        controller.enqueue(text);
        controller.close();
      };
      return new ReadableStream<string>({ start });
    });
    expect(await all(streamOf('a'))).toEqual(['a']);
  });

  it('pulls an endless stream only as far as items are taken', async () => {
    const endless = pool.task(function* () {
      for (let i = 0; ; i++) yield i;
    });
    expect(await lastValueFrom(endless().pipe(take(3), toArray()))).toEqual([0, 1, 2]);
    const items: number[] = [];
    for await (const item of endless()) {
      items.push(item);
      if (item === 500) break;
    }
    expect(items).toHaveLength(501);
    await pool.drain();
  });

  it('returns arrays, Maps and strings as single values', async () => {
    expect(await pool.do(() => [1, 2])).toEqual([1, 2]);
    expect(await pool.do(() => new Map([[1, 2]]))).toEqual(new Map([[1, 2]]));
    expect(await pool.do(() => 'ab')).toBe('ab');
  });

  it('fails with the error of the function', async () => {
    const thrown = pool.do(() => {
      throw new RangeError('no');
    });
    await expect(thrown).rejects.toEqual(new RangeError('no'));
    await expect(pool.do(() => Promise.reject(new TypeError('later')))).rejects.toEqual(new TypeError('later'));
    const value = await pool.do(() => Promise.reject('text')).then(undefined, (error: unknown) => error); // eslint-disable-line @typescript-eslint/prefer-promise-reject-errors -- a program may reject with text
    expect(value).toBeInstanceOf(ThrownValueError);
    expect(value).toMatchObject({ thrown: 'text' });
  });

  it('refuses values that threads cannot send, and names them', async () => {
    const refused = pool.task((of: unknown) => of);
    const error: unknown = await refused({ a: [() => 1] }).then(undefined, (thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TransferError);
    expect(error).toMatchObject({ path: 'args[0].a[0]' });
    const result: unknown = await pool.do(() => ({ b: Symbol('s') })).then(undefined, (thrown: unknown) => thrown);
    expect(result).toBeInstanceOf(TransferError);
    expect(String(result)).toMatch(/The result.*b/);
    expect(await pool.do((image: Uint8Array) => image.length, transfer(new Uint8Array(3)))).toBe(3);
  });

  it('gives a task its name, and lets it run nested tasks although it has the only worker', async () => {
    const nested = pool.task(
      async function (this: WorkerTask, n: number): Promise<string> {
        const inner = await this.do((m: number) => m + 1, n);
        return `${this.name} ${inner} ${this.signal.aborted}`;
      },
      { name: 'outer' },
    );
    expect(await nested(1)).toBe('outer 2 false');
    await pool.drain();
    expect(pool.stats).toMatchObject({ queued: 0, running: 0 });
  });

  it('chains jobs, and continues after a handled error', async () => {
    expect(await pool.do((n: number) => n + 1, 1).chain((n: number) => n * 10)).toBe(20);
    const failed = pool.do((): number => {
      throw new Error('no');
    });
    expect(await failed.chain({ afterError: 'run' }, (n?: number) => String(n))).toBe('undefined');
  });

  it('supports block() on a job, a task, a task that waits for a task of the pool, and drain()', () => {
    expect(pool.do((n: number) => n * n, 3).get()).toBe(9);
    expect(
      pool
        .task((n: number) => n * n)(4)
        .block(),
    ).toBe(16);
    expect(
      task(function* () {
        return yield* pool.task((n: number) => n + 1)(1);
      })().block(),
    ).toBe(2);
    pool.drain().block();
  });

  it('cancels a task by its signal, before or during the run', async () => {
    const controller = new AbortController();
    const never = pool.task(() => new Promise<never>(() => undefined), { signal: controller.signal });
    const going = never().start();
    await nextTurn();
    controller.abort('enough');
    await expect(going).rejects.toMatchObject({ reason: 'enough' });
    await expect(never()).rejects.toBeInstanceOf(CancelledError);
  });

  it('awaits AsyncValues among the arguments, and fails with their errors', async () => {
    const later = new AsyncValue<number>();
    const job = pool.do((n: number) => n + 1, later);
    later.set(1);
    expect(await job).toBe(2);
    await expect(pool.do((n: number) => n, Future.fail(new Error('no')))).rejects.toThrow('no');
  });

  it('counts completed, failed and cancelled tasks', async () => {
    const before = pool.stats;
    await pool.do(() => 1);
    await pool.do(() => Promise.reject(new Error('no'))).then(undefined, () => undefined);
    const { completed, failed } = pool.stats;
    expect([completed - before.completed, failed - before.failed]).toEqual([1, 1]);
  });

  it('counts a task as completed when its subscriber unsubscribes on the value', async () => {
    const { completed } = pool.stats;
    await lastValueFrom(
      pool
        .task((n: number) => n)(1)
        .pipe(take(1)),
    );
    expect(pool.stats.completed - completed).toBe(1);
  });

  it('ends tasks in the order of the calls if it has one worker', async () => {
    const ends: number[] = [];
    await Promise.all([1, 2, 3, 4].map((n) => pool.do(identity, n).then((value) => ends.push(value))));
    expect(ends).toEqual([1, 2, 3, 4]);
  });

  it('runs at most one task per worker at a time', async () => {
    const pair = poolOf({ size: 2 });
    const [present, most] = [0, 1];
    const counts = sharedNumbers(2);
    const counted = pair.task(async (numbers: Int32Array, now: number, highest: number) => {
      const running = Atomics.add(numbers, now, 1) + 1;
      if (running > Atomics.load(numbers, highest)) Atomics.store(numbers, highest, running);
      await new Promise((resolve) => setTimeout(resolve, 2));
      Atomics.sub(numbers, now, 1);
    });
    await Promise.all(Array.from({ length: 12 }, () => counted(counts, present, most).start()));
    expect(counts[most]).toBeLessThanOrEqual(2);
  });

  it('keeps tasks in the queue while its size is 0', async () => {
    const paused = poolOf({ size: 0 });
    const job = paused.do((n: number) => n * 2, 21);
    await nextTurn();
    expect(paused.stats).toMatchObject({ threads: 0, queued: 1, running: 0 });
    expect(job.isSet).toBe(false);
    paused.size = 1;
    expect(await job).toBe(42);
  });

  it('never runs a job that is cancelled in the queue', async () => {
    const paused = poolOf({ size: 0 });
    const runs = sharedNumbers(1);
    const job = paused.do((count: Int32Array) => Atomics.add(count, 0, 1), runs);
    job.cancel('not wanted');
    await expect(job).rejects.toMatchObject({ code: 'SLUICE_CANCELLED', reason: 'not wanted' });
    expect(paused.stats).toMatchObject({ queued: 0, cancelled: 1 });
    paused.size = 1;
    expect(await paused.do(identity, 7)).toBe(7);
    expect(runs[0]).toBe(0);
  });

  it('gives the signal of a running task the reason of its cancellation', async () => {
    const [isRunning, isAborted] = [0, 1];
    const flags = sharedNumbers(2);
    const job = pool.do(
      function (this: WorkerTask, seen: Int32Array, running: number, aborted: number) {
        const { signal } = this;
        Atomics.store(seen, running, 1);
        return new Promise<void>((resolve) => {
          signal.addEventListener('abort', () => {
            Atomics.store(seen, aborted, 1);
            resolve();
          });
        });
      },
      flags,
      isRunning,
      isAborted,
    );
    while (flags[isRunning] === 0) await nextTurn();
    job.cancel('enough');
    await expect(job).rejects.toMatchObject({ code: 'SLUICE_CANCELLED', reason: 'enough' });
    await pool.drain();
    expect(flags[isAborted]).toBe(1);
  });

  it('rejects a new task while its queue is full', async () => {
    const paused = poolOf({ size: 0, maxQueue: 1 });
    const [first, second] = [paused.do(identity, 1), paused.do(identity, 2)];
    await expect(second).rejects.toBeInstanceOf(QueueFullError);
    paused.size = 1;
    expect(await first).toBe(1);
  });

  it("rejects the task that has waited longest while its queue is full, with overflow: 'evict'", async () => {
    const paused = poolOf({ size: 0, maxQueue: 1, overflow: 'evict' });
    const [first, second] = [paused.do(identity, 1), paused.do(identity, 2)];
    await expect(first).rejects.toBeInstanceOf(QueueFullError);
    paused.size = 1;
    expect(await second).toBe(2);
  });

  it('emits an event for the start and the end of a worker, and completes when it has closed', async () => {
    const observed = poolOf({ size: 1 });
    const types: PoolEvent['type'][] = [];
    let isComplete = false;
    observed.events$.subscribe({
      next: ({ type }) => types.push(type),
      complete: () => {
        isComplete = true;
      },
    });
    await observed.do(() => 1);
    await observed.close();
    expect([types, isComplete]).toEqual([['spawn', 'exit'], true]);
  });

  it('is drained at once if it has no task', () => {
    expect(poolOf({ size: 1 }).drain().isSet).toBe(true);
  });

  it('is drained when its last task has ended, and accepts tasks afterwards', async () => {
    const jobs = [1, 2, 3].map((n) => pool.do(identity, n));
    await pool.drain();
    expect(jobs.every(({ isSet }) => isSet)).toBe(true);
    expect(await pool.do(() => 'next')).toBe('next');
  });

  it('is drained when its last task has failed', async () => {
    const failing = pool.do((): number => {
      throw new Error('no');
    });
    failing.subscribe({ error: () => undefined });
    await pool.drain();
    expect(failing.isError).toBe(true);
  });

  it('completes its tasks on close, and then ends its workers', async () => {
    const closing = poolOf({ size: 1 });
    const jobs = [1, 2, 3].map((n) => closing.do(identity, n));
    await closing.close();
    expect(jobs.map(({ value }) => value)).toEqual([1, 2, 3]);
    expect(closing.stats).toMatchObject({ threads: 0, idle: 0, queued: 0, running: 0, completed: 3 });
  });

  it('fails queued tasks with a PoolClosedError on close by force', async () => {
    const paused = poolOf({ size: 0, name: 'shut' });
    const job = paused.do(identity, 1);
    await paused.close({ force: true });
    await expect(job).rejects.toMatchObject({ code: 'SLUICE_POOL_CLOSED', pool: 'shut', task: 'identity' });
  });

  it('fails tasks that are called after close with a PoolClosedError', async () => {
    const closing = poolOf({ size: 1, name: 'shut' });
    const closed = closing.close();
    const late = closing.do(function late() {
      return 1;
    });
    await expect(late).rejects.toThrow(PoolClosedError);
    await expect(late).rejects.toMatchObject({ code: 'SLUICE_POOL_CLOSED', pool: 'shut', task: 'late' });
    await closed;
  });

  it('closes at the end of an `await using` block', async () => {
    let outer: TaskPool;
    {
      await using inner = poolOf({ size: 1 });
      outer = inner;
      expect(await inner.do(() => 1)).toBe(1);
    }
    expect(outer.stats.threads).toBe(0);
    await expect(outer.do(() => 1)).rejects.toThrow(PoolClosedError);
  });

  it.each<[unknown, RegExp]>([
    [{ size: -1 }, /expected `size` to be a whole number, 0 or more; got -1 \(number\)/],
    [{ maxQueue: 0.5 }, /expected `maxQueue` to be a whole number, 0 or more, or Infinity; got 0\.5 \(number\)/],
    [{ overflow: 'drop' }, /expected `overflow` to be 'reject' or 'evict'; got "drop" \(string\)/],
    [{ taskTimeout: NaN }, /expected `taskTimeout` to be a number of \w+, 0 or more; got NaN \(number\)/],
    [{ name: 5 }, /expected `name` to be a string; got 5 \(number\)/],
    [null, /expected its config to be an object.*; got null/],
    [4, /expected its config to be an object.*; got 4/],
    ['four', /expected its config to be an object.*; got "four"/],
  ])('refuses the config %p, and says what is expected', (config, message) => {
    const construct = (): TaskPool => create(config as SharedConfig);
    expect(construct).toThrow(TypeError);
    expect(construct).toThrow(`${implementation}: `);
    expect(construct).toThrow(message);
  });

  it.each<[string, () => unknown, RegExp]>([
    ['the size', () => (pool.size = -1), /expected `size` to be a whole number, 0 or more; got -1/],
    ['the timeout of a task', () => pool.task(identity, { timeout: -1 }), /timeout` to be a number of .*; got -1/],
    ['the name of a task', () => pool.task(identity, { name: 7 as never }), /name` to be a string; got 7/],
    [
      'the signal of a task',
      () => pool.task(identity, { signal: {} as never }),
      /signal` to be an AbortSignal; got {}/,
    ],
    ['the timeout of close', () => pool.close({ timeout: NaN }), /timeout` to be a number of .*; got NaN/],
    ['the force of close', () => pool.close({ force: 1 as never }), /force` to be true or false; got 1/],
    ['the URL of a module', () => pool.module('./x'), /expected the URL of a module to be absolute.*; got "\.\/x"/],
  ])('refuses an invalid value for %s, and says what is expected', (_, call, message) => {
    expect(call).toThrow(TypeError);
    expect(call).toThrow(message);
    expect(pool.size).toBe(1);
  });

  it.each([[undefined], [5], [{}], [null]])('refuses %p as the function of a task', (fn) => {
    const given = fn as () => void;
    const paused = poolOf({ size: 0 });
    const message = ': expected its function to be a function, or a reference';
    expect(() => paused.do(given)).toThrow(`${implementation}.do${message}`);
    expect(() => paused.task(given)).toThrow(`${implementation}.task${message}`);
    expect(paused.stats).toMatchObject({ queued: 0, failed: 0 });
  });
});
