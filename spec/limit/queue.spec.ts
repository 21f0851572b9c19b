/** The queue of a limiter: the order of starts, turns of keys, priorities, cancelling, closing, and the bound of waiting calls. */
import { NEVER, of, timer } from 'rxjs';
import { Future, Limiter, LimiterClosedError, LimiterFullError } from 'sluice';
import { failureOf } from '../support/failure-of';
import { at, record } from './record-starts';
import { testScheduler } from '../support/virtual-time';

describe('the calls of one key', () => {
  it('start in the order of their arrival', () => {
    const { names } = record({ concurrency: 2 }, (it) => it.calls(20, 'a', { ms: 3 }));
    expect(names).toEqual(Array.from({ length: 20 }, (_, index) => String(index)));
  });

  it('never start before those that wait, not even as a slot is given back', () => {
    const { names } = record({ concurrency: 1 }, (it) => {
      it.limiter.run('a', () => of(1)).subscribe();
      const first = it.call('a', { ms: 10, name: 'first' });
      first.add(() => it.call('a', { name: 'from the teardown' }));
      it.call('a', { name: 'waiting' });
    });
    expect(names).toEqual(['first', 'waiting', 'from the teardown']);
  });

  it('start by priority among those that wait, equal ones in the order of their arrival', () => {
    const { names } = record({ concurrency: 1 }, (it) => {
      for (const [name, priority] of [
        ['first', 0],
        ['low', -1],
        ['x', 0],
        ['high', 5],
        ['y', 0],
        ['high too', 5],
      ] as const)
        it.call('a', { name, priority, ms: 1 });
    });
    expect(names).toEqual(['first', 'high', 'high too', 'x', 'y', 'low']);
  });

  it('of a low priority wait for ever behind a stream of high ones, and some time with ageing', () => {
    const order = (ageing: number): unknown[] =>
      record({ concurrency: 1, ageing }, (it) => {
        it.call('a', { ms: 10, name: 'first' });
        it.call('a', { ms: 10, name: 'low', priority: 0 });
        for (let time = 0; time < 100; time += 10) at(time, () => it.call('a', { ms: 10, name: 'high', priority: 3 }));
      }).names;
    expect(order(Infinity).indexOf('low')).toBe(11);
    // One more of priority for each 10 ms: it passes those that arrive 30 ms later.
    expect(order(10).indexOf('low')).toBe(4);
  });

  it('can be moved by a change of priority while they wait', () => {
    const { names } = record({ concurrency: 1 }, (it) => {
      it.call('a', { ms: 10, name: 'first' });
      const calls = ['x', 'y', 'z'].map((name) => it.limiter.run('a', () => of(it.starts.push([name, 0])), { name }));
      for (const call of calls) call.subscribe();
      const [x, , z] = calls;
      if (z) z.priority = 1;
      if (x) x.priority = -1;
    });
    expect(names).toEqual(['first', 'z', 'y', 'x']);
  });

  it('of which the first is cancelled let the next one start', () => {
    const { starts } = record({ perKey: { rate: { count: 1, per: 10, burst: 5 } } }, (it) => {
      it.call('a', { cost: 5, name: 'first' });
      const heavy = it.call('a', { cost: 5, name: 'heavy' });
      it.call('a', { cost: 1, name: 'light' });
      at(20, () => heavy.unsubscribe());
    });
    expect(starts).toEqual([
      ['first', 0],
      ['light', 20],
    ]);
  });

  it('that are cancelled take nothing: neither a slot, nor a token, nor a place', () => {
    const { starts, limiter } = record({ rate: { count: 1, per: 10 }, maxWaiting: 2 }, (it) => {
      it.call('a', { name: 'first' });
      for (let round = 0; round < 50; round++) {
        for (const waiting of it.calls(2, 'a')) waiting.unsubscribe();
      }
      it.calls(2, 'a');
    });
    expect(starts).toEqual([
      ['first', 0],
      ['0', 10],
      ['1', 20],
    ]);
    expect(limiter.stats.waiting).toBe(0);
  });
});

describe('keys', () => {
  it('take turns: a key with many calls does not hold back the others', () => {
    const { names } = record({ concurrency: 2 }, (it) => {
      it.calls(6, 'a', { ms: 10, name: 'a' });
      it.calls(2, 'b', { ms: 10, name: 'b' });
      it.calls(2, 'c', { ms: 10, name: 'c' });
    });
    expect(names.slice(0, 8)).toEqual(['a', 'a', 'a', 'b', 'c', 'a', 'b', 'c']);
  });

  it('have turns whatever the priorities of their calls', () => {
    const { names } = record({ concurrency: 1 }, (it) => {
      it.calls(3, 'a', { ms: 1, name: 'a', priority: 9 });
      it.calls(2, 'b', { ms: 1, name: 'b' });
    });
    expect(names).toEqual(['a', 'a', 'b', 'a', 'b']);
  });

  it('that cannot start a call leave every free slot to those that can', () => {
    const { mostRunning, starts } = record({ concurrency: 10, perKey: { concurrency: 8 } }, (it) => {
      it.limiter.key('high').set({ concurrency: 2 });
      it.calls(10, 'high', { ms: 10, priority: 9, name: 'high' });
      it.calls(10, 'low', { ms: 10, name: 'low' });
    });
    expect(mostRunning).toBe(10);
    expect(starts.filter(([, time]) => time === 0)).toHaveLength(10);
  });

  it('make progress together: the spread is at most one start', () => {
    const progress = new Map<unknown, number>();
    let spread = 0;
    testScheduler().run(({ flush }) => {
      const limiter = new Limiter({ concurrency: 7 });
      limiter.pause();
      for (let key = 0; key < 20; key++) {
        progress.set(key, 0);
        for (let call = 0; call < 30; call++) {
          const ms = ((key * 7 + call * 3) % 5) + 1;
          limiter
            .run(key, () => {
              progress.set(key, (progress.get(key) ?? 0) + 1);
              spread = Math.max(spread, Math.max(...progress.values()) - Math.min(...progress.values()));
              return timer(ms);
            })
            .subscribe();
        }
      }
      limiter.resume();
      flush();
    });
    expect([...progress.values()]).toEqual(Array.from({ length: 20 }, () => 30));
    expect(spread).toBe(1);
  });

  it('are compared as in a Map, so falsy values are keys too', () => {
    const { mostRunning } = record({ perKey: { concurrency: 1 } }, (it) => {
      for (const key of [0, '', false, null, undefined, NaN, NaN, 0]) it.call(key, { ms: 1 });
    });
    expect(mostRunning).toBe(6);
  });
});

describe('maxWaiting', () => {
  it('fails a call beyond it with the limiter, the key and the number', () => {
    const { outcomes } = record({ name: 'api', concurrency: 1, maxWaiting: 1 }, (it) => {
      for (const name of ['running', 'waiting', 'third']) it.call('a', { ms: 1, name });
    });
    expect(outcomes[0]).toEqual(['third', expect.any(LimiterFullError)]);
    expect(outcomes.slice(1).map(([name]) => name)).toEqual(['running', 'waiting']);
    expect(outcomes[0]?.[1]).toMatchObject({ limiter: 'api', key: 'a', maxWaiting: 1, code: 'SLUICE_LIMITER_FULL' });
  });

  it('of 0 lets a call run that does not have to wait', () => {
    const { names, outcomes } = record({ concurrency: 1, maxWaiting: 0 }, (it) => {
      it.call('a', { ms: 5, name: 'now' });
      it.call('a', { name: 'refused' });
      at(6, () => it.call('a', { name: 'later' }));
    });
    expect(names).toEqual(['now', 'later']);
    expect(outcomes[0]).toEqual(['refused', expect.any(LimiterFullError)]);
  });

  it('counts calls of all keys, and not those that run', () => {
    const { outcomes } = record({ perKey: { concurrency: 1 }, maxWaiting: 1 }, (it) => {
      for (const key of 'abcab') it.call(key, { ms: 1 });
    });
    expect(outcomes.filter(([, outcome]) => outcome instanceof LimiterFullError).map(([key]) => key)).toEqual(['b']);
  });

  it('may be changed and removed', () => {
    const { outcomes } = record({ concurrency: 1, maxWaiting: 0 }, (it) => {
      it.limiter.set({ maxWaiting: 1 });
      it.calls(3, 'a', { ms: 1 });
      it.limiter.set({ maxWaiting: null });
      it.calls(3, 'a', { ms: 1 });
    });
    expect(outcomes.filter(([, outcome]) => outcome !== 'done')).toEqual([['2', expect.any(LimiterFullError)]]);
  });

  it('counts no call that may start already, though its timer is late', () => {
    const { names, outcomes } = record({ rate: { count: 3, per: 10 }, maxWaiting: 1 }, (it) => {
      it.call('a', { name: 'first' });
      it.call('a', { name: 'after 3.33 ms' });
      at(3.5, () => it.call('a', { name: 'at 3.5 ms' }));
    });
    expect(names).toEqual(['first', 'after 3.33 ms', 'at 3.5 ms']);
    expect(outcomes.map(([, outcome]) => outcome)).toEqual(['done', 'done', 'done']);
  });

  it('counts no call that takes over the slot of a cancelled one', () => {
    const { names } = record({ concurrency: 1, maxWaiting: 1 }, (it) => {
      const first = it.call('a', { ms: 10, name: 'first' });
      it.call('a', { name: 'second' });
      first.unsubscribe();
      it.call('a', { name: 'third' });
    });
    expect(names).toEqual(['first', 'second', 'third']);
  });

  it.each([[-1], [1.5], [NaN], ['1']])('of %p throws a TypeError', (maxWaiting) => {
    expect(() => new Limiter({ maxWaiting: maxWaiting as number })).toThrow(
      'Limiter: expected `maxWaiting` to be a whole number, 0 or more, or Infinity; got',
    );
  });
});

describe('closing a limiter', () => {
  it('fails waiting calls in the order of their arrival, and lets running ones end', () => {
    const { outcomes } = record({ name: 'api', concurrency: 1 }, (it) => {
      for (const key of 'abab') it.call(key, { ms: 10, name: key });
      at(5, () => it.limiter.close());
    });
    const closed: unknown = expect.any(LimiterClosedError);
    expect(outcomes).toEqual([
      ['b', closed],
      ['a', closed],
      ['b', closed],
      ['a', 'done'],
    ]);
    expect(outcomes[0]?.[1]).toMatchObject({ limiter: 'api', key: 'b', code: 'SLUICE_LIMITER_CLOSED' });
  });

  it('fails later calls, which names limiter and key', async () => {
    const limiter = new Limiter({ name: 'api' });
    limiter.close();
    limiter.close();
    expect(String(await failureOf(limiter.run('a', Future.of(1))))).toBe(
      'LimiterClosedError: Limiter "api" is closed and does not start the call for key "a". ' +
        'close() fails all waiting calls, and all later ones. ' +
        'Wait for the calls before close(), or make the call on another limiter.',
    );
  });

  it('leaves no timer', () => {
    testScheduler().run(({ flush }) => {
      const limiter = new Limiter({ rate: { count: 1, per: 1_000 } });
      const outcomes: unknown[] = [];
      for (const end of [0, 1]) limiter.run('a', Future.of(end)).subscribe({ error: () => outcomes.push('closed') });
      limiter.close();
      timer(5).subscribe(() => outcomes.push('5 ms'));
      flush();
      expect(outcomes).toEqual(['closed', '5 ms']);
    });
  });
});

describe('every call', () => {
  it('has exactly one outcome, whatever happens during the start of others', () => {
    testScheduler().run(({ flush }) => {
      const limiter = new Limiter({ concurrency: 2 });
      const outcomes = new Map<string, number>();
      const count = (name: string): void => void outcomes.set(name, (outcomes.get(name) ?? 0) + 1);
      const follow = (name: string, depth: number): void => {
        limiter
          .run(depth % 2, () => {
            if (depth < 5) for (const next of 'xy') follow(name + next, depth + 1);
            if (depth === 3) limiter.set({ concurrency: 1 });
            return depth % 3 === 0 ? of(1) : timer(1);
          })
          .subscribe({ complete: () => count(name) });
      };
      follow('', 0);
      limiter.run('never', NEVER).subscribe().unsubscribe();
      flush();
      expect(outcomes.size).toBe(63);
      expect(new Set(outcomes.values())).toEqual(new Set([1]));
      expect(limiter.stats).toMatchObject({ running: 0, waiting: 0 });
    });
  });
});
