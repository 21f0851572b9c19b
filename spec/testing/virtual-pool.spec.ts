/** A virtual pool works like a pool of threads for its callers, and is frame-exact on virtual time. */
import {
  config,
  EMPTY,
  from,
  lastValueFrom,
  map,
  mergeMap,
  NEVER,
  of,
  range,
  scheduled,
  take,
  tap,
  throwError,
  timer,
  toArray,
  VirtualTimeScheduler,
  type Observable,
} from 'rxjs';
import type { RunHelpers } from 'rxjs/testing';
import { AsyncValue, CancelledError, Future, task, TaskTimeoutError, WouldBlockError } from 'sluice';
import {
  ModuleLoadError,
  offload,
  PoolClosedError,
  QueueFullError,
  ThrownValueError,
  transfer,
  TransferError,
  WorkerPool,
  workerTask,
  type PoolEvent,
  type TaskPool,
  type WorkerTask,
} from 'sluice/pool';
import { VirtualPool } from 'sluice/testing';
import { testScheduler } from '../support/virtual-time';
import { nextTurn, record, thrownBy } from '../support/recording-observer';

const inFrames = (body: (helpers: RunHelpers) => void): void => testScheduler().run(body);
const echo = (value: string): string => value;

describe('on virtual time, a virtual pool', () => {
  it('runs one task per worker at a time, first in, first out', () => {
    inFrames(({ cold, expectObservable }) => {
      const pool = new VirtualPool({ size: 2, duration: 5 });
      const source = '  (abcde|)';
      const expected = '-----(ab)-(cd)-(e|)';
      expectObservable(cold(source).pipe(offload(pool.task(echo)))).toBe(expected);
    });
  });

  it('emits results in the frames in which they arrive', () => {
    const frames: [string, number][] = [];
    const time = testScheduler();
    time.run(() => {
      const pool = new VirtualPool({ size: 2, duration: 3 });
      of('a', 'b', 'c', 'd', 'e')
        .pipe(offload(pool.task(echo)))
        .subscribe((value) => frames.push([value, time.now()]));
    });
    expect(frames).toEqual([
      ['a', 3],
      ['b', 3],
      ['c', 6],
      ['d', 6],
      ['e', 9],
    ]);
  });

  it('supports a duration per task, and keeps the requested order of results', () => {
    inFrames(({ cold, expectObservable }) => {
      const pool = new VirtualPool({ size: 2, duration: (_name, [text]) => (text === 'a' ? 5 : 1) });
      const source = '  a-b-(c|)';
      const asCome = '  ---b-(ac|)';
      const inOrder = ' -----(abc|)';
      const parse = pool.task(echo);
      expectObservable(cold(source).pipe(offload(parse))).toBe(asCome);
      const other = new VirtualPool({ size: 2, duration: (_name, [text]) => (text === 'a' ? 5 : 1) });
      expectObservable(cold(source).pipe(offload(other.task(echo), { ordered: true }))).toBe(inOrder);
    });
  });

  it('occupies a worker until the Observable of the task completes', () => {
    inFrames(({ expectObservable }) => {
      const pool = new VirtualPool();
      const ticks = pool.task((name: string) =>
        timer(1, 1).pipe(
          take(2),
          map((n) => `${name}${n}`),
        ),
      );
      expectObservable(of('a', 'b').pipe(mergeMap((name) => ticks(name)))).toBe('-wxy(z|)', {
        w: 'a0',
        x: 'a1',
        y: 'b0',
        z: 'b1',
      });
    });
  });

  it('adds the time of an Observable to the duration', () => {
    inFrames(({ expectObservable }) => {
      const pool = new VirtualPool({ duration: 2 });
      const late = pool.task((text: string) => timer(3).pipe(map(() => text)));
      expectObservable(late('a')).toBe('-----(a|)');
    });
  });

  it('fails a task in the frame of its error, and continues with others', () => {
    inFrames(({ expectObservable }) => {
      const pool = new VirtualPool({ duration: 2 });
      const careful = pool.task((text: string) => {
        if (text === 'a') throw new RangeError('no a');
        return text;
      });
      expectObservable(careful('a')).toBe('--#', undefined, new RangeError('no a'));
      expectObservable(careful('b')).toBe('----(b|)');
    });
  });

  it('frees the worker of a cancelled task at once', () => {
    inFrames(({ expectObservable }) => {
      const pool = new VirtualPool({ duration: 9 });
      const run = pool.task(echo);
      expectObservable(run('a'), '--!').toBe('---');
      expectObservable(run('b')).toBe('-----------(b|)');
    });
  });

  it('removes a cancelled task from the queue, and never calls its function', () => {
    const fn = jest.fn(echo);
    inFrames(({ expectObservable }) => {
      const pool = new VirtualPool({ duration: 5 });
      const run = pool.task(fn);
      expectObservable(run('a')).toBe('-----(a|)');
      expectObservable(run('b'), '--!').toBe('---');
      expectObservable(run('c')).toBe('----------(c|)');
    });
    expect(fn.mock.calls).toEqual([['a'], ['c']]);
  });

  it('applies timeouts to queued and to running tasks', () => {
    inFrames(({ expectObservable }) => {
      const pool = new VirtualPool({ duration: 4, taskTimeout: 6 });
      const run = pool.task(echo, { name: 'slow' });
      expectObservable(run('a')).toBe('----(a|)');
      expectObservable(run('b')).toBe(
        '------#',
        undefined,
        new TaskTimeoutError(6, undefined, { kind: 'run', task: 'slow' }),
      );
      const hasty = pool.task(echo, { timeout: 1, name: 'hasty' });
      expectObservable(hasty('d')).toBe(
        '-#',
        undefined,
        new TaskTimeoutError(1, undefined, { kind: 'queue', task: 'hasty' }),
      );
    });
  });

  it('aborts the signal of a cancelled task in the right frame', () => {
    const received: [unknown, number][] = [];
    const time = testScheduler();
    time.run(({ expectObservable }) => {
      const pool = new VirtualPool({ taskTimeout: 3 });
      const run = pool.task(function (this: WorkerTask) {
        this.signal.addEventListener('abort', () => received.push([this.signal.reason, time.now()]));
        return NEVER;
      });
      expectObservable(run()).toBe(
        '---#',
        undefined,
        new TaskTimeoutError(3, undefined, { kind: 'run', task: 'anonymous' }),
      );
    });
    expect(received).toEqual([[expect.any(CancelledError), 3]]);
  });

  it('waits for arguments without occupying a worker', () => {
    inFrames(({ expectObservable }) => {
      const pool = new VirtualPool({ duration: 2 });
      const run = pool.task(echo);
      expectObservable(run(Future.from(timer(5).pipe(map(() => 'a'))))).toBe('-------(a|)');
      expectObservable(run('b')).toBe('--(b|)');
    });
  });

  it('drains and closes in the frame of its last result', () => {
    inFrames(({ expectObservable }) => {
      const pool = new VirtualPool({ duration: 4 });
      const run = pool.task(echo);
      expectObservable(run('a')).toBe('----(a|)');
      expectObservable(run('b')).toBe('--------(b|)');
      const closed = { x: undefined };
      expectObservable(Future.defer(() => pool.drain())).toBe('--------(x|)', closed);
      expectObservable(Future.from(timer(2).pipe(mergeMap(() => pool.close())))).toBe('--------(x|)', closed);
      expectObservable(timer(3).pipe(mergeMap(() => run('c')))).toBe(
        '---#',
        undefined,
        new PoolClosedError('VirtualPool', 'echo', { isStopped: false }),
      );
    });
  });

  it('terminates its tasks on close with force or timeout', () => {
    inFrames(({ expectObservable }) => {
      const cut = new PoolClosedError('VirtualPool', 'echo', { isStopped: true });
      const pool = new VirtualPool({ duration: 9 });
      expectObservable(pool.task(echo)('a')).toBe('---#', undefined, cut);
      expectObservable(pool.task(echo)('b')).toBe('---#', undefined, cut);
      expectObservable(timer(1).pipe(mergeMap(() => pool.close({ timeout: 2 })))).toBe('---(x|)', { x: undefined });
      const other = new VirtualPool({ duration: 9 });
      expectObservable(other.task(echo)('a')).toBe('--#', undefined, cut);
      expectObservable(timer(2).pipe(mergeMap(() => other.close({ force: true })))).toBe('--(x|)', { x: undefined });
    });
  });

  it('runs actions of its scheduler when a worker is free', () => {
    const started: [number, number][] = [];
    const time = testScheduler();
    time.run(() => {
      const pool = new VirtualPool({ size: 2, duration: 3 });
      const run = pool.task((n: number) => n);
      scheduled(range(0, 6), pool.scheduler)
        .pipe(
          tap((n) => started.push([n, time.now()])),
          mergeMap((n) => run(n)),
        )
        .subscribe();
    });
    expect(started.map(([, frame]) => frame)).toEqual([0, 0, 3, 3, 6, 6]);
  });

  it('starts each run of virtual time with no state of a run that ended midway', () => {
    const pool = new VirtualPool({ duration: 5 });
    const run = pool.task(echo);
    expect(() =>
      inFrames(({ expectObservable }) => {
        expectObservable(run('a')).toBe('-----(a|)');
        timer(2).subscribe(() => {
          throw new Error('an assertion');
        });
      }),
    ).toThrow('an assertion');
    inFrames(({ expectObservable }) => {
      expectObservable(run('b')).toBe('-----(b|)');
    });
  });

  it('uses the clock option', () => {
    const clock = new VirtualTimeScheduler();
    const pool = new VirtualPool({ size: 2, duration: 3, clock });
    const received: [string, number][] = [];
    of('a', 'b', 'c')
      .pipe(offload(pool.task(echo)))
      .subscribe((value) => received.push([value, clock.now()]));
    clock.flush();
    expect(received).toEqual([
      ['a', 3],
      ['b', 3],
      ['c', 6],
    ]);
  });

  it('queues tasks while its size is 0, and can be resized while tasks run', () => {
    inFrames(({ expectObservable }) => {
      const pool = new VirtualPool({ size: 0, duration: 2 });
      const run = pool.task(echo);
      expectObservable(of('a', 'b', 'c').pipe(mergeMap((text) => run(text)))).toBe('-------(abc|)');
      timer(5).subscribe(() => (pool.size = 3));
      expect([pool.size, pool.stats.queued]).toEqual([0, 0]);
    });
  });
});

/** In real time: the behaviour that virtual pools and pools of threads have in common. */
const real = new WorkerPool({ size: 1, name: 'pool', maxQueue: 50 });
afterAll(() => real.close({ force: true }));

const pools: readonly (readonly [string, TaskPool])[] = [
  ['of threads', real],
  ['of a test', new VirtualPool({ name: 'pool', maxQueue: 50 })],
];

describe.each(pools)('a pool %s', (_, pool) => {
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
    const value = await pool.do(() => Promise.reject('text')).then(undefined, (error: unknown) => error); // eslint-disable-line @typescript-eslint/prefer-promise-reject-errors -- some do
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

  it('supports block() for tasks without duration', () => {
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

  it.each([
    ['no function', (): unknown => pool.task(5 as never)],
    ['a wrong size', (): unknown => (pool.size = -1)],
    ['a wrong time-out', (): unknown => pool.task(echo, { timeout: -1 })],
    ['a wrong name', (): unknown => pool.task(echo, { name: 5 as never })],
    ['a wrong signal', (): unknown => pool.task(echo, { signal: {} as never })],
    ['a wrong close', (): unknown => pool.close({ force: 1 as never })],
    ['a relative module', (): unknown => pool.module('./x')],
  ])('refuses %s with a TypeError', (_name, call) => {
    expect(thrownBy(call)).toBeInstanceOf(TypeError);
  });
});

describe('a virtual pool', () => {
  it('runs closures on this thread, where workerTask() returns the task that is called', async () => {
    const seen: string[] = [];
    const pool = new VirtualPool();
    await pool.task(() => seen.push(workerTask().name), { name: 'mine' })();
    expect(seen).toEqual(['mine']);
    expect(() => workerTask()).toThrow(/while no task/);
  });

  it('never calls the function in the turn of the caller', async () => {
    const pool = new VirtualPool();
    let isCalled = false;
    const going = pool
      .task(() => (isCalled = true))()
      .start();
    expect(isCalled).toBe(false);
    await going;
    expect(isCalled).toBe(true);
  });

  it('loads modules with the option load, and names the option when it is missing', async () => {
    const work = { add: (a: number, b: number) => a + b, VERSION: '1' };
    const load = jest.fn<object, [string]>(() => work);
    const pool = new VirtualPool({ load });
    const there = pool.module<typeof work>('file:///work.js');
    expect(await there.add(1, 2)).toBe(3);
    expect(load).toHaveBeenCalledWith('file:///work.js');
    expect(await pool.do({ url: '/work.js', name: 'add' }, 3, 4)).toBe(7);
    await expect(pool.do({ url: '/work.js', name: 'VERSION' })).rejects.toBeInstanceOf(ModuleLoadError);
    await expect(new VirtualPool().do({ url: '/work.js', name: 'add' })).rejects.toThrow(/Pass the option `load`/);
  });

  it('fails a new task when its queue is full', async () => {
    const pool = new VirtualPool({ maxQueue: 50 });
    const jobs = Array.from({ length: 60 }, () => pool.do(() => 1));
    const errors = await Promise.all(
      jobs.map((job) =>
        job.then(
          () => undefined,
          (error: unknown) => error,
        ),
      ),
    );
    expect(errors.filter((error) => error instanceof QueueFullError)).toHaveLength(9);
    expect(errors.slice(0, 51)).toEqual(Array.from({ length: 51 }, () => undefined));
  });

  it('fails the task that has waited longest with overflow evict', async () => {
    const pool = new VirtualPool({ size: 0, maxQueue: 1, overflow: 'evict' });
    const [first, second] = [pool.do(() => 1), pool.do(() => 2)];
    await expect(first).rejects.toBeInstanceOf(QueueFullError);
    pool.size = 1;
    expect(await second).toBe(2);
  });

  it('emits events of its workers', async () => {
    const pool = new VirtualPool({ size: 2 });
    const events: PoolEvent['type'][] = [];
    pool.events$.subscribe({ next: ({ type }) => events.push(type), complete: () => events.push('fault') });
    await pool.do(() => 1);
    expect(events).toEqual(['spawn', 'spawn']);
    pool.size = 1;
    await pool.do(() => 1);
    await pool.close();
    expect(events).toEqual(['spawn', 'spawn', 'exit', 'exit', 'fault']);
    expect(pool.stats).toMatchObject({ threads: 0, idle: 0 });
  });

  it('refuses block() for tasks that take time, and says why', () => {
    const pool = new VirtualPool({ duration: 5, name: 'mine' });
    const error = thrownBy(() => pool.task(echo)('a').block());
    expect(error).toBeInstanceOf(WouldBlockError);
    expect(String(error)).toMatch(/virtual pool "mine" \(1 unfinished task\(s\)\)/);
  });

  it('frees the worker of a task whose subscriber unsubscribes on an item', async () => {
    const pool = new VirtualPool();
    const endless = pool.task(function* () {
      for (let i = 0; ; i++) yield i;
    });
    const { notifications } = record(endless().pipe(take(2)));
    await nextTurn();
    expect(notifications).toEqual(['next 0', 'next 1', 'complete']);
    expect(pool.stats).toMatchObject({ running: 0, cancelled: 1 });
    expect(await pool.do(() => 7)).toBe(7);
  });

  it('runs the finally block of a cancelled generator', async () => {
    const pool = new VirtualPool();
    let isLeft = false;
    const endless = pool.task(function* () {
      try {
        for (;;) yield 1;
      } finally {
        isLeft = true;
      }
    });
    await lastValueFrom(endless().pipe(take(1)));
    expect(isLeft).toBe(true);
  });

  it('fails tasks whose duration is invalid or throws', async () => {
    await expect(new VirtualPool({ duration: () => Number.NaN }).do(() => 1)).rejects.toThrow(/the duration of task/);
    const throwing = (): number => {
      throw new Error('duration');
    };
    await expect(new VirtualPool({ duration: throwing }).do(() => 1)).rejects.toThrow('duration');
  });

  it('reports a promise that rejects early only after the duration', async () => {
    const pool = new VirtualPool({ duration: 5 });
    await expect(pool.do(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  });

  it('passes on errors of Observables, and fails with an EmptyError for empty ones', async () => {
    const pool = new VirtualPool();
    await expect(pool.do(() => throwError(() => new Error('no')))).rejects.toThrow('no');
    expect(await pool.do(() => EMPTY).then(undefined, String)).toMatch(/EmptyError/);
  });

  it('passes on the items before the error of a stream, and the error', async () => {
    const pool = new VirtualPool();
    const plain = record(
      pool.task(function* () {
        yield 1;
        throw new RangeError('no');
      })(),
    );
    const later = record(
      pool.task(async function* () {
        yield await Promise.resolve(2);
        throw new RangeError('later');
      })(),
    );
    await pool.drain();
    expect(plain.notifications).toEqual(['next 1', 'error RangeError: no']);
    expect(later.notifications).toEqual(['next 2', 'error RangeError: later']);
    expect(pool.stats).toMatchObject({ failed: 2, running: 0 });
  });

  it('continues when an action of its scheduler throws', async () => {
    const reported: unknown[] = [];
    config.onUnhandledError = (error) => reported.push(error);
    const pool = new VirtualPool();
    pool.scheduler.schedule(() => {
      throw new Error('an action');
    });
    expect(await pool.do(() => 1)).toBe(1);
    await new Promise((resolve) => setTimeout(resolve));
    config.onUnhandledError = null;
    expect(reported).toEqual([new Error('an action')]);
  });

  it('queues thousands of tasks', async () => {
    const pool = new VirtualPool({ size: 3 });
    const results = await lastValueFrom(
      from(Array.from({ length: 20_000 }, (_, n) => n)).pipe(offload(pool.task((n: number) => n + 1)), toArray()),
    );
    expect(results).toHaveLength(20_000);
    expect(pool.stats).toMatchObject({ queued: 0, running: 0, completed: 20_000 });
  });

  it('is closed by await using', async () => {
    let closed: VirtualPool;
    {
      await using pool = new VirtualPool();
      closed = pool;
      expect(await pool.do(() => 1)).toBe(1);
    }
    await expect(closed.do(() => 1)).rejects.toBeInstanceOf(PoolClosedError);
  });

  it.each([
    [null, /expected its config to be an object/],
    [{ size: -1 }, /expected `size` to be a whole number/],
    [{ duration: -1 }, /expected `duration` to be a number of ms/],
    [{ clock: {} }, /expected `clock` to be an RxJS scheduler/],
    [{ maxQueue: 1.5 }, /expected `maxQueue` to be/],
    [{ overflow: 'x' }, /expected `overflow` to be 'reject' or 'evict'/],
    [{ taskTimeout: 'x' }, /expected `taskTimeout` to be/],
    [{ load: 5 }, /expected `load` to be a function/],
    [{ name: 5 }, /expected `name` to be a string/],
    [{ execArgv: [] }, /unknown option "execArgv"/],
  ])('refuses an invalid config: %p', (config, message) => {
    const error = thrownBy(() => new VirtualPool(config as never));
    expect(error).toBeInstanceOf(TypeError);
    expect(String(error)).toMatch(message);
  });
});
