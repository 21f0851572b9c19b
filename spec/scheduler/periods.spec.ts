/**
 * Work scheduled again with the same delay keeps its interval, as on RxJS's own schedulers, regardless of the duration
 * of the work.
 */
import { asyncScheduler, interval, take, type SchedulerAction, type SchedulerLike, Subscription } from 'rxjs';
import { BatchScheduler, batchScheduler } from 'sluice';
import { testScheduler } from '../support/virtual-time';

jest.useFakeTimers();

/** Returns the start times of five runs on jest's timers, where `work` advances the clock. */
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
  it.each([0, 3, 5, 9])('is not extended by the %s ms of its work', (ms) => {
    const work = (): void => busyFor(ms);
    expect(startsOf(batchScheduler, work)).toEqual(startsOf(asyncScheduler, work));
  });

  it('uses one interval of the platform, and clears it at the end', () => {
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
  /** Returns the start times of an action that uses these delays one after another. */
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

  it('runs once, with the last delay, when it is scheduled several times in one run', () => {
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

  it('is closed when it throws after scheduling itself', () => {
    const scheduler = new BatchScheduler();
    const action = scheduler.schedule(function (this: SchedulerAction<unknown>) {
      this.schedule(undefined, 10);
      throw new Error('thrown');
    }, 10);
    expect(() => jest.advanceTimersByTime(10)).toThrow('thrown');
    expect([action.closed, jest.getTimerCount()]).toEqual([true, 0]);
  });

  it('works on a clock that passes no action to its work', () => {
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
