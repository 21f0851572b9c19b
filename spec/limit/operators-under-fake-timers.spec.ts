/** Operators under the fake timers of jest, which are those of sinon. */
import { from, map, of, timer, type Observable } from 'rxjs';
import { batchMap, distinctBy, expandBy, Limiter, limitMap, pullMap } from 'sluice';
import { retryTask } from 'sluice/tools';

type Timers = Parameters<typeof jest.useFakeTimers>[0];

const later = (value: number): Observable<number> => timer(10).pipe(map(() => value));
const limited = (limiter: Limiter): Observable<number> =>
  from([1, 2, 3]).pipe(limitMap(limiter, (value) => value, later));

function failingTwice(): Observable<number> {
  let attempts = 0;
  const attempt = (): Observable<number> => {
    if (++attempts < 3) throw new Error('no');
    return from([1, 2, 3]);
  };
  return from(retryTask(() => attempt(), { delay: 10 })()).pipe(map(() => attempts));
}

describe.each<[string, Timers]>([
  ['all', {}],
  ['all but the clocks', { doNotFake: ['Date', 'performance'] }],
])('under fake timers: %s', (_, config) => {
  beforeEach(() => jest.useFakeTimers(config));
  afterEach(() => jest.useRealTimers());

  it.each<[string, () => Observable<unknown>, readonly unknown[]]>([
    ['pullMap of an iterable', () => pullMap([1, 2, 3], later, { concurrency: 2 }), [1, 2, 3]],
    ['pullMap of a generator function', () => pullMap(() => [1, 2, 3].values(), later), [1, 2, 3]],
    ['limitMap by concurrency', () => limited(new Limiter({ concurrency: 1 })), [1, 2, 3]],
    ['limitMap by a rate', () => limited(new Limiter({ rate: { count: 1, per: 10 } })), [1, 2, 3]],
    ['limitMap by a window', () => limited(new Limiter({ rate: { count: 1, per: 10, window: true } })), [1, 2, 3]],
    ['expandBy', () => of(1).pipe(expandBy((value) => later(Math.min(value + 1, 3)))), [1, 2, 3]],
    ['distinctBy', () => from([1, 1, 2, 3]).pipe(distinctBy((value) => value)), [1, 2, 3]],
    ['retryTask', failingTwice, [3]],
    ['batchMap', () => from([1, 2, 3]).pipe(batchMap((keys: readonly number[]) => of([...keys]))), [1, 2, 3]],
  ])('%s goes on as they are advanced', async (__, start, expected) => {
    const values: unknown[] = [];
    const subscription = start().subscribe((value) => values.push(value));
    await jest.advanceTimersByTimeAsync(100);
    expect(values).toEqual(expected);
    expect(subscription.closed).toBe(true);
    expect(jest.getTimerCount()).toBe(0);
  });
});
