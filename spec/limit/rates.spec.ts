/** Rates of a limiter: never more starts than the documented bound in any window, and each start as early as allowed. */
import { asyncScheduler } from 'rxjs';
import { Future, Limiter, type RateConfig } from 'sluice';
import { testScheduler } from '../support/virtual-time';
import { at, mostInWindow, record } from './record-starts';

const tenPerSecond: RateConfig = { count: 10, per: 1_000 };

describe('a rate', () => {
  it('spaces starts evenly by default, the first one at once', () => {
    expect(record({ rate: tenPerSecond }, (it) => it.calls(4, 'a')).times).toEqual([0, 100, 200, 300]);
  });

  it('bounds the starts of all keys together, and a rate of perKey those of each key', () => {
    const { starts } = record({ rate: { count: 1, per: 10 }, perKey: { rate: { count: 1, per: 15 } } }, (it) => {
      for (const key of 'aab') it.call(key);
    });
    expect(starts).toEqual([
      ['a', 0],
      ['b', 10],
      ['a', 20],
    ]);
  });

  it('lets no more than its count start in any window, also around the edge of a second', () => {
    const { times } = record({ rate: tenPerSecond }, (it) => {
      for (const time of [0, 899, 999, 1_000, 1_001]) at(time, () => it.calls(12, 'a'));
    });
    expect(times).toHaveLength(60);
    expect(mostInWindow(times, 1_000)).toBe(10);
  });

  it('with a burst lets at most burst + count × t / per start in any t ms', () => {
    const { times } = record({ rate: { ...tenPerSecond, burst: 10 } }, (it) => {
      for (const time of [0, 999, 3_000]) at(time, () => it.calls(15, 'a'));
    });
    expect(times.slice(0, 11)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 100]);
    expect(mostInWindow(times, 1_000)).toBe(19);
  });

  it('has a burst apart from the count: 40 at once, then 2 per second', () => {
    const { times } = record({ rate: { count: 2, per: 1_000, burst: 40 } }, (it) => it.calls(42, 'a'));
    expect(times.filter((time) => time === 0)).toHaveLength(40);
    expect(times.slice(40)).toEqual([500, 1_000]);
  });

  it('saves no more than the burst during idle time', () => {
    const { times } = record({ rate: { ...tenPerSecond, burst: 2 } }, (it) => at(60_000, () => it.calls(4, 'a')));
    expect(times).toEqual([60_000, 60_000, 60_100, 60_200]);
  });

  it('of several has to agree with all others: 2 per 10 ms and 3 per 100 ms', () => {
    const rate = [
      { count: 2, per: 10, burst: 2 },
      { count: 3, per: 100, window: true },
    ];
    expect(record({ rate }, (it) => it.calls(7, 'a')).times).toEqual([0, 0, 5, 100, 100, 105, 200]);
  });

  it('of the key that does not allow a start charges no other rate', () => {
    const { starts } = record(
      { rate: { count: 1, per: 10, burst: 2 }, perKey: { rate: { count: 1, per: 100 } } },
      (it) => {
        it.calls(2, 'a');
        at(1, () => it.call('b'));
        at(2, () => it.call('c'));
      },
    );
    expect(starts).toEqual([
      ['0', 0],
      ['b', 1],
      ['c', 10],
      ['1', 100],
    ]);
  });

  it('counts the cost of a call, and a call above the burst starts when the debt is paid, which it adds to', () => {
    const { starts } = record({ rate: { count: 1, per: 10, burst: 2 } }, (it) => {
      it.call('a', { cost: 5, name: 'heavy' });
      it.call('a', { cost: 1, name: 'light' });
      it.call('a', { cost: 3, name: 'heavy again' });
    });
    expect(starts).toEqual([
      ['heavy', 0],
      ['light', 40],
      ['heavy again', 60],
    ]);
  });

  it('with a fraction of a ms between starts is never exceeded, since timers round up', () => {
    const { times } = record({ rate: { count: 3, per: 1_000 } }, (it) => it.calls(4, 'a'));
    expect(times).toEqual([0, 334, 668, 1_002]);
  });

  it('above one per ms is reached though timers count whole ms', () => {
    const { times } = record({ rate: { count: 5_000, per: 1_000 } }, (it) => it.calls(50, 'a'));
    expect(times.at(-1)).toBe(9);
  });

  it('keeps no timer running while no call waits', () => {
    testScheduler().run(({ flush }) => {
      const limiter = new Limiter({ rate: { count: 1, per: 1_000_000 } });
      limiter.run('a', Future.of(1)).subscribe();
      flush();
      expect(asyncScheduler.now()).toBe(0);
    });
  });

  it('waits longer than a platform timer can, and starts on time', () => {
    const month = 30 * 86_400_000;
    expect(record({ rate: { count: 1, per: month } }, (it) => it.calls(2, 'a')).times).toEqual([0, month]);
  });

  it('of Infinity is none', () => {
    expect(record({ rate: { count: Infinity, per: 1_000 } }, (it) => it.calls(3, 'a')).times).toEqual([0, 0, 0]);
  });
});

describe('an exact rate (window: true)', () => {
  const exact: RateConfig = { ...tenPerSecond, window: true };

  it('starts its whole count at once, and the next as soon as one has left the window', () => {
    const { times } = record({ rate: exact }, (it) => {
      it.calls(9, 'a');
      at(300, () => it.calls(3, 'a'));
    });
    expect(times).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 300, 1_000, 1_000]);
  });

  it('has at most its count in any window at the full rate', () => {
    const { times } = record({ rate: exact }, (it) => {
      for (const time of [0, 990, 1_010, 2_500]) at(time, () => it.calls(15, 'a'));
    });
    expect(mostInWindow(times, 1_000)).toBe(10);
    expect(times.at(-1)).toBe(5_000);
  });

  it('counts costs, and a call above the count has the window for itself', () => {
    const { starts } = record({ rate: { count: 4, per: 100, window: true } }, (it) => {
      at(0, () => it.call('a', { cost: 3, name: '3' }));
      at(10, () => it.call('a', { cost: 1, name: '1' }));
      at(20, () => it.call('a', { cost: 2, name: '2' }));
      at(30, () => it.call('a', { cost: 9, name: '9' }));
    });
    expect(starts).toEqual([
      ['3', 0],
      ['1', 10],
      ['2', 100],
      ['9', 200],
    ]);
  });

  it('with a burst starts at most the burst at once', () => {
    const { times } = record({ rate: { count: 4, per: 100, burst: 2, window: true } }, (it) => it.calls(6, 'a'));
    expect(times).toEqual([0, 0, 25, 50, 100, 100]);
  });
});

describe('a rate that is changed while calls wait', () => {
  it('counts at once, for waiting calls too', () => {
    const { times } = record({ rate: { count: 1, per: 1_000 } }, (it) => {
      it.calls(4, 'a');
      at(500, () => it.limiter.set({ rate: { count: 1, per: 100 } }));
    });
    // Half of the debt is left after 500 ms, and takes 50 ms at the new rate.
    expect(times).toEqual([0, 550, 650, 750]);
  });

  it('lowered delays waiting calls', () => {
    const { times } = record({ rate: { count: 1, per: 100 } }, (it) => {
      it.calls(3, 'a');
      at(50, () => it.limiter.set({ rate: { count: 1, per: 1_000 } }));
    });
    expect(times).toEqual([0, 550, 1_550]);
  });

  it('keeps what was charged, also as an exact rate', () => {
    const { times } = record({ rate: { count: 2, per: 100, burst: 2 } }, (it) => {
      it.calls(4, 'a');
      at(10, () => it.limiter.set({ rate: { count: 2, per: 100, window: true } }));
    });
    expect(times.slice(0, 2)).toEqual([0, 0]);
    expect(mostInWindow(times, 100)).toBe(2);
  });

  it('can be removed, and other bounds stay', () => {
    const { times } = record({ rate: { count: 1, per: 100 }, concurrency: 2 }, (it) => {
      it.calls(5, 'a', { ms: 10 });
      at(5, () => it.limiter.set({ rate: null }));
    });
    expect(times).toEqual([0, 5, 10, 15, 20]);
  });

  it('of perKey and of one key count for waiting calls', () => {
    const { starts } = record({ perKey: { rate: { count: 1, per: 1_000 } } }, (it) => {
      for (const key of 'aabb') it.call(key);
      at(100, () => it.limiter.key('b').set({ rate: { count: 1, per: 200 } }));
      at(300, () => it.limiter.set({ perKey: { rate: { count: 1, per: 500 } } }));
    });
    expect(starts).toEqual([
      ['a', 0],
      ['b', 0],
      ['b', 280],
      ['a', 650],
    ]);
  });

  it('of one key can be taken back', () => {
    const { times } = record({ perKey: { rate: { count: 1, per: 10 } } }, (it) => {
      it.limiter.key('a').set({ rate: { count: 1, per: 1_000 } });
      it.calls(3, 'a');
      at(500, () => it.limiter.key('a').set({ rate: null }));
    });
    expect(times).toEqual([0, 505, 515]);
  });

  it('of one key may be none, where perKey has one', () => {
    const { times } = record({ perKey: { rate: { count: 1, per: 10 } } }, (it) => {
      it.limiter.key('a').set({ rate: [] });
      it.calls(3, 'a');
    });
    expect(times).toEqual([0, 0, 0]);
  });
});

describe('a burst beside the rate', () => {
  const rate = { count: 1, per: 10 };

  it.each([
    ['of all keys', { rate, burst: 3 }],
    ['of each key', { perKey: { rate, burst: 3 } }],
    ['of several rates', { rate: [rate, { count: 5, per: 10 }], burst: 3 }],
  ])('is that of the rate: %s', (_, config) => {
    expect(record(config, (it) => it.calls(5, 'a')).times).toEqual([0, 0, 0, 10, 20]);
  });

  it('yields to a burst within the rate', () => {
    const config = { rate: { ...rate, burst: 2 }, burst: 3 };
    expect(record(config, (it) => it.calls(3, 'a')).times).toEqual([0, 0, 10]);
  });
});

describe('an invalid rate', () => {
  it.each([
    [{ count: 0, per: 1 }, 'expected `count` to be a number above 0, or Infinity for no rate; got 0 (number).'],
    [{ count: NaN, per: 1 }, 'expected `count` to be a number above 0, or Infinity for no rate; got NaN (number).'],
    [{ count: -1, per: 1 }, 'expected `count`'],
    [{ count: '1', per: 1 }, 'expected `count`'],
    [{ count: 1, per: 0 }, 'expected `per` to be a number of ms above 0; got 0 (number).'],
    [{ count: 1, per: Infinity }, 'expected `per` to be a finite number of ms; got Infinity (number).'],
    [{ count: 1 }, 'expected `per`'],
    [{ count: 1, per: 1, burst: 0 }, 'expected `burst` to be a finite number of 1 or more; got 0 (number).'],
    [{ count: 1, per: 1, window: 1 }, 'expected `window` to be true or false; got 1 (number).'],
    [{ count: 1, per: 1, interval: 1 }, 'unknown option "interval". The options are count, per, burst, window.'],
    [5, 'expected its config to be an object of options; got 5 (number).'],
  ])('%p throws a TypeError that names it', (rate, message) => {
    expect(() => new Limiter({ rate: rate as RateConfig })).toThrow(`Limiter: rate: ${message}`);
    expect(() => new Limiter({ perKey: { rate: [rate as RateConfig] } })).toThrow(`Limiter: perKey: rate: ${message}`);
  });
});
