/** Cancelling what arrives once: work stops, cleans up, and then the value is settled. */
import { config, finalize, NEVER, timer } from 'rxjs';
import { AsyncValue, CancelledError, Future, task } from 'sluice';
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

describe('a cell that is cancelled', () => {
  it('fails with a CancelledError around the reason', () => {
    const cell = new AsyncValue();
    cell.cancel('why');
    expect(cell.error).toBeInstanceOf(CancelledError);
    expect(cell.error).toMatchObject({ reason: 'why', cause: 'why', code: 'SLUICE_CANCELLED' });
  });
  it('needs no reason', () => {
    const cell = new AsyncValue();
    cell.cancel();
    expect(cell.error).toMatchObject({ reason: undefined });
  });
  it('keeps the first reason', () => {
    const cell = new AsyncValue();
    cell.cancel('first');
    cell.cancel('second');
    expect(say(cell)).toBe('over: first');
  });
  it('keeps the value it has', () => {
    const cell = new AsyncValue<number>();
    cell.set(1);
    cell.cancel();
    expect(cell.value).toBe(1);
  });
});

describe('started work that is cancelled', () => {
  it('stops, and is settled at once where there is nothing to clean up', () => {
    let stopped = 0;
    const work = Future.from(NEVER.pipe(finalize(() => stopped++))).start();
    work.cancel('why');
    expect([say(work), stopped]).toEqual(['over: why', 1]);
  });

  it('is settled when its asynchronous clean-up has ended, and keeps the first reason', () => {
    const log: string[] = [];
    testScheduler().run(() => {
      const work = waitsFor(log, 3).start();
      work.subscribe({ error: () => log.push(`told, ${say(work)}`) });
      work.cancel('first');
      work.cancel('second');
      log.push(say(work));
      timer(2).subscribe(() => log.push(say(work)));
    });
    expect(log).toEqual(['cleaning', 'not over', 'not over', 'cleaned', 'told, over: first']);
  });

  it('may cancel itself before it has ever waited', () => {
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

  it('may be set by hand instead, and then cannot be cancelled any more', () => {
    const log: string[] = [];
    const work = waitsFor(log, 0).start() as AsyncValue<unknown>;
    work.set('by hand');
    work.cancel();
    expect([work.value, log]).toEqual(['by hand', []]);
  });

  it('may be set by hand while it cleans up', () => {
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

  it('reports what its clean-up throws, without harm to the process or to the reason', () => {
    const told: unknown[] = [];
    config.onUnhandledError = (error) => told.push(error);
    const no = new Error('no');
    const work = task(function* () {
      try {
        yield NEVER;
      } finally {
        throw no; // eslint-disable-line no-unsafe-finally -- it is what is wrong
      }
    })().start();
    work.cancel('why');
    config.onUnhandledError = null;
    expect([say(work), told]).toEqual(['over: why', [no]]);
  });

  it('is not stopped by one who does not wait any more', () => {
    const log: string[] = [];
    const work = waitsFor(log, 0).start();
    work.subscribe().unsubscribe();
    expect(log).toEqual([]);
    work.cancel();
  });

  it('throws its CancelledError in tasks that wait for it', () => {
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
