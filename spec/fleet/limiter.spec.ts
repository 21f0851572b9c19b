/** Limits of a key across the processes of a fleet. */
import { Observable } from 'rxjs';
import { FleetLimiter, type FleetLimiterConfig } from 'sluice/fleet';
import { failureOf } from '../support/failure-of';
import { sleep } from '../support/sleep';
import { describeFleet, until, type Fleet } from './fleet-fixture';

const limiterOf = (
  fleet: Fleet,
  perKey: FleetLimiterConfig['perKey'],
  config: Partial<FleetLimiterConfig> = {},
): FleetLimiter => {
  const { connection, queue } = fleet;
  const limiter = new FleetLimiter({ connection, queue, name: 'hosts', perKey, ...config });
  fleet.onEnd(() => limiter.close());
  return limiter;
};

describeFleet('a fleet limiter', (fleet) => {
  it('bounds the calls of a key over all of its processes, and loses none', async () => {
    const limiters = [limiterOf(fleet, { concurrency: 3 }), limiterOf(fleet, { concurrency: 3 })];
    let running = 0;
    let most = 0;
    const work = async (): Promise<number> => {
      most = Math.max(most, ++running);
      await sleep(5);
      return --running;
    };
    await Promise.all(Array.from({ length: 60 }, (_, n) => Promise.resolve(limiters[n % 2]?.run('a', work))));
    expect(most).toBe(3);
    expect(running).toBe(0);
  });

  it('bounds each key by itself', async () => {
    const limiter = limiterOf(fleet, { concurrency: 1 });
    const never = limiter.run('a', new Observable<never>()).subscribe();
    expect(await limiter.run('b: any text {}', () => Promise.resolve(1))).toBe(1);
    never.unsubscribe();
    expect(await limiter.run('a', () => Promise.resolve(2))).toBe(2);
  });

  it('bounds the rate, after a burst', async () => {
    const limiter = limiterOf(fleet, { rate: { count: 20, per: 1_000 }, burst: 3 });
    const startedAt = Date.now();
    const starts: number[] = [];
    const note = (): Promise<number> => Promise.resolve(starts.push(Date.now() - startedAt));
    await Promise.all(Array.from({ length: 9 }, () => Promise.resolve(limiter.run('a', note))));
    expect(starts).toHaveLength(9);
    expect(Math.max(...starts)).toBeGreaterThanOrEqual(6 * 50 - 5);
  });

  it('gives the permit of a dead process to others when its lease is over', async () => {
    const dead = new FleetLimiter({
      connection: fleet.connection,
      queue: fleet.queue,
      name: 'hosts',
      perKey: { concurrency: 1 },
      lease: 300,
    });
    let isHeld = false;
    const held = dead.run('a', new Observable<never>(() => void (isHeld = true))).subscribe({ error: () => undefined });
    await until(() => isHeld);
    await dead.close();
    const limiter = limiterOf(fleet, { concurrency: 1 }, { lease: 300 });
    expect(await limiter.run('a', () => Promise.resolve('next'))).toBe('next');
    held.unsubscribe();
  });

  it('passes failures on, and leaves no key behind', async () => {
    const limiter = limiterOf(fleet, { concurrency: 1 });
    expect(await failureOf(limiter.run('a', () => Promise.reject(new RangeError('far'))))).toBeInstanceOf(RangeError);
    await limiter.close();
    expect(await fleet.client().keys(`sluice:{${fleet.queue}}*`)).toEqual([]);
  });

  it('refuses options that are unknown or wrong', () => {
    const config = { connection: fleet.connection, queue: 'q', name: 'n' };
    expect(() => new FleetLimiter({ ...config, perKey: { concurrency: 0 } })).toThrow(/`perKey.concurrency`/);
    expect(() => new FleetLimiter({ ...config, perKey: {}, leas: 1 } as never)).toThrow(/Did you mean "lease"/);
    expect(() => new FleetLimiter({ ...config, name: 'a b', perKey: {} })).toThrow(/FleetLimiter: expected `name`/);
  });
});
