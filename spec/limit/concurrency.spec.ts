/** The concurrency of a limiter: slots are taken at the start, held until the teardown, and given back once. */
import {
  asyncScheduler,
  defer,
  EMPTY,
  finalize,
  mergeMap,
  NEVER,
  of,
  range,
  scheduled,
  tap,
  throwError,
  timer,
} from 'rxjs';
import { all, Future, Limiter, LimiterCostError, limitMap, task } from 'sluice';
import { failureOf } from '../support/failure-of';
import { at, record } from './record-starts';
import { testScheduler } from '../support/virtual-time';

const no = new Error('no');

describe('the concurrency of a limiter', () => {
  it('is the number of calls that run at a time', () => {
    const { times, mostRunning } = record({ concurrency: 2 }, (it) => it.calls(5, 'a', { ms: 10 }));
    expect(times).toEqual([0, 0, 10, 10, 20]);
    expect(mostRunning).toBe(2);
  });

  it('of perKey bounds each key by itself', () => {
    const { starts } = record({ concurrency: 3, perKey: { concurrency: 1 } }, (it) => {
      for (const key of 'aaabb') it.call(key, { ms: 10 });
    });
    expect(starts).toEqual([
      ['a', 0],
      ['b', 0],
      ['a', 10],
      ['b', 10],
      ['a', 20],
    ]);
  });

  it('of one key may be above or below that of perKey', () => {
    const { times, names } = record({ perKey: { concurrency: 2 } }, (it) => {
      it.limiter.key('a').set({ concurrency: 1 });
      it.limiter.key('b').set({ concurrency: Infinity });
      for (const key of 'aabbb') it.call(key, { ms: 10 });
    });
    expect(names).toEqual(['a', 'b', 'b', 'b', 'a']);
    expect(times).toEqual([0, 0, 0, 0, 10]);
  });

  it('is unbounded by default', () => {
    expect(record({}, (it) => it.calls(4, 'a', { ms: 1 })).times).toEqual([0, 0, 0, 0]);
  });

  it('may be raised while calls wait: every free slot is used at once', () => {
    const { times } = record({ concurrency: 1 }, (it) => {
      it.calls(6, 'a', { ms: 100 });
      at(10, () => it.limiter.set({ concurrency: 4 }));
    });
    expect(times).toEqual([0, 10, 10, 10, 100, 110]);
  });

  it('may be lowered below its use: no call is cancelled, and none starts until the use is below it', () => {
    const { times, outcomes } = record({ concurrency: 3 }, (it) => {
      [10, 20, 30, 5, 5].forEach((ms, name) => it.call('a', { ms, name: String(name) }));
      at(1, () => it.limiter.set({ concurrency: 1 }));
    });
    expect(times).toEqual([0, 0, 0, 30, 35]);
    expect(outcomes.map(([, outcome]) => outcome)).toEqual(['done', 'done', 'done', 'done', 'done']);
  });

  it('may be removed, and set to Infinity', () => {
    for (const concurrency of [null, Infinity]) {
      const { times } = record({ concurrency: 1 }, (it) => {
        it.calls(3, 'a', { ms: 100 });
        at(1, () => it.limiter.set({ concurrency }));
      });
      expect(times).toEqual([0, 1, 1]);
    }
  });

  it.each([[0], [-1], [NaN], ['2']])('of %p throws a TypeError', (concurrency) => {
    const message = 'expected `concurrency` to be a number of 1 or more (pause() stops all calls); got';
    const config = { concurrency: concurrency as number };
    expect(() => new Limiter(config)).toThrow(`Limiter: ${message}`);
    expect(() => new Limiter({ perKey: config })).toThrow(`Limiter: perKey: ${message}`);
    expect(() => new Limiter().set(config)).toThrow(`Limiter.set: ${message}`);
    expect(() => new Limiter().key('a').set(config)).toThrow(`Limiter.key.set: ${message}`);
  });
});

describe('a slot', () => {
  it('is free again after the teardown of the work, and not when it completes', () => {
    testScheduler().run(({ flush }) => {
      const limiter = new Limiter({ concurrency: 1 });
      let [running, most] = [0, 0];
      const work = defer(() => {
        most = Math.max(most, ++running);
        return timer(1);
      }).pipe(finalize(() => running--));
      for (let call = 0; call < 5; call++) limiter.run('a', work).subscribe();
      flush();
      expect(most).toBe(1);
    });
  });

  it.each([
    ['completes synchronously', () => of(1)],
    ['completes synchronously without a value', () => EMPTY],
    ['fails synchronously', () => throwError(() => no)],
    ['fails later', () => timer(1).pipe(() => throwError(() => no))],
    [
      'throws',
      () => {
        throw no;
      },
    ],
    ['is no input', () => 5 as never],
    ['is a future', () => Future.of(1)],
    ['is a failed future', () => Future.fail(no)],
    ['is a task', () => task(function* () {})()],
  ])('is given back once by work that %s', (_, work) => {
    testScheduler().run(({ flush }) => {
      const limiter = new Limiter({ concurrency: 2, perKey: { concurrency: 1 } });
      let ended = 0;
      const end = (): number => ended++;
      for (let call = 0; call < 5; call++) limiter.run('a', work).subscribe({ complete: end, error: end });
      flush();
      expect(ended).toBe(5);
      expect(limiter.stats).toMatchObject({ running: 0, waiting: 0, keys: new Map() });
    });
  });

  it('is given back once by work that its subscriber ends, at any moment', () => {
    testScheduler().run(({ flush }) => {
      const limiter = new Limiter({ concurrency: 1 });
      const cancelItself = limiter.run('a', () => {
        subscription.unsubscribe();
        return NEVER;
      });
      const blocker = limiter.run('a', NEVER).subscribe();
      const subscription = cancelItself.subscribe();
      blocker.unsubscribe();
      expect(limiter.stats.running).toBe(0);
      const running = limiter.run('a', NEVER).subscribe();
      running.unsubscribe();
      running.unsubscribe();
      expect(limiter.stats.running).toBe(0);
      flush();
    });
  });

  it('of a cancelled call is used at the end of the turn, so that calls cancelled together start none of each other', () => {
    testScheduler().run(({ flush }) => {
      const limiter = new Limiter({ concurrency: 1 });
      const started: number[] = [];
      const work = (index: number) => defer(() => (started.push(index), NEVER));
      const group = range(0, 50)
        .pipe(mergeMap((index) => limiter.run('a', work(index))))
        .subscribe();
      limiter.run('a', work(50)).subscribe();
      group.unsubscribe();
      flush();
      expect(started).toEqual([0, 50]);
    });
  });

  it('of a call that fails a group starts no other call of the group', () => {
    testScheduler().run(({ flush }) => {
      const limiter = new Limiter({ concurrency: 1 });
      const started: number[] = [];
      const work = (index: number) =>
        timer(1).pipe(
          tap(() => started.push(index)),
          mergeMap(() => throwError(() => no)),
        );
      const ignore = { error: () => undefined };
      all([1, 2, 3].map((index) => limiter.run('a', work(index)))).subscribe(ignore);
      range(4, 3)
        .pipe(limitMap(limiter, () => 'b', work))
        .subscribe(ignore);
      range(7, 3)
        .pipe(mergeMap((index) => limiter.run('c', work(index))))
        .subscribe(ignore);
      flush();
      expect(started).toEqual([1, 4, 7]);
    });
  });

  it('is held while a cancelled task cleans up', () => {
    const { starts } = record({ concurrency: 1 }, (it) => {
      const slow = task(function* () {
        try {
          yield NEVER;
        } finally {
          yield timer(50);
        }
      });
      const running = it.limiter.run('a', () => slow()).subscribe();
      it.call('a');
      at(10, () => running.unsubscribe());
    });
    expect(starts).toEqual([['a', 60]]);
  });

  it('is taken before the work is subscribed to, so work sees itself as running', () => {
    testScheduler().run(() => {
      const limiter = new Limiter({ concurrency: 1 });
      let running = 0;
      limiter.run('a', () => of((running = limiter.stats.running))).subscribe();
      expect(running).toBe(1);
    });
  });

  it('is taken by one call at a time, however many wake at once', () => {
    const { mostRunning, times } = record({ concurrency: 1, perKey: { rate: { count: 1, per: 10 } } }, (it) => {
      for (const key of 'aabbccdd') it.call(key, { ms: 1 });
    });
    expect(mostRunning).toBe(1);
    expect(times).toEqual([0, 1, 2, 3, 10, 11, 12, 13]);
  });

  it('is handed on by twenty thousand calls that end synchronously, without a recursion', () => {
    testScheduler().run(({ flush }) => {
      const limiter = new Limiter({ concurrency: 1 });
      let ended = 0;
      const blocker = limiter.run('a', NEVER).subscribe();
      for (let call = 0; call < 20_000; call++) limiter.run('a', Future.of(1)).subscribe(() => ended++);
      blocker.unsubscribe();
      flush();
      expect(ended).toBe(20_000);
    });
  });
});

describe('the cost of a call', () => {
  it('is the number of slots that it takes, of the limiter and of its key', () => {
    const { starts } = record({ concurrency: 3 }, (it) => {
      it.call('a', { cost: 2, ms: 10, name: 'two' });
      it.call('b', { cost: 2, ms: 10, name: 'two more' });
      it.call('c', { ms: 10, name: 'one' });
    });
    // The call of two keeps its turn: a stream of small calls would hold it back for ever.
    expect(starts).toEqual([
      ['two', 0],
      ['two more', 10],
      ['one', 10],
    ]);
  });

  it('that the concurrency can never have fails the call at once, with both numbers', () => {
    const { outcomes } = record({ name: 'api', concurrency: 3, perKey: { concurrency: 2 } }, (it) =>
      it.call('a', { cost: 4, name: 'four' }),
    );
    expect(outcomes).toEqual([['four', expect.any(LimiterCostError)]]);
    expect(String(outcomes[0]?.[1])).toBe(
      'LimiterCostError: A call of limiter "api" for key "a" takes 4 slots of a concurrency of 2. ' +
        'A call takes as many slots as its `cost`, unless it has the option `slots`, and would wait forever. ' +
        'Raise `concurrency`, lower `cost`, or pass `slots: 1` if the cost is for rates only.',
    );
  });

  it('is for rates only where the option slots is given', () => {
    const { times } = record({ concurrency: 1, rate: { count: 1, per: 10, burst: 5 } }, (it) =>
      it.calls(2, 'a', { cost: 5, slots: 1, ms: 1 }),
    );
    expect(times).toEqual([0, 50]);
  });

  it('above a concurrency that was lowered while the call waited makes it run alone', () => {
    const { starts, mostRunning } = record({ concurrency: 3 }, (it) => {
      it.call('a', { cost: 3, ms: 10, name: 'first' });
      it.call('a', { cost: 3, ms: 10, name: 'three' });
      it.call('a', { ms: 10, name: 'one' });
      at(5, () => it.limiter.set({ concurrency: 2 }));
    });
    expect(starts).toEqual([
      ['first', 0],
      ['three', 10],
      ['one', 20],
    ]);
    expect(mostRunning).toBe(1);
  });

  it('holds back later calls of its key, and no other key', () => {
    const { starts } = record({ perKey: { rate: { count: 1, per: 10, burst: 3 } } }, (it) => {
      it.call('a', { cost: 2, name: 'a2' });
      it.call('a', { cost: 3, name: 'a3' });
      it.call('a', { cost: 1, name: 'a1' });
      it.call('b', { cost: 1, name: 'b1' });
    });
    expect(starts).toEqual([
      ['a2', 0],
      ['b1', 0],
      ['a3', 20],
      ['a1', 30],
    ]);
  });

  it('of 0 takes nothing', () => {
    const { times } = record({ concurrency: 1, rate: { count: 1, per: 100 } }, (it) => {
      it.calls(3, 'a', { cost: 0, ms: 10 });
    });
    expect(times).toEqual([0, 0, 0]);
  });

  it('may be a fraction: ten of 0.1 run at a time', () => {
    const { mostRunning, limiter } = record({ concurrency: 1 }, (it) => it.calls(30, 'a', { cost: 0.1, ms: 10 }));
    expect(mostRunning).toBeGreaterThanOrEqual(9);
    expect(mostRunning).toBeLessThanOrEqual(10);
    expect(limiter.stats.running).toBe(0);
  });
});

describe('the work of a call', () => {
  it('is run anew by each subscription, as one call each', () => {
    const { times } = record({ rate: { count: 1, per: 10 } }, ({ limiter, starts }) => {
      const call = limiter.run('a', () => of(starts.push(['a', asyncScheduler.now()])));
      call.subscribe();
      call.subscribe();
    });
    expect(times).toEqual([0, 10]);
  });

  it('is not run before the future is subscribed to', () => {
    expect(record({}, ({ limiter, starts }) => void limiter.run('a', () => of(starts.push(['a', 0])))).starts).toEqual(
      [],
    );
  });

  it('gives its last value or its error, unchanged', async () => {
    const limiter = new Limiter();
    expect(await limiter.run('a', scheduled([1, 2, 3], asyncScheduler))).toBe(3);
    expect(await limiter.run('a', () => Promise.resolve(4))).toBe(4);
    const nothing = await limiter.run<unknown>('a', () => Promise.resolve(undefined));
    expect(nothing).toBeUndefined();
    expect(await failureOf(limiter.run('a', () => Promise.reject(no)))).toBe(no);
  });

  it('may be yielded in a task, and blocked on where nothing has to wait', () => {
    const limiter = new Limiter({ concurrency: 1 });
    const twice = task(function* (n: number) {
      return (yield* limiter.run('a', Future.of(n))) + (yield* limiter.run('a', () => Future.of(n)));
    });
    expect(twice(4).block()).toBe(8);
  });

  it.each([[Promise.resolve(1)], [5], [undefined], [null], [{}]])('that is %p throws a TypeError', (work) => {
    expect(() => new Limiter().run('a', work as never)).toThrow(
      'Limiter.run: expected its work to be a future or a function that returns a future, an Observable or a promise; got',
    );
  });

  it.each([
    [{ cost: -1 }, '`cost` to be a finite number of 0 or more; got -1 (number).'],
    [{ cost: Infinity }, '`cost` to be a finite'],
    [{ slots: NaN }, '`slots` to be a finite'],
    [{ priority: Infinity }, '`priority` to be a finite number; got Infinity (number).'],
    [{ priority: '1' }, '`priority` to be'],
    [{ name: 5 }, '`name` to be a string; got 5 (number).'],
  ])('with the options %p throws a TypeError', (call, message) => {
    expect(() => new Limiter().run('a', NEVER, call as never)).toThrow(`Limiter.run: expected ${message}`);
  });
});
