import { map, Subject, type Observable } from 'rxjs';
import { all, AsyncValue, batch, Future, task } from 'sluice';
import { record } from '../support/recording-observer';

const MILLION = 1_000_000;
/** A number of tasks whose cost exceeds the time limit if it grows quadratically. */
const QUARTER = MILLION / 4;
/** Ten times the number of native frames that fit on a stack. */
const MANY = 100_000;

describe('a million tasks', () => {
  it('end when they are nested', () => {
    const nested = task(function* (n: number): Generator<unknown, number, number> {
      return n === 0 ? 0 : (yield* nested(n - 1)) + 1;
    });
    expect(nested(MILLION).block()).toBe(MILLION);
  });
});

describe('a quarter of a million tasks', () => {
  it('end when they run side by side', () => {
    const one = task(function* () {
      return yield* Future.of(1);
    });
    expect(all(Array.from({ length: QUARTER }, one)).block()).toHaveLength(QUARTER);
  });
  it('end when they run one after the other', () => {
    const one = task(function* () {
      return yield* Future.of(1);
    });
    const loop = task(function* () {
      let sum = 0;
      for (let n = 0; n < QUARTER; n++) sum += yield* one();
      return sum;
    });
    expect(loop().block()).toBe(QUARTER);
  });
});

describe('a hundred thousand tasks', () => {
  it('end when they are nested around a batch', () => {
    const double = batch((ns: readonly number[]) => ns.map((n) => n * 2));
    const nested = task(function* (n: number): Generator<unknown, number, number> {
      return n === 0 ? yield* double(1) : yield* nested(n - 1);
    });
    expect(nested(MANY).block()).toBe(2);
  });
  it('fail with one error when they are nested', () => {
    const nested = task(function* (n: number): Generator<unknown, number, number> {
      return n === 0 ? yield* Future.fail('no') : yield* nested(n - 1);
    });
    expect(record(nested(MANY)).notifications).toEqual(['error no']);
  });
  it('are cancelled from the innermost when they are nested', () => {
    let ended = 0;
    const source = new Subject<number>();
    const outOfOrder: number[] = [];
    const nested = task(function* (n: number): Generator<unknown, number, number> {
      try {
        return n === 0 ? yield* Future.from(source) : yield* nested(n - 1);
      } finally {
        if (ended++ !== n) outOfOrder.push(n);
      }
    });
    record(nested(MANY)).subscription.unsubscribe();
    expect(ended).toBe(MANY + 1);
    expect(outOfOrder).toEqual([]);
    expect(source.observed).toBe(false);
  });
  it('are cancelled when they run side by side', () => {
    let ended = 0;
    const value = new AsyncValue<number>();
    const waiting = task(function* () {
      try {
        yield* value;
      } finally {
        ended++;
      }
    });
    record(all(Array.from({ length: MANY }, waiting))).subscription.unsubscribe();
    expect(ended).toBe(MANY);
  });
});

describe('20 000 tasks nested through operators', () => {
  const DEPTH = 20_000;
  const source = new Subject<number>();
  const nested = task(function* (n: number, last: Observable<number>): Generator<unknown, number, number> {
    return n === 0 ? yield last : yield nested(n - 1, last).pipe(map((depth) => depth + 1));
  });

  it('end', () => expect(nested(DEPTH, Future.of(0)).block()).toBe(DEPTH));
  it('end when the last value arrives late', () => {
    const late = new Subject<number>();
    const { notifications } = record(nested(DEPTH, late));
    late.next(0);
    late.complete();
    expect(notifications).toEqual([`next ${String(DEPTH)}`, 'complete']);
  });
  it('fail with one error', () => expect(record(nested(DEPTH, Future.fail('no'))).notifications).toEqual(['error no']));
  it('are cancelled', () => {
    record(nested(DEPTH, source)).subscription.unsubscribe();
    expect(source.observed).toBe(false);
  });
});
