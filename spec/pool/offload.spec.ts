/**
 * `offload`: each value of the source is the argument of a task of a pool, and what comes of it is emitted.
 */
import {
  EMPTY,
  firstValueFrom,
  from,
  lastValueFrom,
  NEVER,
  of,
  range,
  Subject,
  take,
  tap,
  throwError,
  toArray,
  type Observable,
} from 'rxjs';
import { offload, WorkerPool, type OffloadConfig } from 'sluice/pool';
import { nextTurn, record } from '../support/recording-observer';
import { marbles } from '../support/marbles';

let pool: WorkerPool;
beforeAll(() => (pool = new WorkerPool({ size: 2, grace: 50 })));
afterAll(() => pool.close({ force: true }));

const square = (n: number): number => n * n;

describe.each([
  ['in order', { ordered: true }],
  ['as they come', { ordered: false }],
  ['by default', {}],
] as readonly (readonly [string, OffloadConfig])[])('offload, %s', (_name, config) => {
  it('of an empty source completes', async () => {
    expect(await lastValueFrom(EMPTY.pipe(offload(pool.task(square), config), toArray()))).toEqual([]);
  });

  it('of a source that never emits emits nothing, and can be unsubscribed', async () => {
    const { notifications, subscription } = record(NEVER.pipe(offload(pool.task(square), config)));
    await nextTurn();
    subscription.unsubscribe();
    expect(notifications).toEqual([]);
  });

  it('of one value emits one result', async () => {
    expect(await lastValueFrom(of(7).pipe(offload(pool.task(square), config), toArray()))).toEqual([49]);
  });

  it('of many values emits all results', async () => {
    const numbers = Array.from({ length: 300 }, (_, n) => n);
    const results = await lastValueFrom(from(numbers).pipe(offload(pool.task(square), config), toArray()));
    expect([...results].sort((a, b) => a - b)).toEqual(numbers.map(square));
  });

  it('of streams emits all their items', async () => {
    const upTo = pool.task(function* (n: number) {
      for (let i = 1; i <= n; i++) yield i;
    });
    const results = await lastValueFrom(of(3, 0, 2).pipe(offload(upTo, config), toArray()));
    expect([...results].sort()).toEqual([1, 1, 2, 2, 3]);
  });

  it('passes on the error of a task once, and cancels the other tasks', async () => {
    const careful = pool.task((n: number) => {
      if (n === 3) throw new RangeError('three');
      return n;
    });
    const { notifications } = record(range(0, 1_000).pipe(offload(careful, config)));
    await pool.drain();
    expect(notifications.filter((word) => !word.startsWith('next'))).toEqual(['error RangeError: three']);
    expect(notifications.at(-1)).toBe('error RangeError: three');
  });

  it('passes on the error of the source, and cancels the running tasks', async () => {
    const source = new Subject<number>();
    const { notifications } = record(source.pipe(offload(pool.task(square), config)));
    source.next(1);
    source.error(new Error('source'));
    await pool.drain();
    expect(notifications).toEqual(['error Error: source']);
    const no = throwError(() => new Error('no'));
    expect(await firstValueFrom(no.pipe(offload(pool.task(square), config))).catch(String)).toBe('Error: no');
  });

  it('that is unsubscribed early stops pulling, and leaves no task in the pool', async () => {
    let pulled = 0;
    const endless = function* (): Generator<number> {
      for (;;) yield pulled++;
    };
    const source = from(endless()).pipe(take(1_000_000));
    expect(
      await lastValueFrom(source.pipe(offload(pool.task(square), { ...config, concurrency: 4 }), take(3), toArray())),
    ).toHaveLength(3);
    await pool.drain();
    expect(pool.stats).toMatchObject({ queued: 0, running: 0 });
  });

  it('runs separately for each subscription', async () => {
    const squares = of(1, 2, 3).pipe(offload(pool.task(square), config), toArray());
    const both = await Promise.all([lastValueFrom(squares), lastValueFrom(squares)]);
    expect(both.map((results) => [...results].sort())).toEqual([
      [1, 4, 9],
      [1, 4, 9],
    ]);
  });
});

describe('offload with ordered: true', () => {
  const after = (rest: number) => [rest, new Int32Array(new SharedArrayBuffer(4))] as const;
  /** The first of them ends when the others have. */
  const lastFirst = (n: number, rest: number, ended: Int32Array): number => {
    if (n > 0) {
      Atomics.add(ended, 0, 1);
      Atomics.notify(ended, 0);
      return n;
    }
    for (let seen = Atomics.load(ended, 0); seen < rest; seen = Atomics.load(ended, 0)) Atomics.wait(ended, 0, seen);
    return n;
  };

  it('runs the other tasks while the first is slow, and holds their results back', async () => {
    const task = pool.task(lastFirst);
    const [rest, ended] = after(100);
    const run = (n: number) => task(n, rest, ended);
    const results = range(0, 101).pipe(offload(run, { ordered: true, concurrency: 200 }), toArray());
    expect(await lastValueFrom(results)).toEqual(Array.from({ length: 101 }, (_, n) => n));
  });

  it('emits results as they arrive without ordered: true', async () => {
    // The first ends when the others have come here: that they have ended there would not say so.
    const firstWaits = pool.task((n: number, come: Int32Array) => {
      while (n === 0 && Atomics.load(come, 0) < 5) Atomics.wait(come, 0, Atomics.load(come, 0));
      return n;
    });
    const come = new Int32Array(new SharedArrayBuffer(4));
    const counted = tap(() => {
      Atomics.add(come, 0, 1);
      Atomics.notify(come, 0);
    });
    const run = (n: number) => firstWaits(n, come);
    const results = range(0, 6).pipe(offload(run, { concurrency: 6 }), counted, toArray());
    expect((await lastValueFrom(results)).at(-1)).toBe(0);
  });

  const delays: Readonly<Record<string, string>> = { a: '---------(a|)', b: '--(b|)', c: '-(c|)' };

  it.each([
    ['holds results back until all earlier ones have arrived', true, '---------(abc)|'],
    ['emits results at once with ordered: false', false, '---(bc)--a----|'],
  ])('%s', (_promise, ordered, expected) => {
    marbles((m) => {
      const run = (name: string) => m.cold(delays[name] ?? '');
      const source = m.hot('abc-----------|');
      m.expect(source.pipe(offload(run, { ordered, concurrency: 9 }))).toBeObservable(expected);
    })();
  });

  it('emits items of the first unfinished task while it runs', () => {
    marbles((m) => {
      const run = (name: string) => m.cold(name === 'a' ? 'x--y--(z|)' : '-(b|)');
      const source = m.hot('  ab------------|');
      m.expect(source.pipe(offload(run, { ordered: true, concurrency: 9 }))).toBeObservable('x--y--(zb)----|');
    })();
  });
});

describe('the concurrency of offload', () => {
  /** The most that were under way at a time. */
  async function mostOf(count: number, config: OffloadConfig): Promise<number> {
    let most = 0;
    const run = pool.task(square);
    const watched = tap(() => {
      const { queued, running } = pool.stats;
      most = Math.max(most, queued + running);
    });
    await lastValueFrom(range(0, count).pipe(offload(run, config), watched));
    return most;
  }

  it('bounds the number of concurrent tasks', async () => {
    expect(await mostOf(50, { concurrency: 3 })).toBeLessThanOrEqual(3);
    expect(await mostOf(50, { concurrency: 3, ordered: true })).toBeLessThanOrEqual(3);
  });

  it('of 1 runs tasks one after the other, in order', async () => {
    const results = await lastValueFrom(range(0, 50).pipe(offload(pool.task(square), { concurrency: 1 }), toArray()));
    expect(results).toEqual(Array.from({ length: 50 }, (_, n) => square(n)));
  });

  it('is bounded by the threads of the pool by default', async () => {
    expect(await mostOf(2_000, {})).toBeLessThanOrEqual(2 * 64);
  });

  it('may be Infinity', async () => {
    const results = range(0, 500).pipe(offload(pool.task(square), { concurrency: Infinity, ordered: true }), toArray());
    expect(await lastValueFrom(results)).toEqual(Array.from({ length: 500 }, (_, n) => square(n)));
  });
});

describe('offload refuses', () => {
  const task = (n: number): Observable<number> => of(n);

  const cases: readonly (readonly [what: string, call: () => unknown, message: string])[] = [
    [
      'a task that is no function',
      () => offload(5 as unknown as typeof task),
      'offload: expected its task to be a task of a pool; got 5',
    ],
    [
      'a config that is null',
      () => offload(task, null as unknown as OffloadConfig),
      'offload: expected its config to be an object of options',
    ],
    [
      'an invalid value for ordered',
      () => offload(task, { concurrency: 1, ordered: 1 as unknown as true }),
      'offload: expected `ordered` to be true or false',
    ],
    ...[0, -1, 1.5, NaN, '4'].map(
      (concurrency) =>
        [
          `a concurrency of ${concurrency}`,
          () => offload(task, { concurrency: concurrency as number }),
          'offload: expected `concurrency` to be a whole number, 1 or more, or Infinity; got',
        ] as const,
    ),
    [
      'a function that is not a task of a pool, without concurrency',
      () => offload(task),
      'offload: expected a task of a pool, or the option `concurrency`; got a function without `concurrency`. ',
    ],
  ];

  it.each(cases)('%s', (_what, call, message) => {
    expect(call).toThrow(TypeError);
    expect(call).toThrow(message);
  });
});
