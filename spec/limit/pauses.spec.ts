/** Pauses of a limiter and of one key: for Retry-After, for quotas, and by hand. */
import { catchError, mergeMap, of, throwError, timer, type Observable } from 'rxjs';
import { all, Future, Limiter, limitMap, task } from 'sluice';
import { at, record } from './record-starts';
import { testScheduler } from '../support/virtual-time';

describe('a pause of a key', () => {
  it('delays its calls, and no other key', () => {
    const { starts } = record({ concurrency: 1 }, (it) => {
      it.limiter.key('a').pause(50);
      for (const key of 'aabb') it.call(key, { ms: 1 });
    });
    expect(starts).toEqual([
      ['b', 0],
      ['b', 1],
      ['a', 50],
      ['a', 51],
    ]);
  });

  it('until a date ends at that date of the clock', () => {
    const { times } = record({}, (it) => {
      at(10, () => {
        it.limiter.key('a').pause(new Date(30));
        it.call('a');
      });
    });
    expect(times).toEqual([30]);
  });

  it('until a date that has passed is none', () => {
    const { times } = record({}, (it) => at(10, () => (it.limiter.key('a').pause(new Date(5)), it.call('a'))));
    expect(times).toEqual([10]);
  });

  it('lets running calls go on', () => {
    const { outcomes } = record({}, (it) => {
      it.call('a', { ms: 10 });
      it.limiter.key('a').pause();
    });
    expect(outcomes).toEqual([['a', 'done']]);
  });

  it('is not shortened by a shorter one that overlaps', () => {
    const { times } = record({}, (it) => {
      it.limiter.key('a').pause(100);
      it.call('a');
      at(10, () => it.limiter.key('a').pause(5));
      at(50, () => it.limiter.key('a').pause(70));
    });
    expect(times).toEqual([120]);
  });

  it('is ended by resume, and the rate of the key stays', () => {
    const { times } = record({ perKey: { rate: { count: 1, per: 100 } } }, (it) => {
      it.call('a');
      it.call('a');
      it.limiter.key('a').pause();
      at(30, () => it.limiter.key('a').resume());
    });
    expect(times).toEqual([0, 100]);
  });

  it('is over when its time comes while the rate still waits, and the other way round', () => {
    const times = (pause: number): number[] =>
      record({ perKey: { rate: { count: 1, per: 100 } } }, (it) => {
        it.call('a');
        it.limiter.key('a').pause(pause);
        it.call('a');
      }).times;
    expect([times(20), times(200)]).toEqual([
      [0, 100],
      [0, 200],
    ]);
  });
});

describe('a pause of the limiter', () => {
  it('delays all calls, in the order of their arrival', () => {
    const { starts } = record({}, (it) => {
      it.limiter.pause(20);
      for (const key of 'ab') it.call(key);
      at(10, () => it.call('c'));
    });
    expect(starts).toEqual([
      ['a', 20],
      ['b', 20],
      ['c', 20],
    ]);
  });

  it('without a time lasts until resume, which leaves the pauses of keys', () => {
    const { starts } = record({}, (it) => {
      it.limiter.pause();
      it.limiter.key('b').pause(500);
      for (const key of 'ab') it.call(key);
      at(100, () => it.limiter.resume());
    });
    expect(starts).toEqual([
      ['a', 100],
      ['b', 500],
    ]);
  });

  it('makes a quota that resets at midnight, with a rate that has the quota as its burst', () => {
    const day = 1_000;
    const { times } = record({ name: 'quota' }, (it) => {
      let left = 2;
      const resetAt = (time: number): void =>
        at(time, () => {
          left = 2;
          it.limiter.resume();
          if (time < 3 * day) resetAt(time + day);
        });
      resetAt(day);
      it.limiter.events$.subscribe(({ type }) => {
        if (type === 'call-started' && --left === 0) it.limiter.pause();
      });
      for (const time of [0, 10, 20, 30, 40]) at(time, () => it.call('a'));
    });
    expect(times.slice(0, 2)).toEqual([0, 10]);
    expect(times[2]).toBe(day);
  });

  it('of no time has no effect', () => {
    expect(record({}, (it) => (it.limiter.pause(0), it.call('a'))).times).toEqual([0]);
  });

  it('needs no timer when it is resumed while no call waits', () => {
    testScheduler().run(({ flush }) => {
      const limiter = new Limiter();
      limiter.pause(5);
      limiter.resume();
      const values: number[] = [];
      limiter.run('a', Future.of(1)).subscribe((value) => values.push(value));
      expect(values).toEqual([1]);
      flush();
    });
  });
});

describe('the duration of a pause', () => {
  it.each([[-1], [NaN], ['5'], [new Date(NaN)], [null]])('that is %p throws a TypeError', (duration) => {
    const message = 'to be a number of ms, 0 or more, or a Date; got';
    expect(() => new Limiter().pause(duration as number)).toThrow(`Limiter.pause: expected its argument ${message}`);
    expect(() => new Limiter().key('a').pause(duration as number)).toThrow(
      `Limiter.key.pause: expected its argument ${message}`,
    );
  });
});

describe('a pause after a failed call', () => {
  const fails = (): Observable<never> => timer(5).pipe(mergeMap(() => throwError(() => new Error('429'))));

  it.each<[string, (limiter: Limiter) => void]>([
    ['its subscriber', (limiter) => limiter.run('a', fails).subscribe({ error: () => limiter.key('a').pause(20) })],
    [
      'the task that waits for it',
      (limiter) =>
        task(function* () {
          try {
            yield* limiter.run('a', fails);
          } catch {
            limiter.key('a').pause(20);
          }
        })().subscribe(),
    ],
    [
      'a subscriber of events$',
      (limiter) => {
        limiter.events$.subscribe(({ type }) => type === 'call-ended' && limiter.key('a').pause(20));
        limiter.run('a', fails).subscribe({ error: () => undefined });
      },
    ],
  ])('by %s comes before the next start of the key', (_, begin) => {
    const { starts } = record({ perKey: { concurrency: 1 } }, (it) => {
      begin(it.limiter);
      it.call('a');
    });
    expect(starts).toEqual([['a', 25]]);
  });

  it('that is not made lets the next call start, also in a block', () => {
    const limiter = new Limiter({ concurrency: 1 });
    const failing = task(function* () {
      try {
        return yield* limiter.run('a', () => throwError(() => new Error('no')));
      } catch {
        return -1;
      }
    });
    const mapped = Future.from(
      of(1).pipe(
        limitMap(
          limiter,
          () => 'a',
          () => throwError(() => new Error('no')),
        ),
        catchError(() => of(-2)),
      ),
    );
    expect(all([failing(), mapped, failing()]).block()).toEqual([-1, -2, -1]);
  });
});
