/**
 * The constructor of BatchScheduler, the work driven by `flush`, and the isolation of schedulers from each other.
 */
import { asyncScheduler, delay, NEVER, of, timer, type SchedulerLike } from 'rxjs';
import { all, AsyncValue, batch, batchScheduler, BatchScheduler, type FlushReason, task } from 'sluice';
import { testScheduler, virtualScheduler } from '../support/virtual-time';

const upper = (keys: readonly string[]): string[] => keys.map((key) => key.toUpperCase());

describe('new BatchScheduler', () => {
  it('takes its time from the clock', () => {
    const { clock, scheduler } = virtualScheduler();
    clock.frame = 1_234;
    expect(scheduler.now()).toBe(1_234);
  });

  it('takes its time from asyncScheduler by default, and so does batchScheduler', () => {
    const clock = jest.spyOn(asyncScheduler, 'now').mockReturnValue(77);
    try {
      expect([new BatchScheduler().now(), batchScheduler.now()]).toEqual([77, 77]);
    } finally {
      clock.mockRestore();
    }
  });

  it('has the name of its config', () => {
    expect(new BatchScheduler({ name: 'report' }).name).toBe('report');
    expect(new BatchScheduler().name).toBe('BatchScheduler');
    expect(batchScheduler.name).toBe('batchScheduler');
  });

  const now = (): number => 0;
  const schedule = asyncScheduler.schedule.bind(asyncScheduler);

  it.each<[option: string, config: unknown, mustBe: string, got: string]>([
    ['clock', { clock: null }, 'an RxJS scheduler', 'null (object)'],
    ['clock', { clock: 5 }, 'an RxJS scheduler', '5 (number)'],
    ['clock', { clock: { now } }, 'an RxJS scheduler', 'object'],
    ['clock', { clock: { schedule } }, 'an RxJS scheduler', 'object'],
    ['policy', { policy: null }, 'a function', 'null (object)'],
    ['policy', { policy: 'largest' }, 'a function', '"largest" (string)'],
    ['name', { name: 5 }, 'a string', '5 (number)'],
    ['config', null, 'an object of options', 'null (object)'],
    ['config', 'report', 'an object of options', '"report" (string)'],
  ])('throws a TypeError about its %s for %j', (option, config, mustBe, got) => {
    const make = (): BatchScheduler => new BatchScheduler(config as { clock: SchedulerLike }); // wrong on purpose
    expect(make).toThrow(TypeError);
    for (const part of ['BatchScheduler', option, mustBe, got]) expect(make).toThrow(part);
  });
});

describe('BatchScheduler.flush', () => {
  it('flushes open batches now, without waiting for quiescence', () => {
    const { scheduler } = virtualScheduler();
    const got: string[] = [];
    batch(upper, { scheduler })('a').subscribe((value) => got.push(value));
    scheduler.flush();
    expect(got).toEqual(['A']);
  });

  it('flushes batches whose window or hold has not elapsed', () => {
    const { scheduler } = virtualScheduler();
    const reasons: FlushReason[] = [];
    const ask = batch(upper, { window: 50, hold: 100, scheduler });
    ask.flushes$.subscribe(({ reason }) => reasons.push(reason));
    const got: string[] = [];
    scheduler.schedule(() => {
      task(() => new AsyncValue())().subscribe(); // an external wait, for which a hold would wait
      ask('a').subscribe((value) => got.push(value));
    });
    scheduler.flush();
    expect(got).toEqual(['A']);
    expect(reasons).toEqual(['forced']);
  });

  it('repeats until no task can continue: tasks resumed by a flush may request more keys', () => {
    const { scheduler } = virtualScheduler();
    const asked: string[][] = [];
    const ask = batch((keys: readonly string[]) => (asked.push([...keys]), upper(keys)));
    const got: string[] = [];
    const twice = task(function* (key: string) {
      return yield* ask(`${yield* ask(key)}!`);
    });
    scheduler.schedule(() => all([twice('a'), twice('b')]).subscribe((values) => got.push(...values)));
    scheduler.flush();
    expect(asked).toEqual([
      ['a', 'b'],
      ['A!', 'B!'],
    ]);
    expect(got).toEqual(['A!', 'B!']);
  });

  it('runs work scheduled without a delay, but no timers', () => {
    const { clock, scheduler } = virtualScheduler();
    const ran: string[] = [];
    scheduler.schedule(() => {
      ran.push('now');
      scheduler.schedule(() => ran.push('scheduled by it'));
    });
    scheduler.schedule(() => ran.push('later'), 5);
    scheduler.flush();
    expect(ran).toEqual(['now', 'scheduled by it']);
    clock.flush();
    expect(ran).toEqual(['now', 'scheduled by it', 'later']);
  });

  it('does not wait for flights', () => {
    const { clock, scheduler } = virtualScheduler();
    const got: string[] = [];
    const ask = batch((keys: readonly string[]) => of(upper(keys)).pipe(delay(10, clock)), { scheduler });
    ask('a').subscribe((value) => got.push(`${value} at ${clock.now()}`));
    scheduler.flush();
    expect(got).toEqual([]);
    clock.flush();
    expect(got).toEqual(['A at 10']);
  });

  it('respects the concurrency of a batch function', () => {
    const { clock, scheduler } = virtualScheduler();
    const asked: string[] = [];
    const resolve = (keys: readonly string[]) => {
      asked.push(`${keys.join('')} at ${clock.now()}`);
      return of(upper(keys)).pipe(delay(10, clock));
    };
    const ask = batch(resolve, { concurrency: 1, scheduler });
    ask('a').subscribe();
    scheduler.flush();
    ask('b').subscribe();
    scheduler.flush();
    expect(asked).toEqual(['a at 0']);
    clock.flush();
    expect(asked).toEqual(['a at 0', 'b at 10']);
  });

  it('flushes a batch once, although quiescence follows', () => {
    const { clock, scheduler } = virtualScheduler();
    const resolve = jest.fn(upper);
    batch(resolve, { scheduler })('a').subscribe();
    scheduler.flush();
    clock.flush();
    expect(resolve).toHaveBeenCalledTimes(1);
  });

  it('may be called by a task, and runs other tasks meanwhile', () => {
    const { scheduler } = virtualScheduler();
    const order: string[] = [];
    const ask = batch(upper);
    const asker = task(function* () {
      order.push(yield* ask('a'));
    });
    const flusher = task(() => {
      scheduler.flush();
      order.push('flushed');
    });
    scheduler.schedule(() => all([asker(), flusher()]).subscribe());
    scheduler.flush();
    expect(order).toEqual(['A', 'flushed']);
  });

  it('does nothing without waiting work', () => {
    const { clock, scheduler } = virtualScheduler();
    scheduler.flush();
    expect(clock.actions).toEqual([]);
  });

  it('rethrows the error of scheduled work, and works again afterwards', () => {
    const { scheduler } = virtualScheduler();
    const ran: string[] = [];
    scheduler.schedule(() => {
      throw new Error('thrown by work');
    });
    scheduler.schedule(() => ran.push('dropped'));
    expect(() => scheduler.flush()).toThrow('thrown by work');
    scheduler.schedule(() => ran.push('next'));
    scheduler.flush();
    expect(ran).toEqual(['next']);
  });
});

describe('scheduled work that throws', () => {
  const fail = (): never => {
    throw new Error('thrown by work');
  };

  it('does not stop a task that it has just resumed', () => {
    const { clock, scheduler } = virtualScheduler();
    const got: number[] = [];
    const value = new AsyncValue<number>();
    const waiter = task(function* () {
      return yield* value;
    });
    scheduler.schedule(() => waiter().subscribe((it) => got.push(it)));
    scheduler.schedule(() => {
      value.set(1);
      fail();
    });
    expect(() => clock.flush()).toThrow('thrown by work');
    clock.flush();
    expect(got).toEqual([1]);
  });

  it('does not leave a batch open forever, although the clock dropped the tick of its quiescence', () => {
    const { clock, scheduler } = virtualScheduler();
    const got: string[] = [];
    const ask = batch(upper, { scheduler });
    scheduler.schedule(() => {
      ask('a').subscribe((value) => got.push(value));
      fail();
    });
    expect(() => clock.flush()).toThrow('thrown by work');
    ask('b').subscribe((value) => got.push(value));
    clock.flush();
    expect(got).toEqual(['A', 'B']);
  });

  it('does not leave an external wait for a timer that the clock has dropped', () => {
    const { clock, scheduler } = virtualScheduler();
    const got: string[] = [];
    timer(5, scheduler).subscribe();
    clock.schedule(fail, 1);
    expect(() => clock.flush()).toThrow('thrown by work');
    batch(upper, { scheduler, hold: 50 })('a').subscribe((value) => got.push(`${value} at ${scheduler.now()}`));
    clock.flush();
    expect(got).toEqual(['A at 1']);
  });

  it('on the same clock, outside of the scheduler, does not stop the scheduler', () => {
    const { clock, scheduler } = virtualScheduler();
    const ran: string[] = [];
    clock.schedule(fail);
    scheduler.schedule(() => ran.push('dropped by the clock'));
    expect(() => clock.flush()).toThrow('thrown by work');
    scheduler.schedule(() => ran.push('next'));
    clock.flush();
    expect(ran).toContain('next');
  });
});

describe('a scheduler with a VirtualTimeScheduler as clock', () => {
  it('has one batch for keys requested before and inside a TestScheduler.run', () => {
    const clock = testScheduler();
    const scheduler = new BatchScheduler({ clock });
    const asked: (readonly string[])[] = [];
    const ask = batch((keys: readonly string[]) => (asked.push(keys), upper(keys)), { scheduler, window: 5 });
    ask('a').subscribe();
    clock.run(() => void ask('b').subscribe());
    expect(asked).toEqual([['a', 'b']]);
  });

  it('counts flights from before and inside a TestScheduler.run in one concurrency', () => {
    const clock = testScheduler();
    const scheduler = new BatchScheduler({ clock });
    const asked: (readonly string[])[] = [];
    const ask = batch((keys: readonly string[]) => (asked.push(keys), NEVER), { scheduler, concurrency: 1 });
    const waiting = ask('a').subscribe();
    scheduler.flush();
    clock.run(() => waiting.add(ask('b').subscribe()));
    expect(asked).toEqual([['a']]);
    // The `hold` of a later spec would wait for it.
    waiting.unsubscribe();
  });
});

describe('a second scheduler', () => {
  it('is isolated: open batches are not shared', () => {
    const [one, other] = [virtualScheduler(), virtualScheduler()];
    const asked: string[][] = [];
    const ask = batch((keys: readonly string[]) => (asked.push([...keys]), upper(keys)));
    for (const { scheduler } of [one, other]) {
      scheduler.schedule(() => all([ask('a'), ask(scheduler === one.scheduler ? 'b' : 'c')]).subscribe());
    }
    one.clock.flush();
    expect(asked).toEqual([['a', 'b']]);
    other.clock.flush();
    expect(asked).toEqual([
      ['a', 'b'],
      ['a', 'c'],
    ]);
  });

  it('is isolated: caches are not shared', () => {
    const [one, other] = [virtualScheduler(), virtualScheduler()];
    const resolve = jest.fn(upper);
    const ask = batch(resolve, { cache: true });
    for (const { clock, scheduler } of [one, one, other, other]) {
      scheduler.schedule(() => ask('a').subscribe());
      clock.flush();
    }
    expect(resolve).toHaveBeenCalledTimes(2);
  });

  it('is isolated: priming or clearing one cache does not change the other', () => {
    const [one, other] = [virtualScheduler(), virtualScheduler()];
    const got: string[] = [];
    const ask = batch(upper, { cache: true });
    const at = ({ clock, scheduler }: typeof one, work: () => void): void => {
      scheduler.schedule(work);
      clock.flush();
    };
    const note = (value: string) => void got.push(value);
    at(one, () => ask.prime('a', 'primed on one'));
    at(other, () => ask.prime('a', 'primed on other'));
    at(one, () => ask.clear('a'));
    at(one, () => ask('a').subscribe(note));
    at(other, () => ask('a').subscribe(note));
    expect(got).toEqual(['A', 'primed on other']);
  });

  it('is isolated: flights of one do not count in the concurrency of the other', () => {
    const [one, other] = [virtualScheduler(), virtualScheduler()];
    const resolve = jest.fn(() => new AsyncValue<string[]>());
    const ask = batch(resolve, { concurrency: 1 });
    for (const { clock, scheduler } of [one, other]) {
      scheduler.schedule(() => ask('a').subscribe());
      clock.flush();
    }
    expect(resolve).toHaveBeenCalledTimes(2);
  });

  it('shares the batches of a batch function with the option `scheduler`', () => {
    const [one, other, home] = [virtualScheduler(), virtualScheduler(), virtualScheduler()];
    const asked: string[][] = [];
    const got: string[] = [];
    const ask = batch((keys: readonly string[]) => (asked.push([...keys]), upper(keys)), { scheduler: home.scheduler });
    one.scheduler.schedule(() => ask('a').subscribe((value) => got.push(value)));
    other.scheduler.schedule(() => ask('b').subscribe((value) => got.push(value)));
    one.clock.flush();
    other.clock.flush();
    expect(asked).toEqual([]);
    home.clock.flush();
    expect(asked).toEqual([['a', 'b']]);
    expect(got).toEqual(['A', 'B']);
  });

  it('removes a key from a batch of a pinned function when its waiter is cancelled', () => {
    const [near, home] = [virtualScheduler(), virtualScheduler()];
    const asked: string[][] = [];
    const ask = batch((keys: readonly string[]) => (asked.push([...keys]), upper(keys)), { scheduler: home.scheduler });
    near.scheduler.schedule(() => {
      ask('a').subscribe().unsubscribe();
      ask('b').subscribe();
    });
    near.clock.flush();
    home.clock.flush();
    expect(asked).toEqual([['b']]);
  });
});
