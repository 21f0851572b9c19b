/** What a limiter keeps of keys: nothing of those that have gone, and handles that stay valid. */
import { NEVER, of, timer } from 'rxjs';
import { Future, Limiter } from 'sluice';
import { at } from './record-starts';
import { virtualScheduler, testScheduler } from '../support/virtual-time';

describe('a key', () => {
  it('that has gone leaves nothing behind', () => {
    testScheduler().run(({ flush }) => {
      const limiter = new Limiter({ perKey: { concurrency: 1 } });
      for (let key = 0; key < 1_000; key++) limiter.run(key, () => of(key)).subscribe();
      flush();
      expect(limiter.stats.keys.size).toBe(0);
    });
  });

  it('is kept as long as its rate counts its calls', () => {
    testScheduler().run(({ flush }) => {
      const limiter = new Limiter({ perKey: { rate: { count: 1, per: 100 } } });
      for (const key of 'abc') limiter.run(key, Future.of(1)).subscribe();
      const sizes: number[] = [];
      for (const time of [99, 100]) timer(time).subscribe(() => sizes.push(limiter.stats.keys.size));
      flush();
      expect(sizes).toEqual([3, 0]);
    });
  });

  it('is swept by later calls of other keys, without a look at the numbers', () => {
    const { clock } = virtualScheduler();
    const limiter = new Limiter({ clock, perKey: { rate: { count: 1, per: 10, window: true } } });
    let size = 0;
    for (let call = 0; call < 100; call++) {
      clock.schedule(() => limiter.run(call, Future.of(1)).subscribe(), call * 5);
    }
    clock.schedule(() => (size = limiter.stats.keys.size), 99 * 5 + 1);
    clock.flush();
    expect(size).toBe(2);
  });

  it.each([
    ['a waiting call', (limiter: Limiter) => (limiter.key('a').pause(50), limiter.run('a', NEVER).subscribe())],
    ['a running call', (limiter: Limiter) => limiter.run('a', NEVER).subscribe()],
    ['a pause', (limiter: Limiter) => limiter.key('a').pause(50)],
  ])('with %s is kept', (_, act) => {
    testScheduler().run(() => {
      const limiter = new Limiter();
      act(limiter);
      limiter.run('b', Future.of(1)).subscribe();
      expect([...limiter.stats.keys.keys()]).toEqual(['a']);
    });
  });

  it('keeps the bounds that were set for it, while it has no calls', () => {
    testScheduler().run(({ flush }) => {
      const limiter = new Limiter();
      limiter.key('a').set({ concurrency: 1 });
      limiter.run('a', () => of(1)).subscribe();
      flush();
      expect(limiter.stats.keys.size).toBe(0);
      for (let call = 0; call < 3; call++) limiter.run('a', NEVER).subscribe();
      expect(limiter.key('a').stats).toMatchObject({ running: 1, waiting: 2 });
    });
  });

  it('has a handle that stays valid while the key comes and goes', () => {
    testScheduler().run(({ flush }) => {
      const limiter = new Limiter({ perKey: { rate: { count: 1, per: 10 } } });
      const handle = limiter.key('a');
      expect(handle.stats).toMatchObject({ running: 0, waiting: 0, longestWait: 0, waitsFor: undefined });
      limiter.run('a', () => of(1)).subscribe();
      at(1_000, () => {
        limiter.run('b', () => of(1)).subscribe();
        handle.pause(100);
        limiter.run('a', () => of(1)).subscribe();
        expect(handle.stats).toMatchObject({ waiting: 1 });
        handle.resume();
        expect(handle.stats).toMatchObject({ waiting: 0 });
      });
      flush();
    });
  });
});
