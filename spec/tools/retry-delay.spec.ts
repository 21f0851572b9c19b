/** The delays of `retryTask`: back-off, jitter, and the time that a failed service asks for. Time is virtual. */
import { defer, retry, subscribeOn, throwError } from 'rxjs';
import { retryTask, type RetryTaskConfig } from 'sluice/tools';
import { listen, runVirtual } from '../batch/virtual-run';
import { failureOf } from '../support/failure-of';
import { virtualScheduler } from '../support/virtual-time';

/** The delays in ms between the attempts of a task that always fails. */
function delaysOf(config: RetryTaskConfig, errorAt: (now: number) => unknown = () => new RangeError('no')): number[] {
  const { clock, scheduler } = virtualScheduler();
  const starts: number[] = [];
  const load = retryTask(() => {
    starts.push(clock.now());
    throw errorAt(clock.now());
  }, config);
  const recording = listen(load().pipe(subscribeOn(scheduler)));
  clock.flush();
  expect(recording.errors).toHaveLength(1);
  return starts.slice(1).map((start, index) => start - (starts[index] ?? 0));
}

describe('a back-off', () => {
  it.each<[string, RetryTaskConfig, readonly number[]]>([
    ['constant', { delay: 50, backoff: 'constant' }, [50, 50, 50, 50]],
    ['linear', { delay: 50, backoff: 'linear' }, [50, 100, 150, 200]],
    ['exponential', { delay: 50, backoff: 'exponential' }, [50, 100, 200, 400]],
    ['linear, with a factor', { delay: 50, backoff: { kind: 'linear', factor: 2 } }, [50, 150, 250, 350]],
    ['exponential, with a factor', { delay: 50, backoff: { kind: 'exponential', factor: 3 } }, [50, 150, 450, 1_350]],
    ['bounded by max', { delay: 50, backoff: { kind: 'exponential', max: 120 } }, [50, 100, 120, 120]],
    ['of 100 ms without a delay', { backoff: 'exponential' }, [100, 200, 400, 800]],
    ['of no delay', { delay: 0, backoff: 'exponential' }, [0, 0, 0, 0]],
  ])('%s', (_, config, expected) => {
    expect(delaysOf({ attempts: 5, ...config })).toEqual(expected);
  });

  it('is at most 30 s by default, and the delay where that is longer, also where the growth overflows', () => {
    expect(delaysOf({ attempts: 12, backoff: 'exponential' }).at(-1)).toBe(30_000);
    const overflowing = { kind: 'exponential', factor: 1e100 } as const;
    expect(delaysOf({ attempts: 6, backoff: overflowing })).toEqual([100, 30_000, 30_000, 30_000, 30_000]);
    expect(delaysOf({ attempts: 4, delay: 60_000, backoff: 'exponential' })).toEqual([60_000, 60_000, 60_000]);
  });

  it('begins anew with each call', () => {
    const { clock, scheduler } = virtualScheduler();
    const starts: number[] = [];
    const load = retryTask(
      () => {
        starts.push(clock.now());
        throw new RangeError('no');
      },
      { delay: 10, backoff: 'exponential' },
    );
    for (const call of [load(), load()]) {
      listen(call.pipe(subscribeOn(scheduler)));
      clock.flush();
    }
    expect(starts).toEqual([0, 10, 30, 30, 40, 60]);
  });
});

describe('jitter', () => {
  const doubled = { attempts: 4, delay: 100, backoff: 'exponential' } as const;

  it.each([
    ['full', 0, [0, 0, 0]],
    ['full', 0.5, [50, 100, 200]],
    ['full', 1, [100, 200, 400]],
    ['equal', 0, [50, 100, 200]],
    ['equal', 0.5, [75, 150, 300]],
    ['decorrelated', 0, [100, 100, 100]],
    ['decorrelated', 1, [300, 900, 2_700]],
    ['none', 0.5, [100, 200, 400]],
  ] as const)('%s with chance %p', (jitter, chance, expected) => {
    expect(delaysOf({ ...doubled, jitter, random: () => chance })).toEqual(expected);
  });

  it('applies to a delay without a back-off, also one of a function', () => {
    const random = (): number => 0.5;
    expect(delaysOf({ delay: 100, jitter: 'full', random })).toEqual([50, 50]);
    expect(delaysOf({ delay: (attempt) => 100 * attempt, jitter: 'full', random })).toEqual([50, 100]);
  });

  it('decorrelated is at most `max`', () => {
    const config = { attempts: 4, delay: 100, jitter: 'decorrelated', random: () => 1 } as const;
    expect(delaysOf({ ...config, backoff: { kind: 'constant', max: 500 } })).toEqual([300, 500, 500]);
    expect(delaysOf({ ...config, attempts: 20 }).at(-1)).toBe(30_000);
  });

  it('spreads callers that failed together, which retry of RxJS brings back in the same moment', () => {
    const mostAtOnce = (attemptsAt: readonly number[]): number => {
      const counts = new Map<number, number>();
      for (const time of attemptsAt) if (time > 0) counts.set(time, (counts.get(time) ?? 0) + 1);
      return Math.max(...counts.values());
    };
    const [spread, together]: [number[], number[]] = [[], []];
    const { clock, scheduler } = virtualScheduler();
    let seed = 1;
    const random = (): number => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
    const load = retryTask(
      () => {
        spread.push(Math.round(clock.now()));
        throw new RangeError('no');
      },
      { attempts: 2, delay: 1_000, jitter: 'full', random },
    );
    for (let call = 0; call < 100; call++) listen(load().pipe(subscribeOn(scheduler)));
    clock.flush();
    runVirtual(({ flush, at }) => {
      let now = 0;
      at(1_000, () => (now = 1_000));
      const failing = defer(() => (together.push(now), throwError(() => new RangeError('no'))));
      for (let call = 0; call < 100; call++) listen(failing.pipe(retry({ count: 1, delay: 1_000 })));
      flush();
    });
    expect(mostAtOnce(together)).toBe(100);
    expect(mostAtOnce(spread)).toBeLessThan(10);
  });
});

describe('retryAfter', () => {
  it('takes the place of the delay, without jitter, and longer than `max`', () => {
    const config = { delay: 10, backoff: { kind: 'exponential', max: 20 }, jitter: 'full', random: () => 0.5 } as const;
    expect(delaysOf({ ...config, retryAfter: () => 5_000 })).toEqual([5_000, 5_000]);
    expect(delaysOf({ ...config, retryAfter: () => 0 })).toEqual([0, 0]);
  });

  it('leaves the delay as it is where it returns undefined', () => {
    const asked = [undefined, 70, undefined];
    const retryAfter = (): number | undefined => asked.shift();
    expect(delaysOf({ attempts: 4, delay: 10, backoff: 'exponential', retryAfter })).toEqual([10, 70, 40]);
  });

  it('waits for a date on the clock of the scheduler, and not for one that has passed', () => {
    const config = { retryAfter: (error: unknown) => error as Date };
    expect(delaysOf(config, (now) => new Date(now + 500))).toEqual([500, 500]);
    expect(delaysOf(config, () => new Date(500))).toEqual([500, 0]);
  });

  it('may be longer than the longest timer of the platform', () => {
    const month = 31 * 24 * 60 * 60 * 1_000;
    expect(delaysOf({ retryAfter: () => month })).toEqual([month, month]);
  });

  it('is not called after the last attempt, or where `when` returns false', () => {
    const retryAfter = jest.fn(() => 1);
    delaysOf({ attempts: 1, retryAfter });
    delaysOf({ when: () => false, retryAfter });
    expect(retryAfter).not.toHaveBeenCalled();
  });

  it('names no time with null or undefined', () => {
    expect(delaysOf({ delay: 3, retryAfter: () => null })).toEqual(delaysOf({ delay: 3, retryAfter: () => undefined }));
  });

  it('fails the task, with the failure of the attempt as its cause, if it returns something else', async () => {
    const failure = new RangeError('no');
    for (const asked of [-1, NaN, Infinity, '3', new Date(NaN), Promise.resolve(1)]) {
      const load = retryTask(() => throwError(() => failure), { retryAfter: () => asked as never });
      const expected: unknown = expect.objectContaining({
        message: expect.stringMatching(
          /^retryTask: expected the result of `retryAfter` to be a number of ms, 0 or more, a valid Date, or nothing/,
        ) as unknown,
        cause: failure,
      });
      expect(await failureOf(load())).toEqual(expected);
    }
  });
});

describe('wrong options of the delay', () => {
  const broken = (config: unknown) => () =>
    retryTask(() => {
      throw new RangeError('no');
    }, config as RetryTaskConfig)();

  it('throw a TypeError at the call', () => {
    expect(broken({ backoff: 'fast' })).toThrow(
      "retryTask: expected `backoff` to be 'constant', 'linear' or 'exponential'; got \"fast\"",
    );
    expect(broken({ backoff: { kind: 2 } })).toThrow('retryTask: expected `backoff.kind` to be');
    expect(broken({ backoff: { kind: 'linear', factor: -1 } })).toThrow('expected `backoff.factor` to be a number, 0');
    expect(broken({ backoff: { kind: 'linear', max: -1 } })).toThrow('expected `backoff.max` to be a number of ms');
    expect(broken({ backoff: { kind: 'linear', maxDelay: 1 } })).toThrow(
      'unknown option "maxDelay". Did you mean "max"?',
    );
    expect(broken({ backoff: 'linear', delay: () => 1 })).toThrow(
      'expected `delay` to be a number where `backoff` is set',
    );
    expect(broken({ jitter: true })).toThrow(
      "retryTask: expected `jitter` to be 'none', 'full', 'equal' or 'decorrelated'",
    );
    expect(broken({ random: 0.5 })).toThrow(
      'retryTask: expected `random` to be a function that returns a number from 0',
    );
    expect(broken({ retryAfter: 7 })).toThrow('retryTask: expected `retryAfter` to be a function of the error');
    expect(broken({ backOff: 'linear' })).toThrow('retryTask: unknown option "backOff". Did you mean "backoff"?');
  });

  it('fail the task if `random` returns something other than a part', () => {
    for (const part of [-1, 1.5, NaN, '0.5']) {
      expect(() => broken({ jitter: 'full', random: () => part })().block()).toThrow(
        'retryTask: expected the result of `random` to be a number from 0 to 1',
      );
    }
  });
});
