/** `retryTask`: a task that runs again after a failure, with a maximum number of attempts, a delay and a condition. */
import { NEVER, subscribeOn, timer } from 'rxjs';
import { batch, task } from 'sluice';
import { isTask, mapBy, retryTask, type RetryTaskConfig } from 'sluice/tools';
import { listen, runVirtual } from '../batch/virtual-run';
import { virtualScheduler } from '../support/virtual-time';

/** A task that fails for its first `times` runs, and records its runs. */
function failing(times: number, config?: RetryTaskConfig) {
  const runs: number[] = [];
  const load = retryTask(
    task(function* load(value: string) {
      runs.push(runs.length + 1);
      yield timer(1);
      if (runs.length <= times) throw new RangeError(`failure ${String(runs.length)}`);
      return value;
    }),
    config,
  );
  return { runs, load };
}

describe('a failing task', () => {
  it('runs again with the same arguments, up to three times by default', () => {
    runVirtual(({ flush }) => {
      const { runs, load } = failing(2);
      const recording = listen(load('a'));
      flush();
      expect([recording.values, runs.length]).toEqual([['a'], 3]);
    });
  });

  it('fails with its last error object after its last attempt', () => {
    runVirtual(({ flush }) => {
      const { runs, load } = failing(9, { attempts: 4 });
      const recording = listen(load('a'));
      flush();
      expect([recording.errors, runs.length]).toEqual([[new RangeError('failure 4')], 4]);
    });
  });

  it('runs until it succeeds if `attempts` is Infinity', () => {
    runVirtual(({ flush }) => {
      const { runs, load } = failing(500, { attempts: Infinity });
      const recording = listen(load('a'));
      flush();
      expect([recording.values, runs.length]).toEqual([['a'], 501]);
    });
  });

  it('waits for `delay` ms between runs', () => {
    const starts: number[] = [];
    runVirtual(({ flush, at }) => {
      let now = 0;
      for (let ms = 1; ms < 40; ms++) at(ms, () => (now = ms));
      const load = retryTask(
        () => {
          starts.push(now);
          throw new RangeError('no');
        },
        { delay: 10 },
      );
      listen(load());
      flush();
    });
    expect(starts).toEqual([0, 10, 20]);
  });

  it('waits by the clock of the scheduler it runs on', () => {
    const { clock, scheduler } = virtualScheduler();
    const starts: number[] = [];
    const load = retryTask(
      () => {
        starts.push(clock.now());
        throw new RangeError('no');
      },
      { delay: 10 },
    );
    listen(load().pipe(subscribeOn(scheduler)));
    clock.flush();
    expect(starts).toEqual([0, 10, 20]);
  });

  it('calls a `delay` function with the attempt and the error', () => {
    const calls: unknown[] = [];
    runVirtual(({ flush }) => {
      const { load } = failing(3, {
        attempts: 4,
        delay: (attempt, error) => {
          calls.push([attempt, String(error)]);
          return 10 * attempt;
        },
      });
      listen(load('a'));
      flush();
    });
    expect(calls).toEqual([
      [1, 'RangeError: failure 1'],
      [2, 'RangeError: failure 2'],
      [3, 'RangeError: failure 3'],
    ]);
  });

  it('does not run again if `when` returns false', () => {
    runVirtual(({ flush }) => {
      const calls: unknown[] = [];
      const { runs, load } = failing(9, {
        when: (error, attempt) => {
          calls.push([String(error), attempt]);
          return attempt < 2;
        },
      });
      const recording = listen(load('a'));
      flush();
      expect([recording.errors, runs.length]).toEqual([[new RangeError('failure 2')], 2]);
      expect(calls).toEqual([
        ['RangeError: failure 1', 1],
        ['RangeError: failure 2', 2],
      ]);
    });
  });

  it('does not call `when` after its last attempt', () => {
    const when = jest.fn(() => true);
    const load = retryTask(
      () => {
        throw new RangeError('no');
      },
      { attempts: 1, when },
    );
    expect(() => load().block()).toThrow('no');
    expect(when).not.toHaveBeenCalled();
  });

  it('loads from its batch function together with other tasks, in each attempt', async () => {
    const flushes: (readonly number[])[] = [];
    const nameOf = batch((ids: readonly number[]) => {
      flushes.push([...ids]);
      return ids.map((id) => (flushes.length === 1 && id !== 2 ? new RangeError('busy') : `user ${String(id)}`));
    });
    expect(await mapBy([1, 2, 3], retryTask(nameOf))).toEqual(['user 1', 'user 2', 'user 3']);
    expect(flushes).toEqual([
      [1, 2, 3],
      [1, 3],
    ]);
  });
});

describe('unsubscribing from a retried task', () => {
  it('stops the running task', () => {
    runVirtual(({ flush, at }) => {
      let isCancelled = false;
      const load = retryTask(
        task(function* () {
          try {
            yield NEVER;
          } finally {
            isCancelled = true;
          }
        }),
      );
      const recording = listen(load());
      at(1, () => recording.stop());
      at(1, () => expect(isCancelled).toBe(true));
      flush();
      expect(isCancelled).toBe(true);
    });
  });

  it('ends the wait for the next attempt', () => {
    runVirtual(({ flush, at }) => {
      const { runs, load } = failing(9, { delay: 100 });
      const recording = listen(load('a'));
      at(50, () => recording.stop());
      flush();
      expect([runs.length, recording.errors]).toEqual([1, []]);
    });
  });
});

describe('the function of retryTask', () => {
  it('keeps its this, its name and its number of parameters', () => {
    let runs = 0;
    const load = retryTask(function loadPage(this: { readonly base: string }, path: string) {
      if (runs++ === 0) throw new RangeError('no');
      return this.base + path;
    });
    expect(load.call({ base: '/' }, 'a').block()).toBe('/a');
    expect([load.name, load.length, isTask(load)]).toEqual(['loadPage', 1, true]);
  });

  it('may be an async function', async () => {
    let runs = 0;
    const load = retryTask(async () => {
      await Promise.resolve();
      if (runs++ === 0) throw new RangeError('no');
      return runs;
    });
    expect(await load()).toBe(2);
  });
});

describe('wrong use of retryTask', () => {
  const broken = (config: RetryTaskConfig) =>
    retryTask(() => {
      throw new RangeError('no');
    }, config)();

  it('throws a TypeError at the call', () => {
    expect(() => retryTask(7 as never)).toThrow('retryTask: expected its function to be');
    expect(() => broken(3 as never)).toThrow('retryTask: expected its config to be an object of options; got 3');
    expect(() => broken({ times: 3 } as never)).toThrow('retryTask: unknown option "times"');
    for (const attempts of [0, 1.5, NaN, '3'] as number[]) {
      expect(() => broken({ attempts })).toThrow('retryTask: expected `attempts` to be a whole number, 1 or more');
    }
    for (const delay of [-1, NaN, Infinity, '3'] as number[]) {
      expect(() => broken({ delay })).toThrow('retryTask: expected `delay` to be a number of ms');
    }
    expect(() => broken({ when: true as never })).toThrow('retryTask: expected `when` to be a function of the error');
  });

  it('fails the task if a function of the config returns a wrong value', () => {
    expect(() => broken({ delay: () => -1 }).block()).toThrow(
      'retryTask: expected the result of `delay` to be a number of ms',
    );
    expect(() => broken({ when: (async () => Promise.resolve(false)) as never }).block()).toThrow(
      'retryTask: expected the result of `when` to be true or false',
    );
  });

  it('fails the task with an error that a function of the config throws', () => {
    const fault = (): never => {
      throw new SyntaxError('fault');
    };
    expect(() => broken({ delay: fault }).block()).toThrow(SyntaxError);
    expect(() => broken({ when: fault }).block()).toThrow(SyntaxError);
  });
});
