/** Runs that fail, runs whose results include errors, and runs that are cancelled. */
import { config, NEVER, timer } from 'rxjs';
import { AsyncValue, CancelledError, Future, loop, run, ScopeError, task } from 'sluice';
import { nextTurn, record } from '../support/recording-observer';
import { testScheduler } from '../support/virtual-time';

const no = new Error('no');
const missing = new RangeError('missing');

/** A task that never ends by itself, and cleans up in `takes` ms. */
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

/** The error of a run, after all virtual time has passed. */
function errorOf(start: () => AsyncValue<unknown>): unknown {
  let running: AsyncValue<unknown> | undefined;
  testScheduler().run(() => void (running = start()));
  return running?.error;
}

describe('an error that is not listed in returnErrors', () => {
  it('is the error of the run, as the same object', () => {
    expect(errorOf(() => run([failAfter(1, no), timer(2)]))).toBe(no);
  });

  it('cancels the other inputs, and is delivered after their asynchronous clean-up', () => {
    const log: string[] = [];
    testScheduler().run(() => {
      run([slow(log, 3), slow(log, 5), failAfter(1, no)]).subscribe({ error: () => log.push('failed') });
      timer(5).subscribe(() => log.push('at 5'));
    });
    expect(log).toEqual(['cleaned', 'at 5', 'cleaned', 'failed']);
  });

  it.each([
    ['before it', [missing, no]],
    ['after it', [no, missing]],
  ])('is delivered after the clean-up also if a listed error occurs in the same microtask, %s', async (_, errors) => {
    const log: string[] = [];
    const inputs = errors.map(() => new AsyncValue<never>());
    const running = run([slow(log), ...inputs], { returnErrors: RangeError });
    await nextTurn();
    inputs.forEach((input, index) => input.fail(errors[index]));
    expect(running.isSet).toBe(false);
    await expect(running).rejects.toBe(no);
    expect(log).toEqual(['cleaned']);
    expect(inputs.map(({ error }) => error)).toEqual(errors);
  });

  it('is the error of the run also if a listed error occurs at the same time, in any order', async () => {
    const reported: unknown[] = [];
    config.onUnhandledError = (error) => reported.push(error);
    const fails = (error: unknown) => Future.fail(error);
    await expect(run([fails(no), fails(missing)], { returnErrors: RangeError })).rejects.toBe(no);
    await expect(run([fails(missing), fails(no)], { returnErrors: RangeError })).rejects.toBe(no);
    config.onUnhandledError = null;
    // The run had failed before `missing` occurred: no consumer receives it.
    expect(reported).toEqual([missing]);
  });

  it('does not prevent that the other inputs are started', () => {
    const log: string[] = [];
    errorOf(() => run([failAfter(1, no), task(() => log.push('started'))()]));
    expect(log).toEqual(['started']);
  });
});

describe('an error that is listed in returnErrors', () => {
  class NotFound extends Error {}
  const notFound = new NotFound('not found');
  const isMissing = (error: unknown): error is RangeError => error === missing;

  it.each<[string, Parameters<typeof run>[1]]>([
    ['a class', { returnErrors: RangeError }],
    ['a superclass', { returnErrors: Error }],
    ['several classes', { returnErrors: [TypeError, RangeError] }],
    ['a predicate', { returnErrors: isMissing }],
  ])('is a result at the index of its input: listed by %s', async (_, runConfig) => {
    expect(await run([Future.of(1), Future.fail(missing), Future.of(3)], runConfig)).toEqual([1, missing, 3]);
  });

  it('may be of a class derived from Error', async () => {
    expect(await run([Future.fail(notFound)], { returnErrors: NotFound })).toEqual([notFound]);
    await expect(run([Future.fail(missing)], { returnErrors: NotFound })).rejects.toBe(missing);
  });

  it('does not cancel the other inputs', () => {
    const emitted: unknown[] = [];
    testScheduler().run(() => {
      run([failAfter(1, missing), timer(5)], { returnErrors: RangeError }).subscribe((results) =>
        emitted.push(results),
      );
    });
    expect(emitted).toEqual([[missing, 0]]);
  });

  it('may be the result of every input', async () => {
    expect(await run([Future.fail(missing), Future.fail(missing)], { returnErrors: RangeError })).toEqual([
      missing,
      missing,
    ]);
  });

  it('does not exist for an empty list of classes', async () => {
    await expect(run([Future.fail(missing)], { returnErrors: [] })).rejects.toBe(missing);
  });

  it('is selected by a predicate, whose thrown error is the error of the run', async () => {
    const thrown = new Error('predicate');
    const returnErrors = (): boolean => {
      throw thrown;
    };
    await expect(run([Future.fail(missing), slow([])], { returnErrors })).rejects.toBe(thrown);
  });

  it('may be the CancelledError of an input that other code has cancelled', async () => {
    const external = new AsyncValue<number>();
    const running = run([external, Future.of(1)], { returnErrors: CancelledError });
    external.cancel('why');
    expect(await running).toEqual([expect.any(CancelledError), 1]);
  });
});

describe('an error that occurs after the run has its error', () => {
  const reported: unknown[] = [];
  beforeEach(() => {
    reported.length = 0;
    config.onUnhandledError = (error) => reported.push(error);
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

  it('is reported', () => {
    expect(errorOf(() => run([failAfter(1, no), failsToCleanUp()]))).toBe(no);
    expect(reported).toEqual([expect.any(ScopeError)]);
    expect((reported[0] as ScopeError).errors).toEqual([missing]);
  });

  it('is reported also if the run was cancelled', () => {
    const error = errorOf(() => {
      const running = run([failsToCleanUp()]);
      timer(1).subscribe(() => running.cancel('why'));
      return running;
    });
    expect(error).toBeInstanceOf(CancelledError);
    expect(reported.flatMap((group): unknown[] => (group as ScopeError).errors)).toEqual([missing]);
  });

  it('is not reported if there is none', () => {
    errorOf(() => run([failAfter(1, no), slow([])]));
    expect(reported).toEqual([]);
  });
});

describe('a run that is cancelled', () => {
  it('stops its inputs, and fails after their clean-up with a CancelledError that has the reason', () => {
    const log: string[] = [];
    testScheduler().run(() => {
      const running = run([slow(log)]);
      running.subscribe({ error: (error: unknown) => log.push(`failed ${String((error as CancelledError).reason)}`) });
      timer(1).subscribe(() => {
        running.cancel('why');
        running.cancel('again');
        log.push(running.isSet ? 'over' : 'not yet over');
      });
    });
    expect(log).toEqual(['not yet over', 'cleaned', 'failed why']);
  });

  it('before its inputs are started starts none of them', async () => {
    const log: string[] = [];
    const running = run([task(() => log.push('started'))()]);
    running.cancel('why');
    await expect(running).rejects.toBeInstanceOf(CancelledError);
    expect(log).toEqual([]);
  });

  it('after it has its results keeps them', async () => {
    const running = run([Future.of(1)]);
    await running;
    running.cancel();
    expect(running.value).toEqual([1]);
  });

  it('does not cancel an AsyncValue that it waits for', async () => {
    const external = new AsyncValue<number>();
    const running = run([external]);
    await nextTurn();
    running.cancel();
    await expect(running).rejects.toBeInstanceOf(CancelledError);
    expect(external.isSet).toBe(false);
  });

  it('fails, and has no result, even if all errors are listed', async () => {
    const requests = loop();
    const running = requests.run([slow([])], { returnErrors: Error });
    await nextTurn();
    requests[Symbol.dispose]();
    await expect(running).rejects.toBeInstanceOf(CancelledError);
  });

  it('is not meant by an unsubscription: the run continues', async () => {
    const running = run([timer(1)]);
    record(running).subscription.unsubscribe();
    expect(await running).toEqual([0]);
  });
});
