/** The clock of a limiter: virtual time of any kind, fake timers of tests, and real time that no step of the date disturbs. */
import { VirtualTimeScheduler } from 'rxjs';
import { BatchScheduler, Future, Limiter, LimiterClosedError } from 'sluice';
import { at, record } from './record-starts';
import { testScheduler, virtualTimes } from '../support/virtual-time';

describe('a limiter on virtual time', () => {
  it.each(virtualTimes)('paces its calls: %s', (_, run) => {
    const starts: number[] = [];
    run((scheduler) => {
      const limiter = new Limiter({ clock: scheduler, rate: { count: 1, per: 10 } });
      for (let call = 0; call < 3; call++) limiter.run('a', () => Future.of(starts.push(scheduler.now()))).subscribe();
    });
    expect(starts).toEqual([0, 10, 20]);
  });

  it('has a state of its own in each TestScheduler.run, with the bounds set before', () => {
    const limiter = new Limiter({ rate: { count: 1, per: 10 } });
    limiter.set({ rate: { count: 1, per: 5 } });
    for (let run = 0; run < 2; run++) {
      const starts: number[] = [];
      testScheduler().run(({ flush }) => {
        const scheduler = new BatchScheduler();
        for (let call = 0; call < 2; call++)
          limiter.run('a', () => Future.of(starts.push(scheduler.now()))).subscribe();
        flush();
      });
      expect(starts).toEqual([0, 5]);
    }
    expect(limiter.stats).toMatchObject({ running: 0, waiting: 0 });
  });

  it('that is closed in a TestScheduler.run is open outside of it and in the next one', async () => {
    const limiter = new Limiter();
    const call = limiter.run('a', Future.of(1));
    testScheduler().run(() => {
      limiter.close();
      expect(() => call.block()).toThrow(LimiterClosedError);
    });
    expect(await call).toBe(1);
    testScheduler().run(() => expect(call.block()).toBe(1));
    limiter.close();
    testScheduler().run(() => expect(() => call.block()).toThrow(LimiterClosedError));
  });

  it('goes on after a TestScheduler.run that was aborted while calls were waiting', () => {
    const limiter = new Limiter({ concurrency: 1, rate: { count: 1, per: 1_000_000 } });
    expect(() =>
      testScheduler().run(() => {
        for (let call = 0; call < 2; call++) limiter.run('a', Future.of(1)).subscribe();
        throw new Error('aborted');
      }),
    ).toThrow('aborted');
    expect(limiter.run('a', Future.of(1)).block()).toBe(1);
  });

  it('keeps fractions of a ms of a virtual clock, and starts no call too early', () => {
    const clock = new VirtualTimeScheduler();
    const starts: number[] = [];
    const limiter = new Limiter({ clock, rate: { count: 1, per: 10 } });
    const call = (): void => void limiter.run('a', () => Future.of(starts.push(clock.now()))).subscribe();
    clock.schedule(call, 0.25);
    clock.schedule(call, 1);
    clock.flush();
    expect(starts).toEqual([0.25, 11]);
  });

  it('paces its calls by the time of a scheduler that is not one of RxJS', () => {
    const time = new VirtualTimeScheduler();
    const clock = { now: () => time.now(), schedule: time.schedule.bind(time) };
    const starts: number[] = [];
    const limiter = new Limiter({ clock, rate: { count: 1, per: 10 } });
    for (let call = 0; call < 3; call++) limiter.run('a', () => Future.of(starts.push(time.now()))).subscribe();
    time.flush();
    expect(starts).toEqual([0, 10, 20]);
  });

  it('does not start early where timers fire early', () => {
    const clock = new VirtualTimeScheduler();
    const early = {
      now: () => clock.now(),
      schedule: ((work, delay = 0, state) => clock.schedule(work, delay * 0.9, state)) as typeof clock.schedule,
    };
    const starts: number[] = [];
    const limiter = new Limiter({ clock: early, rate: { count: 1, per: 100 } });
    for (let call = 0; call < 3; call++) limiter.run('a', () => Future.of(starts.push(clock.now()))).subscribe();
    clock.flush();
    expect(starts).toHaveLength(3);
    expect(starts[1]).toBeGreaterThanOrEqual(100);
    expect(starts[2]).toBeGreaterThanOrEqual(200);
  });
});

describe('a limiter under fake timers', () => {
  afterEach(() => jest.useRealTimers());

  const paced = (): { limiter: Limiter; starts: number[]; call: () => void } => {
    const limiter = new Limiter({ rate: { count: 1, per: 1_000 } });
    const starts: number[] = [];
    const call = (): void => void limiter.run('a', () => Future.of(starts.push(Date.now()))).subscribe();
    return { limiter, starts, call };
  };

  it('follows them', () => {
    jest.useFakeTimers({ now: 0 });
    const { starts, call } = paced();
    for (let calls = 0; calls < 3; calls++) call();
    jest.advanceTimersByTime(2_500);
    expect(starts).toEqual([0, 1_000, 2_000]);
  });

  it('follows them also if they were installed after its construction', async () => {
    const { starts, call } = paced();
    jest.useFakeTimers({ now: 0 });
    for (let calls = 0; calls < 3; calls++) call();
    await jest.advanceTimersByTimeAsync(2_500);
    expect(starts).toEqual([0, 1_000, 2_000]);
  });

  it('keeps its pace when their date is set back by a day', () => {
    jest.useFakeTimers({ now: 0 });
    const { starts, call } = paced();
    for (let calls = 0; calls < 3; calls++) call();
    jest.setSystemTime(-86_400_000);
    jest.advanceTimersByTime(2_500);
    expect(starts).toEqual([0, 1_000 - 86_400_000, 2_000 - 86_400_000]);
  });

  it.each([
    ['that leave the date as it is', { doNotFake: ['Date', 'performance'] }],
    ['of the old kind, which have no date', { legacyFakeTimers: true }],
  ] as const)('follows fake timers %s', (_, config) => {
    jest.useFakeTimers(config as Parameters<typeof jest.useFakeTimers>[0]);
    const { starts, call } = paced();
    for (let calls = 0; calls < 3; calls++) call();
    jest.advanceTimersByTime(900);
    expect(starts).toHaveLength(1);
    jest.advanceTimersByTime(1_600);
    expect(starts).toHaveLength(3);
  });

  it('takes a date made before they were installed', () => {
    const end = new Date(500);
    jest.useFakeTimers({ now: 0 });
    const { starts, limiter, call } = paced();
    limiter.pause(end);
    call();
    jest.advanceTimersByTime(1_000);
    expect(starts).toEqual([500]);
  });

  it('goes on with the next call after they were removed, which drops their timers', async () => {
    const limiter = new Limiter({ rate: { count: 1, per: 30 } });
    jest.useFakeTimers();
    const first = [limiter.run('a', Future.of(1)), limiter.run('a', Future.of(2))].map((call) => call.start());
    jest.useRealTimers();
    expect(await limiter.run('a', Future.of(3))).toBe(3);
    expect(first.map((call) => call.isSet)).toEqual([true, true]);
  });
});

describe('a limiter on real time', () => {
  it.each([
    ['forward, which lets no burst through', 86_400_000],
    ['back, which locks no call out', -86_400_000],
  ])('is not disturbed by a system date that is set a day %s', async (_, step) => {
    const limiter = new Limiter({ rate: { count: 1, per: 20 } });
    const began = performance.now();
    await limiter.run('a', Future.of(1));
    const date = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + step);
    try {
      await limiter.run('a', Future.of(1));
    } finally {
      date.mockRestore();
    }
    expect(performance.now() - began).toBeGreaterThan(19);
  });

  it('starts no call before its time by the monotonic clock, though timers may fire early', async () => {
    const began = performance.now();
    const limiter = new Limiter({ rate: { count: 1, per: 3 } });
    const starts: number[] = [];
    await Promise.all(
      Array.from({ length: 20 }, async () => limiter.run('a', () => Future.of(starts.push(performance.now() - began)))),
    );
    expect(starts.filter((start, index) => start < 3 * index)).toEqual([]);
    expect(starts).toHaveLength(20);
  });
});

describe('a date given to pause', () => {
  it('is one of the system clock in real time', () => {
    const limiter = new Limiter();
    limiter.pause(new Date(Date.now() + 60_000));
    const { pausedUntil = 0 } = limiter.stats;
    expect(Math.abs(pausedUntil - Date.now() - 60_000)).toBeLessThan(1_000);
  });

  it('is one of the virtual clock on virtual time', () => {
    const { times } = record({}, (it) => at(5, () => (it.limiter.pause(new Date(25)), it.call('a'))));
    expect(times).toEqual([25]);
  });
});
