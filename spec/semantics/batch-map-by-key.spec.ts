/** batchMap with a `key` function: the value and the result of its key are joined; marble diagrams and random streams. */
import fc from 'fast-check';
import { concatMap, delay, from, lastValueFrom, map, mergeMap, of, Subject, tap, timer, toArray } from 'rxjs';
import { batch, batchMap, batchScheduler, type BatchMapConfig } from 'sluice';
import { after, atOnce, flushesOf, upper } from '../support/batches';
import { marbles } from '../support/marbles';

/** The key of the value `a1` is `a`. */
const letterOf = (value: string): string => value.slice(0, 1);
const joined = (value: string, result: string): string => value + result;
const events = { a: 'a1', b: 'b1', c: 'a2', d: 'b2', x: 'x1' };
const joint = { a: 'a1A', b: 'b1B', c: 'a2A', d: 'b2B', x: 'x1X' };
const enriched = { key: letterOf, result: joined };

/** Each key has its own flight; that of `a` takes five frames, the others none. */
const slowForA = () =>
  batch((keys: readonly string[]) => timer(keys.includes('a') ? 5 : 0).pipe(map(() => upper(keys))), { maxSize: 1 });

function fail(): never {
  throw new Error('thrown');
}

describe('batchMap with a key function', () => {
  it(
    'emits the return value of the result function, called with the value and the result of its key',
    marbles((m) => {
      const ask = after(3);
      const source = '  (ab)--x---|';
      const flushed = ' y-----x----';
      const expected = '---(ab)--x|';
      m.expect(flushesOf(ask)).toBeObservable(flushed, { y: 'ab', x: 'x' });
      m.expect(m.cold(source, events).pipe(batchMap(ask, enriched))).toBeObservable(expected, joint);
    }),
  );

  it(
    'requests equal keys of one flush once, and emits their values together',
    marbles((m) => {
      const ask = after(3);
      const flushed = ' k--';
      const expected = '---(acbd|)';
      m.expect(flushesOf(ask)).toBeObservable(flushed, { k: 'ab' });
      m.expect(of('a1', 'b1', 'a2', 'b2').pipe(batchMap(ask, enriched))).toBeObservable(expected, joint);
    }),
  );

  it(
    'keeps values with equal keys in the order of the source with ordered',
    marbles((m) => {
      const expected = '---(abcd|)';
      const operator = batchMap(after(3), { ...enriched, ordered: true });
      m.expect(of('a1', 'b1', 'a2', 'b2').pipe(operator)).toBeObservable(expected, joint);
    }),
  );

  it(
    'keeps the order of the source over several flights with ordered',
    marbles((m) => {
      const source = '  ab--c-----|';
      const loose = '   -b---a---c|';
      const expected = '-----(ab)c|';
      m.expect(m.hot(source, events).pipe(batchMap(slowForA(), enriched))).toBeObservable(loose, joint);
      m.expect(m.hot(source, events).pipe(batchMap(slowForA(), { ...enriched, ordered: true }))).toBeObservable(
        expected,
        joint,
      );
    }),
  );

  it(
    'emits the results of the keys without a result function',
    marbles((m) => {
      m.expect(of('a1', 'b1', 'a2').pipe(batchMap(after(1), { key: letterOf, ordered: true }))).toBeObservable(
        '-(ABA|)',
      );
    }),
  );

  it(
    'joins each key with its own result when only a result function is given',
    marbles((m) => {
      const pairs = { x: ['a', 'A'], y: ['b', 'B'] };
      const pair = (key: string, result: string): string[] => [key, result];
      m.expect(of('a', 'b').pipe(batchMap(after(1), { result: pair }))).toBeObservable('-(xy|)', pairs);
      m.expect(of('a', 'b').pipe(batchMap(upper, { result: pair }))).toBeObservable('(xy|)', pairs);
    }),
  );

  it(
    'with a resolver uses key as the identity of a key, like batch()',
    marbles((m) => {
      const seen: string[] = [];
      const resolve = (keys: readonly string[]) => {
        seen.push(...keys);
        return upper(keys);
      };
      m.expect(of('a1', 'b1', 'a2').pipe(batchMap(resolve, { ...enriched, ordered: true }))).toBeObservable('(xyz|)', {
        x: 'a1A1',
        y: 'b1B1',
        z: 'a2A1',
      });
      m.flush();
      expect(seen).toEqual(['a1', 'b1']);
    }),
  );

  it.each([{}, { ordered: true }, { concurrency: 1 }])(
    'with %j fails once with the error of the key function, and unsubscribes from its source',
    (config: BatchMapConfig) => {
      const run = marbles((m) => {
        const source = m.hot('a--x--b--|', events);
        const expected = '    a--#';
        const key = (value: string): string => (value === 'x1' ? fail() : letterOf(value));
        const mapped = source.pipe(batchMap(atOnce(), { key, result: joined, ...config }));
        m.expect(mapped).toBeObservable(expected, joint, new Error('thrown'));
        m.expect(source).toHaveSubscriptions('^--!');
      });
      run();
    },
  );

  it.each([{}, { ordered: true }, { concurrency: 1 }])(
    'with %j fails once with the error of the result function, and cancels its source and flights',
    (config: BatchMapConfig) => {
      const run = marbles((m) => {
        const source = m.hot('a--x----b--|', events);
        const expected = '    -a--#';
        const result = (value: string, keyResult: string): string =>
          value === 'x1' ? fail() : joined(value, keyResult);
        const mapped = source.pipe(batchMap(after(1), { key: letterOf, result, ...config }));
        m.expect(mapped).toBeObservable(expected, joint, new Error('thrown'));
        m.expect(source).toHaveSubscriptions('^---!');
      });
      run();
    },
  );

  it('calls the result function in the order of the source with ordered, and emits the values before an error', () => {
    const received: unknown[] = [];
    of('a1', 'b1', 'a2', 'b2')
      .pipe(
        batchMap(atOnce(), {
          key: letterOf,
          result: (value, keyResult) => (value === 'a2' ? fail() : joined(value, keyResult)),
          ordered: true,
        }),
      )
      .subscribe({ next: (value) => received.push(value), error: (error: unknown) => received.push(error) });
    batchScheduler.flush();
    expect(received).toEqual(['a1A', 'b1B', new Error('thrown')]);
  });

  it('fails with a TypeError that names the batch for an undefined key', async () => {
    const source = of({ userId: undefined as unknown as string });
    const named = source.pipe(batchMap(atOnce({ name: 'nameOf' }), { key: ({ userId }) => userId }));
    await expect(lastValueFrom(named)).rejects.toThrow('batch "nameOf": expected its key to be given; got undefined');
  });

  it('can be fed by its own output', async () => {
    const source = new Subject<number>();
    const fed = source.pipe(
      batchMap(atOnce(), { key: (n) => String(n % 2), result: (n, keyResult) => `${n}:${keyResult}`, ordered: true }),
      tap((text) => {
        const [n = ''] = text.split(':');
        if (Number(n) < 4) source.next(Number(n) + 1);
        else source.complete();
      }),
      toArray(),
    );
    const emitted = lastValueFrom(fed);
    source.next(1);
    expect(await emitted).toEqual(['1:1', '2:0', '3:1', '4:0']);
  });
});

describe('the output of batchMap with a key function for random values', () => {
  const values = fc.array(fc.record({ id: fc.integer(), userId: fc.integer({ min: 0, max: 4 }) }), { maxLength: 30 });
  const configs = fc.record({
    ordered: fc.boolean(),
    concurrency: fc.constantFrom(1, 2, 3, Infinity),
    maxSize: fc.constantFrom(1, 2, Infinity),
  });

  it('is each value once with the result of its key, in the order of the source with ordered', async () => {
    await fc.assert(
      fc.asyncProperty(values, configs, async (list, { ordered, concurrency, maxSize }) => {
        const userOf = batch(
          (ids: readonly number[]) => of(ids.map((id) => `user ${id}`)).pipe(delay((ids[0] ?? 0) % 2)),
          { maxSize },
        );
        const mapped = await lastValueFrom(
          from(list).pipe(
            concatMap((value, index) => (index % 3 === 2 ? of(value).pipe(delay(0)) : of(value))),
            batchMap(userOf, {
              key: ({ userId }) => userId,
              result: (event, user) => ({ event, user }),
              ordered,
              concurrency,
            }),
            toArray(),
          ),
        );
        const expected = list.map((event) => ({ event, user: `user ${event.userId}` }));
        if (ordered) expect(mapped).toEqual(expected);
        // The same objects as in the source, each as often as there.
        const byPlace = (one: (typeof mapped)[number]): number => list.indexOf(one.event);
        expect([...mapped].sort((one, other) => byPlace(one) - byPlace(other))).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });

  it('equals the output of mergeMap with a map', async () => {
    await fc.assert(
      fc.asyncProperty(values, async (list) => {
        const userOf = batch((ids: readonly number[]) => ids.map((id) => `user ${id}`));
        const byHand = mergeMap((event: (typeof list)[number]) =>
          userOf(event.userId).pipe(map((user) => ({ event, user }))),
        );
        const operator = batchMap(userOf, {
          key: (event: (typeof list)[number]) => event.userId,
          result: (event, user) => ({ event, user }),
        });
        const [one, other] = await Promise.all([
          lastValueFrom(from(list).pipe(byHand, toArray())),
          lastValueFrom(from(list).pipe(operator, toArray())),
        ]);
        expect(other).toEqual(one);
      }),
      { numRuns: 50 },
    );
  });
});
