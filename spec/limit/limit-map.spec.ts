/** The operator limitMap, beside what RxJS itself offers for the same purpose. */
import {
  asyncScheduler,
  concat,
  concatMap,
  defer,
  delay,
  EMPTY,
  finalize,
  from,
  groupBy,
  ignoreElements,
  interval,
  map,
  mergeMap,
  NEVER,
  type Observable,
  of,
  range,
  Subject,
  take,
  takeUntil,
  tap,
  throwError,
  timer,
  zip,
} from 'rxjs';
import { Limiter, limitMap, ScopedValue, LimiterFullError, task, within } from 'sluice';
import { failureOf } from '../support/failure-of';
import { marbles } from '../support/marbles';
import { testScheduler } from '../support/virtual-time';

const never = (): Observable<never> => NEVER;
const keyOf = (value: string): string => value.charAt(0);
const after =
  (frames: number) =>
  <T>(value: T) =>
    of(value).pipe(delay(frames));

describe('limitMap', () => {
  it(
    'paces the starts and lets the running overlap',
    marbles((m) => {
      const limiter = new Limiter({ rate: { count: 1, per: 3 } });
      const source = '  (abc|)';
      const expected = '-----a--b--(c|)';
      m.expect(m.cold(source).pipe(limitMap(limiter, keyOf, after(5)))).toBeObservable(expected);
    }),
  );

  it(
    'starts at once after a time without values',
    marbles((m) => {
      const limiter = new Limiter({ rate: { count: 1, per: 3 } });
      const source = '  a---------b|';
      const expected = 'a---------b|';
      m.expect(m.cold(source).pipe(limitMap(limiter, keyOf, (value) => of(value)))).toBeObservable(expected);
    }),
  );

  it(
    'emits all values of each inner Observable as they come, and completes after the last',
    marbles((m) => {
      const limiter = new Limiter({ perKey: { concurrency: 1 } });
      const inner: Record<string, string> = { a: '--x-----y|', b: '----z|', c: '--v|' };
      const source = '     (abc|)';
      const expected = '   --x-z---y--v|';
      const shared = limitMap(
        limiter,
        (value: string) => (value === 'b' ? 1 : 0),
        (value) => m.cold(inner[value] ?? ''),
      );
      m.expect(m.cold(source).pipe(shared)).toBeObservable(expected);
    }),
  );

  it(
    'keeps the order of the source with ordered, though later ones end earlier',
    marbles((m) => {
      const limiter = new Limiter({ concurrency: 2 });
      const source = '  (abc|)';
      const expected = '------(abc|)';
      const project = (value: string) => after(value === 'a' ? 6 : 2)(value);
      m.expect(m.cold(source).pipe(limitMap(limiter, keyOf, project, { ordered: true }))).toBeObservable(expected);
    }),
  );

  it(
    'fails with the error of the source, of an inner Observable, or of a function, and stops all others',
    marbles((m) => {
      const no = new Error('no');
      const limiter = new Limiter({ concurrency: 1 });
      const thrower = (): never => {
        throw no;
      };
      for (const ordered of [false, true]) {
        const of$ = (source: string, key: (value: string) => unknown, project: (value: string) => typeof EMPTY) =>
          m.expect(m.cold(source, undefined, no).pipe(limitMap(limiter, key, project, { ordered })));
        of$('-a-#', keyOf, () => EMPTY).toBeObservable('---#', undefined, no);
        of$('-ab|', keyOf, () => throwError(() => no)).toBeObservable('-#', undefined, no);
        of$('-ab|', keyOf, thrower).toBeObservable('-#', undefined, no);
        of$('-ab|', thrower, () => EMPTY).toBeObservable('-#', undefined, no);
      }
    }),
  );

  it('takes all waiting values out of the limiter when it is unsubscribed from, and starts none of them meanwhile', () => {
    testScheduler().run(({ flush }) => {
      for (const ordered of [false, true]) {
        const limiter = new Limiter({ concurrency: 1, rate: { count: 1, per: 10, burst: 3 } });
        const started: number[] = [];
        const subscription = range(0, 1_000)
          .pipe(
            limitMap(
              limiter,
              (value: number) => String(value),
              (value: number) => NEVER.pipe(tap({ subscribe: () => started.push(value) })),
              { ordered },
            ),
          )
          .subscribe();
        expect(limiter.stats).toMatchObject({ running: 1, waiting: 999 });
        subscription.unsubscribe();
        expect(limiter.stats).toMatchObject({ running: 0, waiting: 0 });
        flush();
        expect(started).toEqual([0]);
      }
    });
  });

  it('ends when its subscriber has enough, also within a synchronous result', () => {
    const limiter = new Limiter({ concurrency: 1 });
    for (const ordered of [false, true]) {
      const got: number[] = [];
      range(0, 1e9)
        .pipe(
          limitMap(
            limiter,
            () => 'a',
            () => range(0, 1e9),
            { ordered },
          ),
          take(3),
        )
        .subscribe((value) => got.push(value));
      expect(got).toEqual([0, 1, 2]);
      expect(limiter.stats).toMatchObject({ running: 0, waiting: 0 });
    }
  });

  it('frees the slot also where the teardown of the inner Observable throws', () => {
    const limiter = new Limiter({ concurrency: 1 });
    const broken = (): Observable<never> =>
      NEVER.pipe(
        finalize(() => {
          throw new Error('teardown');
        }),
      );
    const subscription = of(1)
      .pipe(limitMap(limiter, () => 'a', broken))
      .subscribe();
    expect(() => {
      subscription.unsubscribe();
    }).toThrow('teardown');
    expect(limiter.stats.running).toBe(0);
  });

  it('frees the slot after a teardown that an operator adds while it runs', () => {
    testScheduler().run(({ flush }) => {
      const limiter = new Limiter({ concurrency: 1 });
      const running: number[] = [];
      const late = (): Observable<number> =>
        timer(1).pipe(
          mergeMap(() => timer(1)),
          mergeMap(() => NEVER.pipe(finalize(() => running.push(limiter.stats.running)))),
        );
      of(1)
        .pipe(
          limitMap(limiter, () => 'a', late),
          takeUntil(timer(5)),
        )
        .subscribe();
      flush();
      expect(running).toEqual([1]);
      expect(limiter.stats.running).toBe(0);
    });
  });

  it('frees the slot after the teardown of the inner Observable', () => {
    testScheduler().run(({ flush }) => {
      for (const inner of [timer(1), of(1)]) {
        const limiter = new Limiter({ concurrency: 1 });
        let [running, most] = [0, 0];
        const work = defer(() => {
          most = Math.max(most, ++running);
          return inner;
        }).pipe(finalize(() => running--));
        range(0, 5)
          .pipe(
            limitMap(
              limiter,
              () => 'a',
              () => work,
            ),
          )
          .subscribe();
        flush();
        expect([most, running]).toEqual([1, 0]);
      }
    });
  });

  it('shares the limiter with other calls', () => {
    testScheduler().run(({ flush }) => {
      const limiter = new Limiter({ concurrency: 1 });
      const order: string[] = [];
      const work = (name: string) => () => timer(1).pipe(map(() => order.push(name)));
      range(0, 3)
        .pipe(
          limitMap(
            limiter,
            () => 'mapped',
            () => work('mapped')(),
          ),
        )
        .subscribe();
      limiter.run('called', work('called')).subscribe();
      flush();
      expect(order).toEqual(['mapped', 'mapped', 'called', 'mapped']);
    });
  });

  it('reads cost and priority of each value', () => {
    testScheduler().run(({ flush }) => {
      const limiter = new Limiter({ concurrency: 2 });
      const started: number[] = [];
      const config = { cost: (value: number) => value % 3, priority: (value: number) => value };
      from([1, 2, 4, 5])
        .pipe(
          limitMap(
            limiter,
            () => 'a',
            (value) => (started.push(value), timer(10)),
            config,
          ),
        )
        .subscribe();
      flush();
      // The one of 2 slots waits until both are free; the one that arrives later takes the free one.
      expect(started).toEqual([1, 4, 5, 2]);
    });
  });

  it('fails with a LimiterFullError where more values wait than maxWaiting', async () => {
    const limiter = new Limiter({ concurrency: 1, maxWaiting: 2 });
    const flooded = range(0, 9).pipe(
      limitMap(
        limiter,
        () => 'a',
        () => timer(1),
      ),
      ignoreElements(),
    );
    expect(await failureOf(limiter.run('other', flooded))).toBeInstanceOf(LimiterFullError);
  });

  it('is cold: each subscription has values of its own, and waits for its own', () => {
    const limiter = new Limiter();
    const doubled = from([1, 2]).pipe(
      limitMap(
        limiter,
        () => 'a',
        (value, index) => of(value * 10 + index),
      ),
    );
    for (let subscription = 0; subscription < 2; subscription++) {
      const got: number[] = [];
      doubled.subscribe((value) => got.push(value));
      expect(got).toEqual([10, 21]);
    }
  });

  it('runs inner work in the contexts and on the scheduler of its subscriber', () => {
    testScheduler().run(({ flush }) => {
      const user = new ScopedValue('nobody');
      const limiter = new Limiter({ concurrency: 1 });
      const seen: string[] = [];
      const look = task(function* (name: string) {
        yield timer(1);
        seen.push(`${name} as ${user.get()}`);
      });
      const program = task(function* (name: string) {
        yield from([name, name]).pipe(limitMap(limiter, keyOf, (each) => look(each)));
      });
      for (const name of ['ann', 'bob']) within(user.override(name), program(name)).subscribe();
      flush();
      expect(seen).toEqual(['ann as ann', 'ann as ann', 'bob as bob', 'bob as bob']);
    });
  });

  it.each([
    [[{}, keyOf, never], 'limitMap: expected its limiter to be a Limiter; got {} (object).'],
    [
      [new Limiter(), 'a', never],
      'limitMap: expected `keyOf` to be a function that returns the key of a value; got "a"',
    ],
    [[new Limiter(), keyOf, 1], 'limitMap: expected `project` to be a function that returns an input; got 1'],
    [[new Limiter(), keyOf, never, { orderd: true }], 'limitMap: unknown option "orderd". Did you mean "ordered"?'],
    [[new Limiter(), keyOf, never, { ordered: 1 }], 'limitMap: expected `ordered` to be true or false; got 1'],
    [
      [new Limiter(), keyOf, never, { cost: -1 }],
      'limitMap: expected `cost` to be a finite number of 0 or more; got -1',
    ],
    [[new Limiter(), keyOf, never, { priority: NaN }], 'limitMap: expected `priority` to be a finite number; got NaN'],
  ])('throws a TypeError for wrong arguments', (args, message) => {
    expect(() => (limitMap as (...args: unknown[]) => unknown)(...args)).toThrow(message);
  });
});

describe('without limitMap', () => {
  it('groupBy and mergeMap(n) never run the third key while two are open, and limitMap does', () => {
    testScheduler().run(({ flush }) => {
      const [grouped, limited]: [string[], string[]] = [[], []];
      const source = (): Subject<string> => new Subject<string>();
      const [one, other] = [source(), source()];
      one
        .pipe(
          groupBy(keyOf),
          mergeMap((group) => group.pipe(concatMap(after(1))), 2),
        )
        .subscribe((value) => grouped.push(value));
      const limiter = new Limiter({ concurrency: 2, perKey: { concurrency: 1 } });
      other.pipe(limitMap(limiter, keyOf, after(1))).subscribe((value) => limited.push(value));
      for (const value of ['a1', 'b1', 'c1', 'a2', 'c2']) for (const each of [one, other]) each.next(value);
      flush();
      expect(grouped).toEqual(['a1', 'b1', 'a2']);
      expect(limited.sort()).toEqual(['a1', 'a2', 'b1', 'c1', 'c2']);
    });
  });

  it('mergeMap(f, n) takes its whole source into memory without a bound, which maxWaiting has', () => {
    let taken = 0;
    const source = range(0, 50_000).pipe(tap(() => taken++));
    source
      .pipe(mergeMap(() => NEVER, 2))
      .subscribe()
      .unsubscribe();
    expect(taken).toBe(50_000);
    taken = 0;
    const limiter = new Limiter({ concurrency: 2, maxWaiting: 10 });
    let error: unknown;
    source
      .pipe(
        limitMap(
          limiter,
          () => 'a',
          () => NEVER,
        ),
      )
      .subscribe({
        error: (thrown: unknown) => {
          error = thrown;
        },
      });
    expect(error).toBeInstanceOf(LimiterFullError);
    expect(taken).toBe(13);
  });

  it('zip with an interval starts late, and concatMap with a delay adds the time of the work to each period', () => {
    const limiter = new Limiter({ rate: { count: 1, per: 100 } });
    const startsOf = (pace: (start: (value: number) => Observable<number>) => Observable<number>): number[] =>
      testScheduler().run(({ flush }) => {
        const starts: number[] = [];
        pace((value) => {
          starts.push(asyncScheduler.now());
          return after(30)(value);
        }).subscribe();
        flush();
        return starts;
      });
    const values = from([1, 2, 3]);
    expect(startsOf((start) => zip(values, interval(100)).pipe(mergeMap(([value]) => start(value))))).toEqual([
      100, 200, 300,
    ]);
    expect(
      startsOf((start) =>
        values.pipe(
          concatMap((value) => concat(start(value), timer(100))),
          take(6),
        ),
      ),
    ).toEqual([0, 130, 260]);
    expect(startsOf((start) => values.pipe(limitMap(limiter, () => 'a', start)))).toEqual([0, 100, 200]);
  });
});
