/** What a limiter tells: its numbers, why a key waits, and its events. */
import { NEVER, of, throwError, timer } from 'rxjs';
import { Future, Limiter, type LimiterEvent } from 'sluice';
import { at, record } from './record-starts';
import { testScheduler } from '../support/virtual-time';

describe('the numbers of a limiter', () => {
  it('are those of calls that run and wait, overall and for each key', () => {
    testScheduler().run(({ flush }) => {
      const limiter = new Limiter({ concurrency: 2 });
      for (const key of 'aab') limiter.run(key, NEVER).subscribe();
      timer(30).subscribe(() => {
        expect(limiter.stats).toEqual({
          running: 2,
          waiting: 1,
          longestWait: 30,
          concurrency: 2,
          pausedUntil: undefined,
          keys: new Map([
            ['a', { running: 2, waiting: 0, longestWait: 0, waitsFor: undefined, pausedUntil: undefined }],
            [
              'b',
              {
                running: 0,
                waiting: 1,
                longestWait: 30,
                waitsFor: { of: 'limiter', for: 'slot', until: undefined },
                pausedUntil: undefined,
              },
            ],
          ]),
        });
      });
      flush();
    });
  });

  it.each([
    ['a slot of the key', { perKey: { concurrency: 1 } }, { of: 'key', for: 'slot', until: undefined }],
    ['a slot of the limiter', { concurrency: 1 }, { of: 'limiter', for: 'slot', until: undefined }],
    ['a rate of the key', { perKey: { rate: { count: 1, per: 50 } } }, { of: 'key', for: 'rate', until: 50 }],
    ['a rate of the limiter', { rate: { count: 1, per: 50 } }, { of: 'limiter', for: 'rate', until: 50 }],
  ] as const)('say that a key waits for %s', (_, config, waitsFor) => {
    testScheduler().run(() => {
      const limiter = new Limiter(config);
      for (let call = 0; call < 2; call++) limiter.run('a', NEVER).subscribe();
      expect(limiter.key('a').stats.waitsFor).toEqual(waitsFor);
    });
  });

  it('say that a key waits for a pause, and until when', () => {
    testScheduler().run(() => {
      const limiter = new Limiter();
      limiter.key('a').pause(20);
      limiter.run('a', NEVER).subscribe();
      expect(limiter.key('a').stats).toMatchObject({
        waitsFor: { of: 'key', for: 'pause', until: 20 },
        pausedUntil: 20,
      });
      limiter.pause();
      limiter.run('b', NEVER).subscribe();
      expect(limiter.key('b').stats.waitsFor).toEqual({ of: 'limiter', for: 'pause', until: Infinity });
      expect(limiter.stats.pausedUntil).toBe(Infinity);
    });
  });
});

describe('the events of a limiter', () => {
  const eventsOf = (program: (limiter: Limiter) => void): LimiterEvent[] => {
    const events: LimiterEvent[] = [];
    record({ concurrency: 1 }, ({ limiter }) => {
      limiter.events$.subscribe((event) => events.push(event));
      program(limiter);
    });
    return events;
  };

  it('are those of each call: queued, started, ended', () => {
    const no = new Error('no');
    const events = eventsOf((limiter) => {
      limiter.run('a', timer(10), { name: 'page' }).subscribe();
      limiter.run('b', () => throwError(() => no)).subscribe({ error: () => undefined });
    });
    expect(events).toEqual([
      { type: 'call-queued', key: 'a', name: 'page', at: 0 },
      { type: 'call-started', key: 'a', name: 'page', at: 0, waited: 0 },
      { type: 'call-queued', key: 'b', name: undefined, at: 0 },
      { type: 'call-ended', key: 'a', name: 'page', at: 10, outcome: 'succeeded', ran: 10 },
      { type: 'call-started', key: 'b', name: undefined, at: 10, waited: 10 },
      { type: 'call-ended', key: 'b', name: undefined, at: 10, outcome: 'failed', error: no, ran: 0 },
    ]);
  });

  it('are those of calls that leave, before or after their start, or are rejected', () => {
    const events = eventsOf((limiter) => {
      const running = limiter.run('a', NEVER).subscribe();
      const waiting = limiter.run('a', NEVER).subscribe();
      limiter.run('a', NEVER, { cost: 2 }).subscribe({ error: () => undefined });
      at(5, () => waiting.unsubscribe());
      at(6, () => running.unsubscribe());
    });
    expect(events.slice(3)).toMatchObject([
      { type: 'call-rejected', error: { code: 'SLUICE_LIMITER_COST' } },
      { type: 'call-left', waited: 5, at: 5 },
      { type: 'call-ended', outcome: 'cancelled', ran: 6 },
    ]);
  });

  it('are pauses, changes and the end', () => {
    const events = eventsOf((limiter) => {
      limiter.pause(5);
      limiter.resume();
      limiter.set({ concurrency: 2 });
      limiter.key('a').set({ concurrency: 2 });
      limiter.key('a').pause();
      limiter.key('a').resume();
      limiter.close();
    });
    expect(events).toEqual([
      { type: 'paused', at: 0, until: 5 },
      { type: 'resumed', at: 0 },
      { type: 'changed', at: 0 },
      { type: 'changed', key: 'a', at: 0 },
      { type: 'paused', key: 'a', at: 0, until: Infinity },
      { type: 'resumed', key: 'a', at: 0 },
      { type: 'closed', at: 0 },
    ]);
  });

  it('complete when the limiter is closed and its last call has ended', () => {
    testScheduler().run(({ flush }) => {
      const limiter = new Limiter();
      let endedAt = -1;
      limiter.events$.subscribe({ complete: () => (endedAt = limiter.stats.running) });
      limiter.run('a', timer(5)).subscribe();
      limiter.close();
      expect(endedAt).toBe(-1);
      flush();
      expect(endedAt).toBe(0);
    });
  });

  it('come after the change that they report, and in order also from within a subscriber', () => {
    testScheduler().run(({ flush }) => {
      const limiter = new Limiter({ concurrency: 1 });
      const seen: string[] = [];
      const call = (key: string): void => void limiter.run(key, Future.of(1)).subscribe();
      limiter.events$.subscribe(({ type }) => {
        const { running, waiting } = limiter.stats;
        if (type === 'call-queued' && waiting + running < 3) call('b');
        seen.push(`${type} ${String(running)} ${String(waiting)}`);
      });
      limiter.run('a', () => of(1)).subscribe();
      flush();
      expect(seen.filter((line) => line.startsWith('call-ended')).length).toBe(
        seen.filter((line) => line.startsWith('call-queued')).length,
      );
      expect(limiter.stats).toMatchObject({ running: 0, waiting: 0 });
    });
  });
});

describe('a limiter', () => {
  it('prints as its class and its name', () => {
    expect(JSON.stringify(new Limiter({ name: 'api' }))).toBe('"Limiter \\"api\\""');
  });

  it.each([
    [{ concurency: 1 }, 'Limiter: unknown option "concurency". Did you mean "concurrency"?'],
    [{ perKey: { burst: 1 } }, 'Limiter: perKey: expected `burst` to be given together with `rate`; got 1 (number).'],
    [
      { rate: { count: 1, per: 1 }, burst: 0 },
      'Limiter: expected `burst` to be a finite number of 1 or more; got 0 (number).',
    ],
    [{ perKey: 5 }, 'Limiter: perKey: expected its config to be an object of options; got 5 (number).'],
    [{ clock: {} }, 'Limiter: expected `clock` to be an RxJS scheduler; got {} (object).'],
    [{ name: 1 }, 'Limiter: expected `name` to be a string; got 1 (number).'],
    [{ ageing: 0 }, 'Limiter: expected `ageing` to be a number of ms above 0; got 0 (number).'],
  ])('with the options %j throws a TypeError', (config, message) => {
    expect(() => new Limiter(config as never)).toThrow(message);
  });

  it('that is changed with an unknown or invalid bound throws a TypeError and keeps all bounds', () => {
    const limiter = new Limiter({ concurrency: 1 });
    expect(() => limiter.set({ concurrency: 5, maxWaiting: -1 })).toThrow('Limiter.set: expected `maxWaiting`');
    expect(() => limiter.set({ name: 'b' } as never)).toThrow('Limiter.set: unknown option "name".');
    expect(() => limiter.key('a').set({ maxWaiting: 1 } as never)).toThrow('Limiter.key.set: unknown option');
    expect(limiter.stats.concurrency).toBe(1);
  });
});
