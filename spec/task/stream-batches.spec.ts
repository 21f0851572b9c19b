/** Streams that are consumed together share flushes, on virtual time frame by frame. */
import {
  combineLatest,
  concatMap,
  delay,
  filter,
  forkJoin,
  map,
  merge,
  mergeMap,
  of,
  range,
  subscribeOn,
  take,
  timer,
  toArray,
  zip,
  type Observable,
} from 'rxjs';
import { all, batch, BatchScheduler, emit, Future, largestFirst, stream, task } from 'sluice';
import { nextTurn } from '../support/recording-observer';
import { after, atOnce, flushesOf, type Ask } from '../support/batches';
import { marbles } from '../support/marbles';
import { virtualTimes } from '../support/virtual-time';

/** Emits the results of the keys `a1`, `a2`, … of a name, one after the other. */
const resultsOf = (ask: Ask, name: string, count = 3): Observable<string> =>
  stream(function* () {
    for (let n = 1; n <= count; n++) yield* emit(yield* ask(`${name}${String(n)}`));
  });

const together: readonly (readonly [string, (ask: Ask) => Observable<unknown>, string])[] = [
  ['merge', (ask) => merge(resultsOf(ask, 'a'), resultsOf(ask, 'b')), 'A1 B1 A2 B2 A3 B3'],
  ['zip', (ask) => zip(resultsOf(ask, 'a'), resultsOf(ask, 'b')).pipe(map((pair) => pair.join(''))), 'A1B1 A2B2 A3B3'],
  [
    'combineLatest',
    (ask) => combineLatest([resultsOf(ask, 'a'), resultsOf(ask, 'b')]).pipe(map((pair) => pair.join(''))),
    'A1B1 A2B1 A2B2 A3B2 A3B3',
  ],
  [
    'forkJoin',
    (ask) => forkJoin([resultsOf(ask, 'a'), resultsOf(ask, 'b')]).pipe(map((pair) => pair.join(''))),
    'A3B3',
  ],
  ['mergeMap', (ask) => of('a', 'b').pipe(mergeMap((name) => resultsOf(ask, name))), 'A1 B1 A2 B2 A3 B3'],
  [
    'all, in a task',
    (ask) =>
      task(function* () {
        const [a, b] = yield* all([resultsOf(ask, 'a').pipe(toArray()), resultsOf(ask, 'b').pipe(toArray())]);
        return [...a, ...b].join(' ');
      })(),
    'A1 A2 A3 B1 B2 B3',
  ],
];

describe('streams that run concurrently', () => {
  it.each(together)('by %s share one flush for each round', async (_, consume, expected) => {
    const ask = atOnce();
    const flushes: string[] = [];
    flushesOf(ask).subscribe((keys) => flushes.push(keys));
    const received: unknown[] = [];
    consume(ask).subscribe((value) => received.push(value));
    expect(flushes).toEqual([]);
    await nextTurn();
    await nextTurn();
    expect(flushes).toEqual(['a1b1', 'a2b2', 'a3b3']);
    expect(received.join(' ')).toBe(expected);
  });

  it.each(virtualTimes)('share one flush for each round on %s', (_, run) => {
    const ask = atOnce();
    const flushes: string[] = [];
    flushesOf(ask).subscribe((keys) => flushes.push(keys));
    run((scheduler) => {
      merge(resultsOf(ask, 'a'), resultsOf(ask, 'b')).pipe(subscribeOn(scheduler)).subscribe();
    });
    expect(flushes).toEqual(['a1b1', 'a2b2', 'a3b3']);
  });

  it('share flushes with tasks, and resume with them first in, first out', async () => {
    const ask = atOnce();
    const flushes: string[] = [];
    const received: string[] = [];
    flushesOf(ask).subscribe((keys) => flushes.push(keys));
    const asking = task(function* () {
      received.push(yield* ask('t1'), yield* ask('t2'));
    });
    merge(resultsOf(ask, 'a', 2), asking().pipe(filter(() => false)), resultsOf(ask, 'b', 2)).subscribe((value) => {
      received.push(String(value));
    });
    await nextTurn();
    await nextTurn();
    expect(flushes).toEqual(['a1t1b1', 'a2t2b2']);
    expect(received).toEqual(['A1', 'B1', 'A2', 'T1', 'T2', 'B2']);
  });

  it('share a flush between the keys of their subscribers and their own next keys', async () => {
    const ask = atOnce();
    const flushes: string[] = [];
    flushesOf(ask).subscribe((keys) => flushes.push(keys));
    const details = resultsOf(ask, 'a').pipe(mergeMap((row) => ask(`of ${row}, `)));
    details.subscribe();
    await nextTurn();
    await nextTurn();
    expect(flushes).toEqual(['a1', 'of A1, a2', 'of A2, a3', 'of A3, ']);
  });

  it('share one flush for each round when block() runs them', () => {
    const ask = atOnce();
    const flushes: string[] = [];
    flushesOf(ask).subscribe((keys) => flushes.push(keys));
    const values = Future.from(merge(resultsOf(ask, 'a'), resultsOf(ask, 'b')).pipe(toArray())).block();
    expect(values).toEqual(['A1', 'B1', 'A2', 'B2', 'A3', 'B3']);
    expect(flushes).toEqual(['a1b1', 'a2b2', 'a3b3']);
  });

  it('make as many flushes when there are a thousand as when there is one', async () => {
    const sizes: number[] = [];
    const square = batch((ns: readonly number[]) => {
      sizes.push(ns.length);
      return ns.map((n) => n * n);
    });
    const squares = (start: number): Observable<number> =>
      stream(function* () {
        for (let n = start; n < start + 3; n++) yield* emit(yield* square(n));
      });
    const all = await Future.from(
      range(0, 1_000).pipe(
        mergeMap((n) => squares(n * 10)),
        toArray(),
      ),
    );
    expect(all).toHaveLength(3_000);
    expect(sizes).toEqual([1_000, 1_000, 1_000]);
  });

  it('run on the scheduler of their subscription', () => {
    const log: string[] = [];
    const report = new BatchScheduler({ name: 'report', policy: largestFirst });
    report.events$.subscribe(({ type, keys }) => type === 'flush' && log.push(keys.join('')));
    merge(resultsOf(atOnce(), 'a', 1), resultsOf(atOnce(), 'b', 1))
      .pipe(subscribeOn(report))
      .subscribe();
    report.flush();
    expect(log).toEqual(['a1', 'b1']);
  });

  it('run on the scheduler of the task that waits for them', () => {
    const ask = atOnce();
    const seen: string[] = [];
    const report = new BatchScheduler({ name: 'report' });
    report.events$.subscribe(({ type, keys }) => type === 'flush' && seen.push(keys.join('')));
    const waiting = task(function* () {
      yield resultsOf(ask, 'a').pipe(toArray());
    });
    waiting().pipe(subscribeOn(report)).subscribe();
    report.flush();
    expect(seen).toEqual(['a1', 'a2', 'a3']);
  });
});

describe('a stream as a marble diagram', () => {
  it(
    'emits when the result it waits for has arrived',
    marbles((m) => {
      const ask = after(2);
      m.expect(resultsOf(ask, 'a')).toBeObservable('--a-b-(c|)', { a: 'A1', b: 'A2', c: 'A3' });
      m.expect(flushesOf(ask)).toBeObservable('   a-b-c---', { a: 'a1', b: 'a2', c: 'a3' });
    }),
  );

  it(
    'shares windows with streams that start later',
    marbles((m) => {
      const ask = atOnce({ window: 3 });
      m.expect(resultsOf(ask, 'a', 2)).toBeObservable('      ---a--(b|)', { a: 'A1', b: 'A2' });
      m.expect(resultsOf(ask, 'b', 2), '--^').toBeObservable('---a--(b|)', { a: 'B1', b: 'B2' });
      m.expect(flushesOf(ask)).toBeObservable('            ---x--y---', { x: 'a1b1', y: 'a2b2' });
    }),
  );

  it(
    'unsubscribes from the Observable it waits for when it is unsubscribed',
    marbles((m) => {
      const source = m.cold('     --a--b--|');
      const left = '              -----!';
      const subscribed = '        ^----!';
      const values = stream(function* () {
        yield* emit('x');
        yield source;
        yield* emit('y');
      });
      m.expect(values).toBeObservable('    x-------(y|)');
      m.expect(values, left).toBeObservable('x-----');
      m.expect(source).toHaveSubscriptions(['^-------!', subscribed]);
    }),
  );

  it(
    'emits several values in one frame, and fails in the frame of its error',
    marbles((m) => {
      const values = stream(function* () {
        yield timer(2);
        yield* emit('a');
        yield* emit('b');
        yield m.cold('----#');
      });
      m.expect(values).toBeObservable('--(ab)#', undefined, 'error');
      m.expect(values.pipe(take(2))).toBeObservable('--(ab|)');
    }),
  );

  it(
    'does not wait for slow operators downstream',
    marbles((m) => {
      const values = stream(function* () {
        yield* emit('a');
        yield* emit('b');
        yield timer(4);
        yield* emit('c');
      });
      m.expect(values).toBeObservable('(ab)(c|)');
      m.expect(values.pipe(concatMap((value) => of(value).pipe(delay(3))))).toBeObservable('---a--b--(c|)');
    }),
  );
});
