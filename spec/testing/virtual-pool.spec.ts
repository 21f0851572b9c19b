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
} from 'rxjs';
import type { RunHelpers } from 'rxjs/testing';
import { CancelledError, Future, TaskTimeoutError, WouldBlockError } from 'sluice';
import {
  ModuleLoadError,
  offload,
  PoolClosedError,
  QueueFullError,
  workerTask,
  type PoolEvent,
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

  it.each([
    [{ duration: -1 }, /expected `duration` to be a number of ms/],
    [{ clock: {} }, /expected `clock` to be an RxJS scheduler/],
    [{ load: 5 }, /expected `load` to be a function/],
    [{ execArgv: [] }, /unknown option "execArgv"/],
  ])('refuses an invalid config: %p', (config, message) => {
    const error = thrownBy(() => new VirtualPool(config as never));
    expect(error).toBeInstanceOf(TypeError);
    expect(String(error)).toMatch(message);
  });
});
