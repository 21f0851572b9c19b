/**
 * Periods: what is scheduled again with the same delay keeps the interval it has, as on RxJS's own schedulers, however
 * long its work takes.
 */
import { asyncScheduler, interval, take, type SchedulerAction, type SchedulerLike, Subscription } from 'rxjs';
import { BatchScheduler, batchScheduler } from 'sluice';
import { testScheduler } from '../support/virtual-time';

jest.useFakeTimers();

/** When each of five runs begins, on timers of jest, where `work` takes its time of the clock. */
function startsOf(on: SchedulerLike, work: (run: number) => void): number[] {
  const begun = Date.now();
  const starts: number[] = [];
  const running = interval(10, on)
    .pipe(take(5))
    .subscribe((run) => {
      starts.push(Date.now() - begun);
      work(run);
    });
  for (let ms = 0; ms < 200; ms++) jest.advanceTimersByTime(1);
  running.unsubscribe();
  return starts;
}

const busyFor = (ms: number): void => {
  jest.setSystemTime(Date.now() + ms);
};

describe('a period', () => {
  it.each([0, 3, 5, 9])('does not grow by the %s ms that its work takes', (ms) => {
    const work = (): void => busyFor(ms);
    expect(startsOf(batchScheduler, work)).toEqual(startsOf(asyncScheduler, work));
  });

  it('takes one interval of the platform, and gives it back', () => {
    const { setInterval, clearInterval } = globalThis;
    const made = jest.spyOn(globalThis, 'setInterval');
    startsOf(batchScheduler, () => undefined);
    expect(made).toHaveBeenCalledTimes(1);
    expect(jest.getTimerCount()).toBe(0);
    made.mockRestore();
    expect([globalThis.setInterval, globalThis.clearInterval]).toEqual([setInterval, clearInterval]);
  });
});

describe('an action that schedules itself', () => {
  /** The starts of an action that takes each of these delays in turn. */
  function runsOf(on: SchedulerLike, delays: readonly number[]): number[] {
    const clock = testScheduler();
    const starts: number[] = [];
    clock.run(() => {
      const left = [...delays];
      on.schedule(function (this: SchedulerAction<unknown>) {
        starts.push(on.now());
        const delay = left.shift();
        if (delay !== undefined) this.schedule(undefined, delay);
      }, left.shift());
    });
    return starts;
  }

  it.each([
    ['equal delays', [10, 10, 10]],
    ['other delays', [10, 5, 10, 10]],
    ['no delay between', [10, 0, 10, 10]],
  ])('runs when one of asyncScheduler does (%s)', (_name, delays) => {
    expect(runsOf(batchScheduler, delays)).toEqual(runsOf(asyncScheduler, delays));
  });

  it('runs once for the last of what it has scheduled in one run', () => {
    const log: string[] = [];
    const action = new BatchScheduler().schedule(function (this: SchedulerAction<unknown>, state) {
      log.push(String(state));
      if (state !== undefined) return;
      this.schedule('first', 10);
      this.schedule('second', 10);
      this.schedule('third', 20);
      this.schedule('last', 10);
    }, 10);
    jest.advanceTimersByTime(100);
    expect(log).toEqual(['undefined', 'last']);
    action.unsubscribe();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('is closed when it throws after it has scheduled itself', () => {
    const scheduler = new BatchScheduler();
    const action = scheduler.schedule(function (this: SchedulerAction<unknown>) {
      this.schedule(undefined, 10);
      throw new Error('thrown');
    }, 10);
    expect(() => jest.advanceTimersByTime(10)).toThrow('thrown');
    expect([action.closed, jest.getTimerCount()]).toEqual([true, 0]);
  });

  it('works on a clock that gives its work no action', () => {
    const due: (() => void)[] = [];
    const clock: SchedulerLike = {
      now: () => 0,
      schedule: (work) => {
        due.push(() => (work as () => void).call(undefined));
        return new Subscription();
      },
    };
    const log: number[] = [];
    interval(10, new BatchScheduler({ clock }))
      .pipe(take(3))
      .subscribe((n) => log.push(n));
    for (let round = 0; round < 5; round++) due.shift()?.();
    expect(log).toEqual([0, 1, 2]);
  });
});
