/** Runs that fail, and errors that are results; runs that are cancelled. */
import { config, NEVER, timer } from 'rxjs';
import { AsyncValue, CancelledError, Future, loop, run, ScopeError, task } from 'sluice';
import { nextTurn, record } from '../support/recording-observer';
import { testScheduler } from '../support/virtual-time';

const no = new Error('no');
const missing = new RangeError('missing');

/** Waits for ever, and takes its time to clean up. */
const slow = (log: string[], takes = 3) =>
  task(function* () {
    try {
      yield NEVER;
    } finally {
      yield timer(takes);
      log.push('cleaned');
    }
  })();

const failAfter = (ms: number, error: unknown) =>
  task(function* () {
    yield timer(ms);
    throw error;
  })();

/** What it fails with, once time has run to its end. */
function errorOf(start: () => AsyncValue<unknown>): unknown {
  let running: AsyncValue<unknown> | undefined;
  testScheduler().run(() => void (running = start()));
  return running?.error;
}

describe('a failure that is not listed', () => {
  it('is the error of the run, as it came', () => {
    expect(errorOf(() => run([failAfter(1, no), timer(2)]))).toBe(no);
  });

  it('cancels the rest, and is told when their asynchronous clean-up has ended', () => {
    const log: string[] = [];
    testScheduler().run(() => {
      run([slow(log, 3), slow(log, 5), failAfter(1, no)]).subscribe({ error: () => log.push('told') });
      timer(5).subscribe(() => log.push('at 5'));
    });
    expect(log).toEqual(['cleaned', 'at 5', 'cleaned', 'told']);
  });

  it.each([
    ['before it', [missing, no]],
    ['after it', [no, missing]],
  ])('waits so even if one that is listed came in the same microtask, %s', async (_, errors) => {
    const log: string[] = [];
    const gates = errors.map(() => new AsyncValue<never>());
    const running = run([slow(log), ...gates], { returnErrors: RangeError });
    await nextTurn();
    gates.forEach((gate, index) => gate.fail(errors[index]));
    expect(running.isSet).toBe(false);
    await expect(running).rejects.toBe(no);
    expect(log).toEqual(['cleaned']);
    expect(gates.map(({ error }) => error)).toEqual(errors);
  });

  it('is told when all of the list failed at once: the first in time', async () => {
    const told: unknown[] = [];
    config.onUnhandledError = (error) => told.push(error);
    const fails = (error: unknown) => Future.fail(error);
    await expect(run([fails(no), fails(missing)], { returnErrors: RangeError })).rejects.toBe(no);
    await expect(run([fails(missing), fails(no)], { returnErrors: RangeError })).rejects.toBe(no);
    config.onUnhandledError = null;
    // The run that it was to be a result of had its error already.
    expect(told).toEqual([missing]);
  });

  it('starts nothing that had not been started', () => {
    const log: string[] = [];
    errorOf(() => run([failAfter(1, no), task(() => log.push('started'))()]));
    expect(log).toEqual(['started']);
  });
});

describe('an error that is listed', () => {
  class NotFound extends Error {}
  const notFound = new NotFound('not found');
  const isMissing = (error: unknown): error is RangeError => error === missing;

  it.each<[string, Parameters<typeof run>[1]]>([
    ['a class', { returnErrors: RangeError }],
    ['a class above it', { returnErrors: Error }],
    ['several classes', { returnErrors: [TypeError, RangeError] }],
    ['a predicate', { returnErrors: isMissing }],
  ])('takes its place among the results: by %s', async (_, runConfig) => {
    expect(await run([Future.of(1), Future.fail(missing), Future.of(3)], runConfig)).toEqual([1, missing, 3]);
  });

  it('may be of a class of one’s own', async () => {
    expect(await run([Future.fail(notFound)], { returnErrors: NotFound })).toEqual([notFound]);
    await expect(run([Future.fail(missing)], { returnErrors: NotFound })).rejects.toBe(missing);
  });

  it('cancels nobody', () => {
    const emitted: unknown[] = [];
    testScheduler().run(() => {
      run([failAfter(1, missing), timer(5)], { returnErrors: RangeError }).subscribe((results) =>
        emitted.push(results),
      );
    });
    expect(emitted).toEqual([[missing, 0]]);
  });

  it('may be all there is', async () => {
    expect(await run([Future.fail(missing), Future.fail(missing)], { returnErrors: RangeError })).toEqual([
      missing,
      missing,
    ]);
  });

  it('is none for an empty list of classes', async () => {
    await expect(run([Future.fail(missing)], { returnErrors: [] })).rejects.toBe(missing);
  });

  it('is asked of the predicate; what that throws is the error of the run', async () => {
    const thrown = new Error('predicate');
    const returnErrors = (): boolean => {
      throw thrown;
    };
    await expect(run([Future.fail(missing), slow([])], { returnErrors })).rejects.toBe(thrown);
  });

  it('may be the cancellation of something in the list, by somebody else', async () => {
    const cell = new AsyncValue<number>();
    const running = run([cell, Future.of(1)], { returnErrors: CancelledError });
    cell.cancel('why');
    expect(await running).toEqual([expect.any(CancelledError), 1]);
  });
});

describe('what fails after the run has its error', () => {
  const told: unknown[] = [];
  beforeEach(() => {
    told.length = 0;
    config.onUnhandledError = (error) => told.push(error);
  });
  afterEach(() => (config.onUnhandledError = null));

  const failsToCleanUp = task(function* () {
    try {
      yield NEVER;
    } finally {
      yield timer(1);
      throw missing; // eslint-disable-line no-unsafe-finally -- it is what is wrong
    }
  });

  it('is reported, and not lost', () => {
    expect(errorOf(() => run([failAfter(1, no), failsToCleanUp()]))).toBe(no);
    expect(told).toEqual([expect.any(ScopeError)]);
    expect((told[0] as ScopeError).errors).toEqual([missing]);
  });

  it('is reported also when the run was cancelled', () => {
    const error = errorOf(() => {
      const running = run([failsToCleanUp()]);
      timer(1).subscribe(() => running.cancel('why'));
      return running;
    });
    expect(error).toBeInstanceOf(CancelledError);
    expect(told.flatMap((group): unknown[] => (group as ScopeError).errors)).toEqual([missing]);
  });

  it('is not reported if there is nothing', () => {
    errorOf(() => run([failAfter(1, no), slow([])]));
    expect(told).toEqual([]);
  });
});

describe('a run that is cancelled', () => {
  it('stops what runs, and fails with a CancelledError around the reason when that has cleaned up', () => {
    const log: string[] = [];
    testScheduler().run(() => {
      const running = run([slow(log)]);
      running.subscribe({ error: (error: unknown) => log.push(`told ${String((error as CancelledError).reason)}`) });
      timer(1).subscribe(() => {
        running.cancel('why');
        running.cancel('again');
        log.push(running.isSet ? 'over' : 'not yet over');
      });
    });
    expect(log).toEqual(['not yet over', 'cleaned', 'told why']);
  });

  it('starts nothing if that was at once', async () => {
    const log: string[] = [];
    const running = run([task(() => log.push('started'))()]);
    running.cancel('why');
    await expect(running).rejects.toBeInstanceOf(CancelledError);
    expect(log).toEqual([]);
  });

  it('is over already when it is over', async () => {
    const running = run([Future.of(1)]);
    await running;
    running.cancel();
    expect(running.value).toEqual([1]);
  });

  it('does not end what was only waited for', async () => {
    const cell = new AsyncValue<number>();
    const running = run([cell]);
    await nextTurn();
    running.cancel();
    await expect(running).rejects.toBeInstanceOf(CancelledError);
    expect(cell.isSet).toBe(false);
  });

  it('has no result for it, whatever errors are listed', async () => {
    const world = loop();
    const running = world.run([slow([])], { returnErrors: Error });
    await nextTurn();
    world[Symbol.dispose]();
    await expect(running).rejects.toBeInstanceOf(CancelledError);
  });

  it('can be given up by one who waits, and goes on', async () => {
    const running = run([timer(1)]);
    record(running).subscription.unsubscribe();
    expect(await running).toEqual([0]);
  });
});
