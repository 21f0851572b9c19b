import { finalize, mergeMap, NEVER, Observable, of, range, Subject, Subscription, take, tap, toArray } from 'rxjs';
import { mergeMapOrdered, mergeMapUnordered, type MergeMapOrderedConfig } from '../../src/core/merge-map';
import { marbles } from '../support/marbles';
import { record } from '../support/recording-observer';

const config = (countsUntil: MergeMapOrderedConfig['countsUntil'], concurrency = Infinity): MergeMapOrderedConfig => ({
  concurrency,
  countsUntil,
});

describe.each([config('end'), config('emission')])('mergeMapOrdered with %j', (unbounded) => {
  const innerOf: Readonly<Record<string, string>> = { a: '---x--y|', b: '-z|', c: '-|', d: '---#' };

  it.each([
    ['buffers results until those before them are emitted', 'ab-----------|', '---x--yz-----|'],
    ['emits the results of the first inner Observable as they arrive', 'ba-----------|', '-z--x--y-----|'],
    ['passes over an inner Observable without results', 'acb----------|', '---x--yz-----|'],
    ['emits an error at once', 'ad-----------|', '---x#'],
    ['emits an error of its source at once', 'a---#', '---x#'],
    ['completes with its last inner Observable', 'ab|', '---x--y(z|)'],
    ['completes with an empty source', '---|', '---|'],
  ])('%s', (_title, source, expected) => {
    marbles((m) => {
      const merged = m.hot(source).pipe(mergeMapOrdered((name: string) => m.cold(innerOf[name] ?? ''), unbounded));
      m.expect(merged).toBeObservable(expected);
    })();
  });

  it('unsubscribes from its source and the inner Observables with its subscriber', () => {
    marbles((m) => {
      const source = m.hot('a----|');
      const slow = m.cold('     ---x--y|');
      m.expect(source.pipe(mergeMapOrdered(() => slow, unbounded)), '--!').toBeObservable('---');
      m.expect(source).toHaveSubscriptions('^-!');
      m.expect(slow).toHaveSubscriptions('  ^-!');
    })();
  });

  it('stops a synchronous source when its subscriber has enough', () => {
    const started: number[] = [];
    const run = (n: number): Observable<number> => {
      started.push(n);
      return of(n);
    };
    const { notifications } = record(range(0, 100).pipe(mergeMapOrdered(run, unbounded), take(2)));
    expect(notifications).toEqual(['next 0', 'next 1', 'complete']);
    expect(started).toEqual([0, 1]);
  });

  it('emits a result that its subscriber causes after the present one', () => {
    const inner = new Subject<number>();
    const received: string[] = [];
    of(inner)
      .pipe(mergeMapOrdered((each) => each, unbounded))
      .subscribe((n) => {
        received.push(`begin ${String(n)}`);
        if (n < 3) inner.next(n + 1);
        received.push(`end ${String(n)}`);
      });
    inner.next(1);
    expect(received).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2', 'begin 3', 'end 3']);
  });

  it('loses no buffered result when its subscriber ends the last inner Observable', () => {
    const slow = new Subject<string>();
    const merged = of(slow, of('buffered')).pipe(
      mergeMapOrdered((each) => each, unbounded),
      tap(() => slow.complete()),
    );
    const { notifications } = record(merged);
    slow.next('slow');
    expect(notifications).toEqual(['next slow', 'next buffered', 'complete']);
  });

  it('emits 10000 results that waited for the first one', () => {
    const first = new Subject<number>();
    const merged = range(0, 10_000).pipe(
      mergeMapOrdered((n) => (n === 0 ? first : of(n)), unbounded),
      toArray(),
    );
    const sizes: number[] = [];
    merged.subscribe(({ length }) => sizes.push(length));
    first.complete();
    expect(sizes).toEqual([9_999]);
  });
});

describe('the concurrency of mergeMapOrdered', () => {
  function startedBeside(
    slow: Observable<never>,
    { countsUntil }: Pick<MergeMapOrderedConfig, 'countsUntil'>,
  ): number[] {
    const started: number[] = [];
    const run = (n: number): Observable<number> => {
      started.push(n);
      return n === 0 ? slow : of(n);
    };
    range(0, 4)
      .pipe(mergeMapOrdered(run, config(countsUntil, 2)))
      .subscribe();
    return started;
  }

  it('counts an inner Observable until its end: a slow one does not delay others', () => {
    expect(startedBeside(NEVER, { countsUntil: 'end' })).toEqual([0, 1, 2, 3]);
  });

  it('counts an inner Observable until its emission: a slow one bounds the buffered results', () => {
    expect(startedBeside(NEVER, { countsUntil: 'emission' })).toEqual([0, 1]);
  });

  it.each(['end', 'emission'] as const)('until the %s bounds the inner Observables that run', (countsUntil) => {
    let running = 0;
    let most = 0;
    const subjects: Subject<number>[] = [];
    const run = (n: number): Observable<number> =>
      new Observable((subscriber) => {
        most = Math.max(most, ++running);
        const subject = (subjects[n] = new Subject<number>());
        subject.subscribe(subscriber);
        return () => running--;
      });
    const { notifications } = record(range(0, 5).pipe(mergeMapOrdered(run, config(countsUntil, 2))));
    for (let n = 0; n < 5; n++) {
      subjects[n]?.next(n);
      subjects[n]?.complete();
    }
    expect(most).toBe(2);
    expect(notifications).toEqual([0, 1, 2, 3, 4].map((n) => `next ${String(n)}`).concat('complete'));
  });

  it.each(['end', 'emission'] as const)(
    'until the %s begins the next inner Observable after the teardown of the one before',
    (countsUntil) => {
      const steps: string[] = [];
      const subjects: Subject<number>[] = [];
      const run = (n: number): Observable<number> =>
        new Observable((subscriber) => {
          steps.push(`begin ${String(n)}`);
          const subject = (subjects[n] = new Subject<number>());
          subject.subscribe(subscriber);
          return () => steps.push(`tear down ${String(n)}`);
        });
      range(0, 2)
        .pipe(mergeMapOrdered(run, config(countsUntil, 1)))
        .subscribe();
      subjects[0]?.complete();
      expect(steps).toEqual(['begin 0', 'tear down 0', 'begin 1']);
    },
  );
});

describe.each([
  ['mergeMapUnordered', mergeMapUnordered],
  ['mergeMapOrdered', mergeMapOrdered],
])('%s', (_, merge) => {
  /** Subscriptions to the inner Observable that are open, after the source was changed by the function of the operator. */
  const openAfter = (change: (source: Subject<number>, subscription: Subscription) => void): number => {
    let open = 0;
    const inner = new Observable<never>(() => {
      open++;
      return () => {
        open--;
      };
    });
    const source = new Subject<number>();
    const subscription = new Subscription();
    const project = (): Observable<never> => {
      change(source, subscription);
      return inner;
    };
    subscription.add(source.pipe(merge(project, config('end'))).subscribe({ error: () => undefined }));
    source.next(1);
    return open;
  };

  it('leaves no inner Observable running when its function unsubscribes', () => {
    expect(
      openAfter((_source, subscription) => {
        subscription.unsubscribe();
      }),
    ).toBe(0);
  });

  it('leaves no inner Observable running when its function makes the source fail', () => {
    expect(
      openAfter((source) => {
        source.error(new Error('no'));
      }),
    ).toBe(0);
  });
});

describe('mergeMapUnordered', () => {
  const innerOf: Readonly<Record<string, string>> = { a: '---x--y|', b: '-z|', c: '---#' };

  it.each([
    ['emits results as they arrive', 'ab-----------|', Infinity, '--zx--y------|'],
    ['waits for a free place', 'ab-----------|', 1, '---x--y-z----|'],
    ['completes with its last inner Observable', 'ab|', 1, '---x--y-z|'],
    ['emits an error at once', 'ac-----------|', Infinity, '---x#'],
    ['emits an error of its source at once', 'a---#', Infinity, '---x#'],
    ['completes with an empty source', '---|', Infinity, '---|'],
  ])('%s', (_title, source, concurrency, expected) => {
    marbles((m) => {
      const project = (name: string): Observable<string> => m.cold(innerOf[name] ?? '');
      m.expect(m.hot(source).pipe(mergeMapUnordered(project, { concurrency }))).toBeObservable(expected);
      // As that of RxJS.
      m.expect(m.hot(source).pipe(mergeMap(project, concurrency))).toBeObservable(expected);
    })();
  });

  it('unsubscribes from its source and the inner Observables with its subscriber', () => {
    marbles((m) => {
      const source = m.hot('a----|');
      const slow = m.cold('     ---x--y|');
      m.expect(source.pipe(mergeMapUnordered(() => slow, { concurrency: 1 })), '--!').toBeObservable('---');
      m.expect(source).toHaveSubscriptions('^-!');
      m.expect(slow).toHaveSubscriptions('  ^-!');
    })();
  });

  it('fails with an error of its function', () => {
    const fail = (): never => {
      throw new RangeError('no');
    };
    const { notifications } = record(of(1).pipe(mergeMapUnordered(fail, { concurrency: 1 })));
    expect(notifications).toEqual(['error RangeError: no']);
  });

  it('begins the next inner Observable after the teardown of the one before', () => {
    const steps: string[] = [];
    const first = new Subject<string>();
    const run = (n: number): Observable<string> => {
      steps.push(`begin ${String(n)}`);
      return first.pipe(finalize(() => steps.push(`tear down ${String(n)}`)));
    };
    range(0, 2)
      .pipe(mergeMapUnordered(run, { concurrency: 1 }))
      .subscribe();
    first.complete();
    expect(steps).toEqual(['begin 0', 'tear down 0', 'begin 1', 'tear down 1']);
  });

  it('walks a hundred thousand inner Observables that end at once without a recursion', () => {
    let count = 0;
    range(0, 100_000)
      .pipe(mergeMapUnordered((n) => of(n), { concurrency: 1 }))
      .subscribe(() => count++);
    expect(count).toBe(100_000);
  });
});
