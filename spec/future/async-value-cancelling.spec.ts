/** Cancelling an AsyncValue: its work stops and cleans up, and then the value is settled. */
import { config, finalize, NEVER, timer } from 'rxjs';
import { all, AsyncValue, CancelledError, Future, task } from 'sluice';
import { testScheduler } from '../support/virtual-time';

const waitsFor = (log: string[], cleanUp: number) =>
  task(function* () {
    try {
      yield NEVER;
    } finally {
      log.push('cleaning');
      if (cleanUp > 0) yield timer(cleanUp);
      log.push('cleaned');
    }
  })();

const say = (value: AsyncValue<unknown>): string =>
  value.isSet ? `over: ${String((value.error as CancelledError | undefined)?.reason)}` : 'not over';

describe('an AsyncValue without work that is cancelled', () => {
  it('fails with a CancelledError around the reason', () => {
    const cell = new AsyncValue();
    cell.cancel('why');
    expect(cell.error).toBeInstanceOf(CancelledError);
    expect(cell.error).toMatchObject({ reason: 'why', cause: 'why', code: 'SLUICE_CANCELLED' });
  });
  it('can be cancelled without a reason', () => {
    const cell = new AsyncValue();
    cell.cancel();
    expect(cell.error).toMatchObject({ reason: undefined });
  });
  it('keeps the reason of the first cancellation', () => {
    const cell = new AsyncValue();
    cell.cancel('first');
    cell.cancel('second');
    expect(say(cell)).toBe('over: first');
  });
  it('keeps its value if it is settled', () => {
    const cell = new AsyncValue<number>();
    cell.set(1);
    cell.cancel();
    expect(cell.value).toBe(1);
  });
});

describe('started work that is cancelled', () => {
  it('stops, and settles at once if it has no clean-up', () => {
    let stopped = 0;
    const work = Future.from(NEVER.pipe(finalize(() => stopped++))).start();
    work.cancel('why');
    expect([say(work), stopped]).toEqual(['over: why', 1]);
  });

  it('settles when its asynchronous clean-up has ended, with the first reason', () => {
    const log: string[] = [];
    testScheduler().run(() => {
      const work = waitsFor(log, 3).start();
      work.subscribe({ error: () => log.push(`notified, ${say(work)}`) });
      work.cancel('first');
      work.cancel('second');
      log.push(say(work));
      timer(2).subscribe(() => log.push(say(work)));
    });
    expect(log).toEqual(['cleaning', 'not over', 'not over', 'cleaned', 'notified, over: first']);
  });

  it('may cancel itself before its first wait', () => {
    const log: string[] = [];
    const work: AsyncValue<unknown> = task(function* () {
      yield timer(1);
      work.cancel('itself');
      try {
        yield null;
        log.push('went on');
      } finally {
        log.push('cleaned');
      }
    })().start();
    return new Promise<void>((resolve) => work.subscribe({ error: () => resolve() })).then(() => {
      expect([...log, say(work)]).toEqual(['cleaned', 'over: itself']);
    });
  });

  it('may be set by hand instead; a later cancellation has no effect', () => {
    const log: string[] = [];
    const work = waitsFor(log, 0).start() as AsyncValue<unknown>;
    work.set('by hand');
    work.cancel();
    expect([work.value, log]).toEqual(['by hand', []]);
  });

  it('may be set by hand during its clean-up', () => {
    const log: string[] = [];
    let work: AsyncValue<unknown> | undefined;
    testScheduler().run(() => {
      work = waitsFor(log, 3).start();
      work.cancel();
      work.set('by hand');
    });
    expect(work?.value).toBe('by hand');
    expect(log).toEqual(['cleaning', 'cleaned']);
  });

  describe.each([
    ['at once', 0],
    ['later', 3],
  ])('whose clean-up fails %s', (_, cleanUpMs) => {
    const no = new Error('could not close');
    const failing = (): AsyncValue<unknown> =>
      task(function* () {
        try {
          yield NEVER;
        } finally {
          if (cleanUpMs > 0) yield timer(cleanUpMs);
          throw no; // eslint-disable-line no-unsafe-finally -- it is what is wrong
        }
      })().start();
    const reportsOf = (program: () => void): unknown[] => {
      const reported: unknown[] = [];
      config.onUnhandledError = (error) => reported.push(error);
      testScheduler().run(program);
      config.onUnhandledError = null;
      return reported;
    };

    it.each([
      ['before it is cancelled', 'before'],
      ['after it is cancelled', 'after'],
    ])('fails with the error of the clean-up if the waiter subscribed %s', (_when, when) => {
      const seen: unknown[] = [];
      const waits = (work: AsyncValue<unknown>) => work.subscribe({ error: (error: unknown) => seen.push(error) });
      const reported = reportsOf(() => {
        const work = failing();
        if (when === 'before') waits(work);
        work.cancel('why');
        if (when === 'after') waits(work);
      });
      expect([seen, reported]).toEqual([[no], []]);
    });

    it('has the error of the clean-up if the cancelling task handles the failure', () => {
      const seen: unknown[] = [];
      const canceller = task(function* () {
        const work = failing();
        work.cancel();
        try {
          yield* work;
        } catch (error) {
          seen.push(error);
        }
      });
      const reported = reportsOf(() => canceller().subscribe());
      expect([seen, reported]).toEqual([[no], []]);
    });

    it('reports the error of the clean-up if the value was set by hand meanwhile', () => {
      let work: AsyncValue<unknown> | undefined;
      const reported = reportsOf(() => {
        work = failing();
        if (cleanUpMs === 0) work.set('by hand');
        work.cancel();
        if (cleanUpMs > 0) work.set('by hand');
      });
      expect(work?.value).toBe('by hand');
      expect(reported).toEqual(cleanUpMs > 0 ? [no] : []);
    });
  });

  it('fails with the first error of two clean-ups, and reports the second', () => {
    const reported: unknown[] = [];
    config.onUnhandledError = (error) => reported.push(error);
    const cleaning = (error: string) =>
      task(function* () {
        try {
          yield NEVER;
        } finally {
          throw error; // eslint-disable-line no-unsafe-finally, @typescript-eslint/only-throw-error -- the spec tells the errors apart by it
        }
      })();
    const work = all([cleaning('first'), cleaning('second')]).start() as AsyncValue<unknown>;
    work.cancel();
    config.onUnhandledError = null;
    expect([work.error, reported]).toEqual(['first', ['second']]);
  });

  it('fails with its own CancelledError if its clean-up fails with a CancelledError of other work', () => {
    const work = task(function* () {
      try {
        yield NEVER;
      } finally {
        throw new CancelledError('inner'); // eslint-disable-line no-unsafe-finally -- it is what is tried
      }
    })().start();
    work.cancel('outer');
    expect(say(work)).toBe('over: outer');
  });

  it('continues when one of its waiters unsubscribes', () => {
    const log: string[] = [];
    const work = waitsFor(log, 0).start();
    work.subscribe().unsubscribe();
    expect(log).toEqual([]);
    work.cancel();
  });

  it('throws its CancelledError in the tasks that wait for it', () => {
    const work = Future.from(NEVER).start();
    const seen: unknown[] = [];
    task(function* () {
      try {
        yield* work;
      } catch (error) {
        seen.push(error);
      }
    })().subscribe();
    work.cancel('why');
    expect(seen).toEqual([work.error]);
  });
});
