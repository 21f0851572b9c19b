/** A million values, and deep or many streams: no recursion on the native stack, and no value without a subscriber. */
import {
  concatAll,
  count,
  EMPTY,
  expand,
  from,
  map,
  mergeMap,
  range,
  repeat,
  take,
  timer,
  type Observable,
} from 'rxjs';
import { AsyncValue, batch, emit, Future, stream, TaskTimeoutError, type Emission } from 'sluice';
import { record, thrownBy } from '../support/recording-observer';

const MILLION = 1_000_000;
const MANY = 20_000;
const upTo = (most: number): Observable<number> =>
  stream(function* () {
    for (let n = 1; n <= most; n++) yield* emit(n);
  });

describe('a million values', () => {
  it('are emitted in a loop', () => {
    let sum = 0;
    upTo(MILLION).subscribe((n) => (sum += n));
    expect(sum).toBe((MILLION * (MILLION + 1)) / 2);
  });
  it('are emitted in a loop after a late one', () => {
    const gate = new AsyncValue<void>();
    let received = 0;
    stream(function* () {
      yield* gate;
      for (let n = 0; n < MILLION; n++) yield emit(n);
    }).subscribe(() => received++);
    gate.set();
    expect(received).toBe(MILLION);
  });
  it('stop after the fifth with take(5)', () => {
    let emitted = 0;
    const counting = stream(function* () {
      for (let n = 0; n < MILLION; n++) {
        emitted++;
        yield* emit(n);
      }
    });
    expect(record(counting.pipe(take(5), count())).notifications).toEqual(['next 5', 'complete']);
    expect(emitted).toBe(5);
  });
});

describe('a stream without end', () => {
  const endless = stream(function* () {
    for (;;) yield* emit(1);
  });

  it('stops for take', () =>
    expect(record(endless.pipe(take(3), count())).notifications).toEqual(['next 3', 'complete']));
  it('is stopped by the time limit of block()', () => {
    expect(thrownBy(() => Future.from(endless).block(20))).toBeInstanceOf(TaskTimeoutError);
  });
});

describe('of streams whose values trigger the next stream ends', () => {
  it('of streams whose values cause the next stream ends', () => {
    const next = (n: number): Observable<number> =>
      stream(function* () {
        yield* emit(n + 1);
      });
    const { notifications } = record(
      next(0)
        .pipe(expand((n) => (n < MANY ? next(n) : EMPTY)))
        .pipe(count()),
    );
    expect(notifications).toEqual([`next ${String(MANY)}`, 'complete']);
  });
  it('of streams that wait for the next one ends', () => {
    const sum = (n: number): Observable<number> =>
      stream(function* () {
        yield* emit(n === 0 ? 0 : (yield* Future.from(sum(n - 1).pipe(map((below) => below)))) + 1);
      });
    expect(Future.from(sum(2_000)).block()).toBe(2_000);
  });
  it('of streams one after the other ends', () => {
    const { notifications } = record(from(Array.from({ length: MANY }, () => upTo(2))).pipe(concatAll(), count()));
    expect(notifications).toEqual([`next ${String(2 * MANY)}`, 'complete']);
    // The depth that RxJS itself allows.
    expect(record(upTo(1).pipe(repeat(1_000), count())).notifications).toEqual(['next 1000', 'complete']);
  });
  it('of generator functions that delegate to each other ends', () => {
    function* deep(n: number): Generator<Emission<number>, void> {
      yield* emit(n);
      if (n > 0) yield* deep(n - 1);
    }
    expect(record(stream(() => deep(500)).pipe(count())).notifications).toEqual(['next 501', 'complete']);
  });
});

describe('many concurrent streams', () => {
  it('emit all their values', () => {
    const square = batch((ns: readonly number[]) => ns.map((n) => n * n));
    const squares = (n: number): Observable<number> =>
      stream(function* () {
        yield* emit(n);
        yield* emit(yield* square(n));
      });
    expect(Future.from(range(0, MANY).pipe(mergeMap(squares), count())).block()).toBe(2 * MANY);
  });
  it('are all stopped', () => {
    let ended = 0;
    const waiting = range(0, MANY).pipe(
      mergeMap(() =>
        stream(function* () {
          try {
            yield* emit(1);
            yield timer(1_000_000);
          } finally {
            ended++;
          }
        }),
      ),
    );
    record(waiting).subscription.unsubscribe();
    expect(ended).toBe(MANY);
  });
});
