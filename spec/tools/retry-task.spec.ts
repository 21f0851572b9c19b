/** `retryTask`: a task that is run anew when it fails, so often, after so long, and only where that is wanted. */
import { NEVER, subscribeOn, timer } from 'rxjs';
import { batch, task } from 'sluice';
import { isTask, mapBy, retryTask, type RetryTaskConfig } from 'sluice/tools';
import { listen, runVirtual } from '../batch/virtual-run';
import { virtualScheduler } from '../support/virtual-time';

/** Fails so many times, and writes down its runs. */
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

describe('a task that fails', () => {
  it('is run again, with the same arguments, up to three times', () => {
    runVirtual(({ flush }) => {
      const { runs, load } = failing(2);
      const heard = listen(load('a'));
      flush();
      expect([heard.values, runs.length]).toEqual([['a'], 3]);
    });
  });

  it('throws its last failure as it came, when it was run as often as may be', () => {
    runVirtual(({ flush }) => {
      const { runs, load } = failing(9, { attempts: 4 });
      const heard = listen(load('a'));
      flush();
      expect([heard.errors, runs.length]).toEqual([[new RangeError('failure 4')], 4]);
    });
  });

  it('is run for ever where it may be', () => {
    runVirtual(({ flush }) => {
      const { runs, load } = failing(500, { attempts: Infinity });
      const heard = listen(load('a'));
      flush();
      expect([heard.values, runs.length]).toEqual([['a'], 501]);
    });
  });

  it('waits in between, for so many ms of the clock of its scheduler', () => {
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

  it('waits by the clock of the scheduler that it runs on, whatever that is', () => {
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

  it('waits as long as a function says, which is told the attempt and the error', () => {
    const told: unknown[] = [];
    runVirtual(({ flush }) => {
      const { load } = failing(3, {
        attempts: 4,
        delay: (attempt, error) => {
          told.push([attempt, String(error)]);
          return 10 * attempt;
        },
      });
      listen(load('a'));
      flush();
    });
    expect(told).toEqual([
      [1, 'RangeError: failure 1'],
      [2, 'RangeError: failure 2'],
      [3, 'RangeError: failure 3'],
    ]);
  });

  it('is not run again where that is not wanted', () => {
    runVirtual(({ flush }) => {
      const told: unknown[] = [];
      const { runs, load } = failing(9, {
        when: (error, attempt) => {
          told.push([String(error), attempt]);
          return attempt < 2;
        },
      });
      const heard = listen(load('a'));
      flush();
      expect([heard.errors, runs.length]).toEqual([[new RangeError('failure 2')], 2]);
      expect(told).toEqual([
        ['RangeError: failure 1', 1],
        ['RangeError: failure 2', 2],
      ]);
    });
  });

  it('and the last time, nobody is asked whether to run it again', () => {
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

  it('asks its batch function together with the others, each time', async () => {
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

describe('to unsubscribe', () => {
  it('stops the task that is at work', () => {
    runVirtual(({ flush, at }) => {
      let hasLeft = false;
      const load = retryTask(
        task(function* () {
          try {
            yield NEVER;
          } finally {
            hasLeft = true;
          }
        }),
      );
      const heard = listen(load());
      at(1, () => heard.stop());
      at(1, () => expect(hasLeft).toBe(true));
      flush();
      expect(hasLeft).toBe(true);
    });
  });

  it('ends the wait for the next attempt', () => {
    runVirtual(({ flush, at }) => {
      const { runs, load } = failing(9, { delay: 100 });
      const heard = listen(load('a'));
      at(50, () => heard.stop());
      flush();
      expect([runs.length, heard.errors]).toEqual([1, []]);
    });
  });
});

describe('what it is given', () => {
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

describe('wrong use', () => {
  const broken = (config: RetryTaskConfig) =>
    retryTask(() => {
      throw new RangeError('no');
    }, config)();

  it('is refused at once', () => {
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

  it('is refused where a function of the config gives what makes no sense', () => {
    expect(() => broken({ delay: () => -1 }).block()).toThrow(
      'retryTask: expected the result of `delay` to be a number of ms',
    );
    expect(() => broken({ when: (async () => Promise.resolve(false)) as never }).block()).toThrow(
      'retryTask: expected the result of `when` to be true or false',
    );
  });

  it('fails with what a function of the config throws', () => {
    const fault = (): never => {
      throw new SyntaxError('fault');
    };
    expect(() => broken({ delay: fault }).block()).toThrow(SyntaxError);
    expect(() => broken({ when: fault }).block()).toThrow(SyntaxError);
  });
});
