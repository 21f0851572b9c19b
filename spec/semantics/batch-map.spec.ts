/** batchMap in marble diagrams: the usual cases of an operator, then order and concurrency. */
import { map, of, Subject, tap, timer } from 'rxjs';
import { batch, batchMap } from 'sluice';
import { after, atOnce, flushesOf, upper } from '../support/batches';
import { marbles } from '../support/marbles';

/** Each key has its own flight: that of a digit takes that number of frames, that of a letter none. */
const byKey = () =>
  batch(
    (keys: readonly string[]) => {
      const [key = ''] = keys;
      return timer(Number(key) || 0).pipe(map(() => upper(keys)));
    },
    { maxSize: 1 },
  );

describe('batchMap', () => {
  it(
    'never emits for a source that never emits',
    marbles((m) => {
      const lifetime = '^----!';
      const source = m.cold('---');
      m.expect(source.pipe(batchMap(after(1))), lifetime).toBeObservable('------');
      m.expect(source).toHaveSubscriptions(lifetime);
    }),
  );

  it(
    'completes with an empty source, without a flush',
    marbles((m) => {
      const ask = atOnce();
      m.expect(flushesOf(ask)).toBeObservable('-----');
      m.expect(m.cold('--|').pipe(batchMap(ask))).toBeObservable('--|');
    }),
  );

  it(
    'emits the result of one key, and then completes',
    marbles((m) => {
      const source = '  --(a|)';
      const expected = '-----(A|)';
      m.expect(m.cold(source).pipe(batchMap(after(3)))).toBeObservable(expected);
    }),
  );

  it(
    'flushes keys together that are emitted together',
    marbles((m) => {
      const ask = after(3);
      const source = '  (ab)--c------|';
      const flushed = ' x-----c-------';
      const expected = '---(AB)--C---|';
      m.expect(flushesOf(ask)).toBeObservable(flushed, { x: 'ab', c: 'c' });
      m.expect(m.hot(source).pipe(batchMap(ask))).toBeObservable(expected);
    }),
  );

  it(
    'emits one result for each of several equal keys',
    marbles((m) => {
      m.expect(of('a', 'b', 'a').pipe(batchMap(after(3)))).toBeObservable('---(AAB|)');
    }),
  );

  it(
    'fails with its source at once, and cancels its flights',
    marbles((m) => {
      const flight = m.cold('---r|');
      const source = '     a-#';
      const expected = '   --#';
      const subscribed = ' ^-!';
      m.expect(m.hot(source).pipe(batchMap<string, string>(() => flight.pipe(map(() => ['A']))))).toBeObservable(
        expected,
      );
      m.expect(flight).toHaveSubscriptions(subscribed);
    }),
  );

  it(
    'fails with the first key that fails, and unsubscribes from its source',
    marbles((m) => {
      const fail = (keys: readonly string[]) => keys.map((key) => (key === 'x' ? new Error('no x') : key));
      const source = m.hot('a--x--b-');
      const expected = '    a--#----';
      m.expect(source.pipe(batchMap(fail))).toBeObservable(expected, undefined, new Error('no x'));
      m.expect(source).toHaveSubscriptions('^--!');
    }),
  );

  it(
    'continues as long as an endless source',
    marbles((m) => {
      const source = '  a-b-c-d-e-f';
      const expected = '-A-B-C-D-E-';
      const lifetime = '^---------!';
      m.expect(m.hot(source).pipe(batchMap(after(1))), lifetime).toBeObservable(expected);
    }),
  );

  it(
    'unsubscribes from its source and removes its keys from their batch when it is unsubscribed',
    marbles((m) => {
      const ask = atOnce({ window: 5 });
      const source = m.hot('a-b-c-');
      const lifetime = '    ^--!';
      m.expect(flushesOf(ask)).toBeObservable('-------');
      m.expect(source.pipe(batchMap(ask)), lifetime).toBeObservable('----');
      m.expect(source).toHaveSubscriptions(lifetime);
    }),
  );

  it(
    'cancels its flight when it is unsubscribed',
    marbles((m) => {
      const flight = m.cold('-----r');
      const lifetime = '     ^--!';
      m.expect(of('a').pipe(batchMap<string, string>(() => flight.pipe(map(() => ['A'])))), lifetime).toBeObservable(
        '----',
      );
      m.expect(flight).toHaveSubscriptions(lifetime);
    }),
  );

  it.each([
    ['the resolver', () => batchMap<string, string>(fail)],
    ['the key function', () => batchMap(upper, { key: fail })],
    ['the partition function', () => batchMap(upper, { partition: fail })],
  ])('fails with the error of %s', (_what, operator) => {
    const run = marbles((m) => {
      m.expect(m.hot('--a--').pipe(operator())).toBeObservable('--#', undefined, new Error('thrown'));
    });
    run();
  });

  it(
    'accepts keys that its own results produce later',
    marbles((m) => {
      const keys = new Subject<string>();
      const feedback = keys.pipe(
        batchMap(after(2)),
        tap((value) => {
          if (value.length < 3) keys.next(`${value}!`);
        }),
      );
      m.expect(feedback).toBeObservable('--x-y-z', { x: 'A', y: 'A!', z: 'A!!' });
      m.cold<string>('(a|)').subscribe((key) => keys.next(key));
    }),
  );

  it(
    'accepts keys that its own results produce in the same frame',
    marbles((m) => {
      const keys = new Subject<string>();
      const feedback = keys.pipe(
        batchMap(atOnce()),
        tap((value) => {
          if (value.length < 3) keys.next(`${value}!`);
        }),
      );
      m.expect(feedback).toBeObservable('-(xyz)', { x: 'A', y: 'A!', z: 'A!!' });
      m.cold<string>('-a').subscribe((key) => keys.next(key));
    }),
  );

  it(
    'makes a batch function of a resolver, with the options of batch()',
    marbles((m) => {
      const source = '  a-b--c|';
      const expected = '----(AB)-(C|)';
      m.expect(m.hot(source).pipe(batchMap(upper, { window: 4 }))).toBeObservable(expected);
    }),
  );

  it(
    'gathers the keys of all subscriptions of the operator in one batch, and separates their results',
    marbles((m) => {
      const ask = after(3);
      const shout = batchMap(ask);
      m.expect(flushesOf(ask)).toBeObservable('x', { x: 'abc' });
      m.expect(of('a', 'b').pipe(shout)).toBeObservable('---(AB|)');
      m.expect(of('b', 'c').pipe(shout)).toBeObservable('---(BC|)');
    }),
  );
});

describe('the order of the results of batchMap', () => {
  it(
    'is the order of their arrival by default',
    marbles((m) => {
      const source = '  (52a|)';
      const expected = 'A-2--(5|)';
      m.expect(m.hot(source).pipe(batchMap(byKey()))).toBeObservable(expected);
    }),
  );

  it(
    'is that of the source with `ordered`, although all keys are requested together',
    marbles((m) => {
      const ask = byKey();
      const source = '  (52a)------b';
      const flushed = ' (52a)------b';
      const expected = '-----(52A)-B';
      m.expect(flushesOf(ask)).toBeObservable(flushed);
      m.expect(m.hot(source).pipe(batchMap(ask, { ordered: true }))).toBeObservable(expected);
    }),
  );

  it(
    'loses no result with `ordered` when the source completes first',
    marbles((m) => {
      m.expect(of('5', '2', 'a').pipe(batchMap(byKey(), { ordered: true }))).toBeObservable('-----(52A|)');
    }),
  );

  it(
    'is separate for each subscriber',
    marbles((m) => {
      const ordered = batchMap(byKey(), { ordered: true });
      m.expect(of('5', 'a').pipe(ordered)).toBeObservable('-----(5A|)');
      m.expect(of('2', 'b').pipe(ordered)).toBeObservable('--(2B|)');
    }),
  );
});

describe('the concurrency of batchMap', () => {
  it(
    'bounds the number of pending keys',
    marbles((m) => {
      const ask = after(6);
      const flushed = ' x-----y-----';
      const expected = '------(AB)--(CD|)';
      m.expect(flushesOf(ask)).toBeObservable(flushed, { x: 'ab', y: 'cd' });
      m.expect(of('a', 'b', 'c', 'd').pipe(batchMap(ask, { concurrency: 2 }))).toBeObservable(expected);
    }),
  );

  it(
    'counts a result that waits for its position in the order',
    marbles((m) => {
      const ask = byKey();
      const flushed = ' (52)-a---';
      const expected = '-----(52A|)';
      m.expect(flushesOf(ask)).toBeObservable(flushed);
      m.expect(of('5', '2', 'a').pipe(batchMap(ask, { ordered: true, concurrency: 2 }))).toBeObservable(expected);
    }),
  );

  it(
    'drops the waiting keys when it is unsubscribed',
    marbles((m) => {
      const ask = after(5);
      m.expect(flushesOf(ask)).toBeObservable('a-------');
      m.expect(of('a', 'b', 'c').pipe(batchMap(ask, { concurrency: 1 })), '^--!').toBeObservable('----');
    }),
  );

  it.each([0, 1.5, NaN, '2', null])('cannot be %p: the TypeError says what it must be', (concurrency) => {
    const make = () => batchMap(atOnce(), { concurrency: concurrency as number });
    expect(make).toThrow(TypeError);
    expect(make).toThrow('batchMap: expected `concurrency` to be a whole number, 1 or more, or Infinity');
  });
});

function fail(): never {
  throw new Error('thrown');
}
