/** `distinctBy`: a `distinct` with bounded memory or a store. Time is virtual. */
import {
  concat,
  defer,
  delay,
  distinct,
  finalize,
  from,
  map,
  NEVER,
  of,
  Subject,
  take,
  throwError,
  timer,
  type Observable,
} from 'rxjs';
import { batch, distinctBy, type SeenKeyStore } from 'sluice';
import { marbles } from '../support/marbles';
import { listen, runVirtual } from '../batch/virtual-run';

const itself = <T>(value: T): T => value;

/** A store that answers after `ms`, and records its calls. */
function slowStore(ms: number): SeenKeyStore<string> & { readonly log: readonly string[] } {
  const keys = new Set<string>();
  const log: string[] = [];
  const answer = <A>(name: string, make: () => A): Observable<A> =>
    defer(() => (log.push(name), of(make()).pipe(delay(ms))));
  return {
    log,
    has: (key) => answer(`has ${key}`, () => keys.has(key)),
    add: (key) => answer(`add ${key}`, () => keys.add(key)),
  };
}

describe('distinctBy', () => {
  it(
    'emits the values whose key has not come before',
    marbles((m) => {
      const source = m.hot('  a-b-a-c-b--|');
      const expected = '      a-b---c----|';
      m.expect(source.pipe(distinctBy(itself))).toBeObservable(expected);
      m.expect(source).toHaveSubscriptions('^----------!');
    }),
  );

  it(
    'forwards an error of its source, and fails with an error of keyOf',
    marbles((m) => {
      const fault = new RangeError('key');
      const keyOf = (value: string): string => {
        if (value === 'x') throw fault;
        return value;
      };
      m.expect(m.hot('a-a-#').pipe(distinctBy(keyOf))).toBeObservable('a---#');
      m.expect(m.hot('a-x-b').pipe(distinctBy(keyOf))).toBeObservable('a-#', undefined, fault);
    }),
  );

  it.each<readonly [string, readonly unknown[], (value: never) => unknown, readonly unknown[]]>([
    [
      'objects by their key',
      [{ id: 1 }, { id: 1 }, { id: 2 }],
      (value: { id: number }) => value.id,
      [{ id: 1 }, { id: 2 }],
    ],
    [
      'falsy keys',
      [0, '', null, undefined, NaN, false, 0, '', null, undefined, NaN, false],
      itself,
      [0, '', null, undefined, NaN, false],
    ],
    ['1 and "1" as two keys', [1, '1', 1], itself, [1, '1']],
  ])('compares %s', (_, values, keyOf, expected) => {
    expect(listen(from(values).pipe(distinctBy(keyOf as (value: unknown) => unknown))).values).toEqual(expected);
  });

  it('forgets nothing between two subscriptions, because each has a memory of its own', () => {
    const once = of(1, 1).pipe(distinctBy(itself));
    expect([listen(once).values, listen(once).values]).toEqual([[1], [1]]);
  });
});

describe('distinctBy with max', () => {
  it('remembers the keys that came last, where distinct keeps every key', () => {
    const values = ['a', 'b', 'c', 'a', 'b', 'c'];
    expect(listen(from(values).pipe(distinctBy(itself, { max: 2 }))).values).toEqual(values);
    expect(listen(from(values).pipe(distinct(itself))).values).toEqual(['a', 'b', 'c']);
  });

  it('forgets the key first that has not come for the longest time', () => {
    const values = ['a', 'b', 'a', 'c', 'a', 'b'];
    expect(listen(from(values).pipe(distinctBy(itself, { max: 2 }))).values).toEqual(['a', 'b', 'c', 'b']);
  });

  it('is 10 000 keys by default', () => {
    const numbers = Array.from({ length: 10_001 }, (_, n) => n);
    const again = (first: number) => listen(from([...numbers, first]).pipe(distinctBy(itself))).values.length;
    expect([again(0), again(1)]).toEqual([10_002, 10_001]);
  });

  it('may be Infinity', () => {
    const numbers = Array.from({ length: 20_000 }, (_, n) => n);
    expect(listen(from([...numbers, 0]).pipe(distinctBy(itself, { max: Infinity }))).values).toHaveLength(20_000);
  });
});

describe('distinctBy with a store', () => {
  it('uses a Set, and shares it between subscriptions', () => {
    const store = new Set(['a']);
    const source = of('a', 'b', 'b', 'c').pipe(distinctBy(itself, { store }));
    expect([listen(source).values, listen(source).values]).toEqual([['b', 'c'], []]);
    expect([...store]).toEqual(['a', 'b', 'c']);
  });

  it('uses a store whose add alone tells that it had the key', () => {
    const keys = new Set(['a']);
    const store = { add: (key: string) => !keys.has(key) && Boolean(keys.add(key)) };
    expect(listen(of('a', 'b', 'b').pipe(distinctBy(itself, { store }))).values).toEqual(['b']);
  });

  it(
    'waits for a store that answers later, and keeps the order',
    marbles((m) => {
      const delays: Readonly<Record<string, number>> = { a: 5, b: 1, c: 1 };
      const store = { add: (key: string) => timer(delays[key] ?? 0).pipe(map(() => key !== 'c')) };
      const source = m.hot('  abac|');
      const expected = '      -----(ab|)';
      m.expect(source.pipe(distinctBy(itself, { store }))).toBeObservable(expected);
    }),
  );

  it('asks for a key once while the answer is awaited', () => {
    runVirtual(({ flush }) => {
      const store = slowStore(5);
      const recording = listen(of('a', 'a', 'b').pipe(distinctBy(itself, { store })));
      flush();
      expect(recording).toMatchObject({ values: ['a', 'b'], isComplete: true });
      expect(store.log).toEqual(['has a', 'has b', 'add a', 'add b']);
    });
  });

  it('asks again for a key that was known, and does not add it', () => {
    runVirtual(({ flush }) => {
      const store = slowStore(1);
      const recording = listen(concat(of('a'), of('a').pipe(delay(10))).pipe(distinctBy(itself, { store })));
      flush();
      expect([recording.values, store.log]).toEqual([['a'], ['has a', 'add a', 'has a']]);
    });
  });

  it('asks for the keys that come together in one batch, if its methods are batch functions', () => {
    runVirtual(({ flush }) => {
      const asked: (readonly number[])[] = [];
      const add = batch((keys: readonly number[]) => {
        asked.push([...keys]);
        return of(keys.map((key) => key !== 2)).pipe(delay(5));
      });
      const recording = listen(of(1, 2, 3).pipe(distinctBy(itself, { store: { add } })));
      flush();
      expect([asked, recording.values]).toEqual([[[1, 2, 3]], [1, 3]]);
    });
  });

  it('fails with an error of the store, thrown or emitted', () => {
    const fault = new RangeError('store');
    const stores: readonly SeenKeyStore<number>[] = [
      {
        add: () => {
          throw fault;
        },
      },
      { add: () => throwError(() => fault) },
      { has: () => throwError(() => fault), add: () => true },
    ];
    for (const store of stores) expect(listen(of(1).pipe(distinctBy(itself, { store }))).errors).toEqual([fault]);
  });

  it('stops asking when the subscriber leaves', () => {
    let isCancelled = false;
    const store = { add: () => NEVER.pipe(finalize(() => (isCancelled = true))) };
    const source = new Subject<string>();
    const recording = listen(source.pipe(distinctBy(itself, { store }), take(1)));
    source.next('a');
    recording.stop();
    expect([isCancelled, source.observed]).toEqual([true, false]);
  });
});

describe('wrong use of distinctBy', () => {
  it('throws a TypeError at the call', () => {
    const misuse = (config: unknown) => () => distinctBy(itself, config as never);
    for (const max of [0, 1.5, NaN, '3', null])
      expect(misuse({ max })).toThrow('distinctBy: expected `max` to be a whole number, 1 or more, or Infinity');
    for (const store of [{}, { has: () => true }, { add: 1 }, null, 7, { has: 1, add: () => true }])
      expect(misuse({ store })).toThrow('distinctBy: expected `store` to be an object with a method `add`');
    expect(misuse({ max: 1, store: new Set() })).toThrow('distinctBy: expected `max` or `store`, not both');
    expect(misuse({ size: 1 })).toThrow('distinctBy: unknown option "size". Did you mean "max"?');
    expect(() => distinctBy(7 as never)).toThrow('distinctBy: expected `keyOf` to be a function');
  });
});
