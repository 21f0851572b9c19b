import {
  EmptyError,
  firstValueFrom,
  map,
  NEVER,
  Observable,
  of,
  retry,
  shareReplay,
  Subject,
  switchMap,
  takeUntil,
  throwError,
} from 'rxjs';
import { inspect } from 'node:util';
import { AsyncValue, Future } from 'sluice';
import { record, nextTurn } from '../support/recording-observer';

/** A future whose value is the number of its runs. */
const counting = (): { readonly future: Future<number>; readonly runs: () => number } => {
  let runs = 0;
  return { future: Future.defer(() => of(++runs)), runs: () => runs };
};
const no = new Error('no');

describe('a Future', () => {
  it('runs nothing until it is subscribed to', () => {
    const { future, runs } = counting();
    Future.from(future).pipe(map((n) => n + 1));
    expect(runs()).toBe(0);
  });

  it('runs once for each subscription', () => {
    const { future } = counting();
    expect([record(future).notifications, record(future).notifications]).toEqual([
      ['next 1', 'complete'],
      ['next 2', 'complete'],
    ]);
  });

  it('does not run when it is printed or iterated', () => {
    const { future, runs } = counting();
    inspect(future);
    Object.prototype.toString.call(future);
    expect(Array.from(future)).toHaveLength(1);
    expect(runs()).toBe(0);
  });

  it('is an Observable', () => expect(Future.of(1)).toBeInstanceOf(Observable));

  it('calls an error handler once, and nothing after it', () => {
    expect(record(Future.fail(no)).notifications).toEqual(['error Error: no']);
  });

  it('emits nothing after an unsubscription', () => {
    const source = new Subject<number>();
    const { notifications, subscription } = record(Future.from(source));
    source.next(1);
    subscription.unsubscribe();
    source.complete();
    expect(notifications).toEqual([]);
  });

  it('unsubscribes from its source when it is unsubscribed', () => {
    const source = new Subject<number>();
    const { subscription } = record(Future.from(source));
    expect(source.observed).toBe(true);
    subscription.unsubscribe();
    expect(source.observed).toBe(false);
  });
});

describe('Future.of', () => {
  it('emits its value at once, then completes', () =>
    expect(record(Future.of(7)).notifications).toEqual(['next 7', 'complete']));
  it('accepts undefined as a value', () =>
    expect(record(Future.of(undefined)).notifications).toEqual(['next undefined', 'complete']));
  it('accepts a future as a value', () => {
    const inner = Future.of(1);
    expect(Future.of([inner]).block()[0]).toBe(inner);
  });
});

describe('Future.from', () => {
  it('takes the last value', () =>
    expect(record(Future.from(of(1, 2, 3))).notifications).toEqual(['next 3', 'complete']));
  it('takes the last element of an array', () => expect(Future.from([1, 2]).block()).toBe(2));
  it('takes undefined as the last value', () => expect(Future.from(of(1, undefined)).block()).toBeUndefined());
  it('returns a future unchanged', () => {
    const future = Future.of(1);
    expect(Future.from(future)).toBe(future);
  });
  it('makes a cold future of a hot value', () => {
    const value = new AsyncValue<number>();
    const { notifications } = record(Future.from(value));
    value.set(1);
    expect(notifications).toEqual(['next 1', 'complete']);
  });
  it('fails with EmptyError if its source is empty', () => {
    expect(() => Future.from(of()).block()).toThrow(EmptyError);
    expect(() => Future.from(of()).block()).toThrow(
      /^no elements in sequence: an Observable completed without a value/,
    );
  });
  it('waits for a promise', async () => expect(await Future.from(Promise.resolve(1))).toBe(1));
  it('waits for an async iterable', async () => {
    async function* numbers(): AsyncGenerator<number> {
      yield await Promise.resolve(1);
      yield 2;
    }
    expect(await Future.from(numbers())).toBe(2);
  });
  it('fails with the error object of its source', async () => {
    await expect(Future.from(throwError(() => no))).rejects.toBe(no);
  });
  it('emits no value if an error follows it', () => {
    const source = new Subject<number>();
    const { notifications } = record(Future.from(source));
    source.next(1);
    source.error(no);
    expect(notifications).toEqual(['error Error: no']);
  });
  it('throws a TypeError at the call for an argument that RxJS cannot subscribe to', () => {
    expect(() => Future.from(7 as unknown as Observable<number>)).toThrow(TypeError);
  });
});

describe('Future.defer', () => {
  it('calls its function for each subscription', () => {
    const { future, runs } = counting();
    future.subscribe();
    future.subscribe();
    expect(runs()).toBe(2);
  });
  it('fails with the error that its function throws', () => {
    const future = Future.defer(() => {
      throw no;
    });
    expect(record(future).notifications).toEqual(['error Error: no']);
  });
  it('fails if its function returns no input', () => {
    const future = Future.defer(() => 7 as unknown as Observable<number>);
    expect(record(future).notifications).toEqual([expect.stringMatching(/^error TypeError: /)]);
  });
  it('throws a TypeError at the call for an argument that is not a function', () => {
    expect(() => Future.defer(7 as unknown as () => Observable<number>)).toThrow(TypeError);
  });
});

describe('awaiting a Future', () => {
  it('runs it once', async () => {
    const { future, runs } = counting();
    expect(await future).toBe(1);
    expect(runs()).toBe(1);
  });
  it('runs it again the next time', async () => {
    const { future } = counting();
    expect([await future, await future]).toEqual([1, 2]);
  });
  it('runs it once when an async function returns it', async () => {
    const { future, runs } = counting();
    const returning = async (): Promise<number> => future;
    expect(await returning()).toBe(1);
    expect(runs()).toBe(1);
  });
  it('throws the same error object', async () => {
    await expect((async () => await Future.fail(no))()).rejects.toBe(no);
  });
  it('works in Promise.all', async () => {
    expect(await Promise.all([Future.of(1), Future.from(Promise.resolve(2))])).toEqual([1, 2]);
  });
  it('runs it in the same turn', () => {
    const { future, runs } = counting();
    void future.then();
    expect(runs()).toBe(1);
  });
});

describe('start', () => {
  it('runs at once', () => {
    const { future, runs } = counting();
    future.start();
    expect(runs()).toBe(1);
  });
  it('runs once for many waiters', async () => {
    const { future, runs } = counting();
    const started = future.start();
    expect([await started, await started, started.block(), started.value]).toEqual([1, 1, 1, 1]);
    expect(runs()).toBe(1);
  });
  it('replays a failure', async () => {
    const started = Future.fail(no).start();
    await expect(started).rejects.toBe(no);
    await expect(started).rejects.toBe(no);
  });
  it('notifies its waiters in the order of their subscription', () => {
    const source = new Subject<number>();
    const started = Future.from(source).start();
    const notified: string[] = [];
    started.subscribe((n) => notified.push(`first ${String(n)}`));
    started.subscribe((n) => notified.push(`second ${String(n)}`));
    source.next(1);
    source.complete();
    expect(notified).toEqual(['first 1', 'second 1']);
  });
  it('lets its work run on if the value is set by hand first', async () => {
    const source = new Subject<number>();
    const started = Future.from(source).start();
    const other = record(Future.from(source));
    started.set(1);
    source.next(2);
    source.complete();
    await nextTurn();
    expect(started.value).toBe(1);
    expect(other.notifications).toEqual(['next 2', 'complete']);
  });
});

describe('operators on a Future', () => {
  it('map emits the mapped value', () =>
    expect(record(Future.of(1).pipe(map((n) => n + 1))).notifications).toEqual(['next 2', 'complete']));
  it('switchMap unsubscribes from the earlier future', () => {
    const left = new Subject<number>();
    const keys = new Subject<number>();
    const { notifications } = record(keys.pipe(switchMap((key) => (key === 1 ? Future.from(left) : Future.of(key)))));
    keys.next(1);
    keys.next(2);
    expect(left.observed).toBe(false);
    expect(notifications).toEqual(['next 2']);
  });
  it('retry runs it anew', () => {
    let attempts = 0;
    const flaky = Future.defer(() => (++attempts < 3 ? Future.fail(no) : Future.of(attempts)));
    expect(record(flaky.pipe(retry(5))).notifications).toEqual(['next 3', 'complete']);
  });
  it('shareReplay runs it once', () => {
    const { future, runs } = counting();
    const shared = future.pipe(shareReplay({ bufferSize: 1, refCount: false }));
    expect([record(shared).notifications, record(shared).notifications]).toEqual([
      ['next 1', 'complete'],
      ['next 1', 'complete'],
    ]);
    expect(runs()).toBe(1);
  });
  it('takeUntil cancels it', () => {
    const source = new Subject<number>();
    const stop = new Subject<void>();
    const { notifications } = record(Future.from(source).pipe(takeUntil(stop)));
    stop.next();
    expect(source.observed).toBe(false);
    expect(notifications).toEqual(['complete']);
  });
  it('firstValueFrom resolves with the value', async () => expect(await firstValueFrom(Future.of(1))).toBe(1));
  it('a future of a source that never ends stays pending', async () => {
    const { notifications } = record(Future.from(NEVER));
    await nextTurn();
    expect(notifications).toEqual([]);
  });
});
