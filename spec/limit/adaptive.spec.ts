/** Adaptive concurrency: it grows while it is used, shrinks once for each overload, and stays between its bounds. */
import { config as rxConfig, mergeMap, NEVER, of, throwError, timer, type Observable } from 'rxjs';
import { Limiter, type AdaptiveConfig } from 'sluice';
import { failureOf } from '../support/failure-of';
import { testScheduler } from '../support/virtual-time';

/** Lets calls of 10 ms run, always `load` of them, and returns the concurrency after each 10 ms. */
function concurrencies(
  adaptive: AdaptiveConfig,
  {
    load,
    rounds,
    work,
    concurrency,
  }: { load: number; rounds: number; concurrency?: number; work: (round: number) => Observable<unknown> },
): number[] {
  return testScheduler().run(({ flush }) => {
    const limiter = new Limiter({ adaptive, ...(concurrency === undefined ? {} : { concurrency }) });
    const seen: number[] = [];
    const round = (number: number): void => {
      const { running, waiting } = limiter.stats;
      for (let missing = load - running - waiting; missing > 0; missing--) {
        limiter.run('a', () => work(number)).subscribe({ error: () => undefined });
      }
      timer(10).subscribe(() => {
        seen.push(limiter.stats.concurrency);
        if (number + 1 < rounds) round(number + 1);
      });
    };
    round(0);
    flush();
    return seen;
  });
}

const good = (): Observable<unknown> => timer(9);
const no = new Error('no');
const bad = (): Observable<unknown> => timer(9).pipe(mergeMap(() => throwError(() => no)));

describe('an adaptive limiter', () => {
  it('grows by one in each round trip while at least half of its concurrency is used, up to max', () => {
    expect(concurrencies({ max: 4 }, { load: 20, rounds: 6, work: good })).toEqual([2, 3, 4, 4, 4, 4]);
  });

  it('does not grow while it is not used', () => {
    const seen = concurrencies({ max: 100 }, { load: 2, rounds: 12, work: good });
    expect(Math.max(...seen)).toBe(5);
  });

  it('begins with the option concurrency', () => {
    expect(concurrencies({ max: 9 }, { load: 9, rounds: 2, concurrency: 5, work: good })).toEqual([6, 7]);
  });

  it('shrinks once for all failures of one round trip, and not below min', () => {
    const seen = concurrencies({ min: 17, max: 20 }, { load: 40, rounds: 3, concurrency: 20, work: bad });
    expect(seen).toEqual([18, 17, 17]);
  });

  it('takes a call longer than maxLatency for an overload', () => {
    const seen = concurrencies({ max: 20, maxLatency: 8 }, { load: 40, rounds: 2, concurrency: 20, work: good });
    expect(seen).toEqual([18, 16]);
  });

  it('ignores failures that are no overload', () => {
    const adaptive = { max: 20, isOverload: (error: unknown) => error !== no };
    expect(concurrencies(adaptive, { load: 40, rounds: 2, concurrency: 10, work: bad })).toEqual([10, 10]);
  });

  it('shrinks by the factor decrease, at least by one', () => {
    const halved = { max: 20, decrease: 0.5 };
    expect(concurrencies(halved, { load: 40, rounds: 3, concurrency: 20, work: bad })).toEqual([10, 5, 2]);
    expect(concurrencies({ max: 3 }, { load: 9, rounds: 3, concurrency: 3, work: bad })).toEqual([2, 1, 1]);
  });

  it('does not count cancelled calls', () => {
    testScheduler().run(() => {
      const limiter = new Limiter({ adaptive: { max: 5 }, concurrency: 2 });
      limiter.run('a', NEVER).subscribe().unsubscribe();
      expect(limiter.stats.concurrency).toBe(2);
    });
  });

  it('reports an error of isOverload, and goes on', async () => {
    const thrown = new Error('thrown');
    const reported = new Promise((resolve) => (rxConfig.onUnhandledError = resolve));
    const isOverload = (): never => {
      throw thrown;
    };
    const limiter = new Limiter({ adaptive: { max: 5, isOverload } });
    await failureOf(limiter.run('a', () => throwError(() => no)));
    expect(await reported).toBe(thrown);
    rxConfig.onUnhandledError = null;
    expect(await limiter.run('a', () => of(1))).toBe(1);
  });

  it.each([
    [{}, 'expected `max` to be a whole number, 1 or more; got undefined'],
    [{ max: 2, min: 3 }, 'expected `max` to be a whole number, 3 or more; got 2'],
    [{ max: 2, decrease: 1 }, 'expected `decrease` to be a number above 0 and below 1; got 1'],
    [{ max: 2, maxLatency: -1 }, 'expected `maxLatency` to be a number of ms, 0 or more; got -1'],
    [{ max: 2, isOverload: true }, 'expected `isOverload` to be a function of an error that returns true or false'],
    [{ maximum: 2 }, 'unknown option "maximum". Did you mean "max"?'],
  ])('with the options %p throws a TypeError', (adaptive, message) => {
    expect(() => new Limiter({ adaptive: adaptive as never })).toThrow(`Limiter: adaptive: ${message}`);
  });
});
