import { NEVER, Observable, observable, of, Subject, throwError } from 'rxjs';
import { all, Future, allSettled, task } from 'sluice';
import { hear } from './hear';

const no = new Error('no');
const waiting = <T>(source: Subject<T>): Future<T> => Future.from(source);
/** Never ends, and notes that it was left. */
const noting = (log: string[], name: string): Observable<never> =>
  new Observable(() => {
    log.push(`begun ${name}`);
    return () => log.push(`left ${name}`);
  });

describe('all', () => {
  it('does nothing when it is built', () => {
    const log: string[] = [];
    all([noting(log, 'it')]);
    expect(log).toEqual([]);
  });
  it('takes arrays', () => expect(all([Future.of(1), Future.of(2)]).block()).toEqual([1, 2]));
  it('types tuples by place', () => {
    const [n, text]: [number, string] = all([Future.of(1), Future.of('a')]).block();
    expect([n, text]).toEqual([1, 'a']);
  });
  it('takes records', () => {
    const { a, b }: { a: number; b: string } = all({ a: Future.of(1), b: Future.of('a') }).block();
    expect({ a, b }).toEqual({ a: 1, b: 'a' });
  });
  it('takes nested shapes', () => {
    const page = all({ user: Future.of('Ada'), tags: [Future.of(1), [Future.of(2)]] });
    expect(page.block()).toEqual({ user: 'Ada', tags: [1, [2]] });
  });
  it('lets null and undefined pass', () => {
    expect(all([null, undefined, Future.of(1), { a: null }]).block()).toEqual([null, undefined, 1, { a: null }]);
  });
  it('takes a single future', () => expect(all(Future.of(1)).block()).toBe(1));
  it('takes null alone', () => expect(all(null).block()).toBeNull());
  it('has the empty value of an empty array or record', () => {
    expect(all([]).block()).toEqual([]);
    expect(all({}).block()).toEqual({});
  });
  it('takes Observables, their last value', () => expect(all([of(1, 2)]).block()).toEqual([2]));
  it('takes promises', async () => expect(await all([Promise.resolve(1), Future.of(2)])).toEqual([1, 2]));
  it('takes Observables of another library', () => {
    expect(all([{ [observable]: () => of(1) } as unknown as Observable<number>]).block()).toEqual([1]);
  });
  it('keeps undefined values', () => expect(all([Future.of(undefined)]).block()).toEqual([undefined]));
  it('keeps the order of the shape, whoever is first', () => {
    const [first, second] = [new Subject<string>(), new Subject<string>()];
    const { heard } = hear(all([waiting(first), waiting(second)]));
    second.next('b');
    second.complete();
    expect(heard).toEqual([]);
    first.next('a');
    first.complete();
    expect(heard).toEqual(['next a,b', 'complete']);
  });
  it('runs a future twice that is in it twice', () => {
    let runs = 0;
    const future = Future.defer(() => of(++runs));
    expect(all([future, future]).block()).toEqual([1, 2]);
  });
  it('gives each subscription a result of its own', () => {
    const pair = all([Future.of(1)]);
    expect(pair.block()).not.toBe(pair.block());
  });
  it('does not mind what becomes of its array', () => {
    const list = [Future.of(1), Future.of(2)];
    const both = all(list);
    list.length = 0;
    expect(both.block()).toEqual([1, 2]);
  });
  it('does not mind what becomes of its record', () => {
    const record: Record<string, Future<number>> = { a: Future.of(1) };
    const both = all(record);
    record['b'] = Future.of(2);
    expect(both.block()).toEqual({ a: 1 });
  });
  it('takes 100 000', () => {
    const many = Array.from({ length: 100_000 }, (_, n) => Future.of(n));
    expect(all(many).block()).toHaveLength(100_000);
  });
  it('refuses a plain value at the call, with its path', () => {
    expect(() => all({ a: [7 as unknown as Future<number>] })).toThrow(/^all\(\) .* at \.a\[0\]\./);
  });
});

describe('all, when one fails', () => {
  it('fails with the very error', async () => await expect(all([NEVER, Future.fail(no)])).rejects.toBe(no));
  it('leaves the others', () => {
    const log: string[] = [];
    const failing = new Subject<never>();
    const { heard } = hear(all([noting(log, 'a'), waiting(failing), { b: noting(log, 'b') }]));
    failing.error(no);
    expect(heard).toEqual(['error Error: no']);
    expect(log).toEqual(['begun a', 'begun b', 'left a', 'left b']);
  });
  it('does not begin those after one that failed at once', () => {
    const log: string[] = [];
    hear(all([noting(log, 'a'), Future.fail(no), noting(log, 'b')]));
    expect(log).toEqual(['begun a', 'left a']);
  });
  it('fails with the first failure in time', () => {
    const [slow, fast] = [new Subject<never>(), new Subject<never>()];
    const { heard } = hear(all([waiting(slow), waiting(fast)]));
    fast.error(new Error('fast'));
    slow.error(new Error('slow'));
    expect(heard).toEqual(['error Error: fast']);
  });
  it('runs the clean-up of the tasks it leaves', () => {
    const log: string[] = [];
    const careful = task(function* () {
      try {
        yield NEVER;
      } finally {
        log.push('cleaned');
      }
    });
    hear(all([careful(), throwError(() => no)]));
    expect(log).toEqual(['cleaned']);
  });
});

describe('all, when it is unsubscribed', () => {
  it('leaves all of it, from the first to the last', () => {
    const log: string[] = [];
    hear(all([noting(log, 'a'), noting(log, 'b')])).subscription.unsubscribe();
    expect(log).toEqual(['begun a', 'begun b', 'left a', 'left b']);
  });
  it('begins no more when one of it unsubscribes the whole', () => {
    const log: string[] = [];
    const stop = new Subject<void>();
    const stopping = new Observable<never>(() => stop.next());
    let subscription = hear(NEVER).subscription;
    stop.subscribe(() => subscription.unsubscribe());
    const source = new Subject<number>();
    const late = Future.defer(() => stopping);
    subscription = hear(
      all([
        waiting(source),
        task(function* () {
          yield source;
          yield all([late, noting(log, 'b')]);
        })(),
      ]),
    ).subscription;
    source.next(1);
    source.complete();
    expect(log).toEqual([]);
  });
});

describe('settled', () => {
  it('says of each how it ended', () => {
    expect(allSettled([Future.of(1), Future.fail(no)]).block()).toEqual([
      { status: 'fulfilled', value: 1 },
      { status: 'rejected', reason: no },
    ]);
  });
  it('takes every shape', () => {
    expect(allSettled({ a: [Future.of(1)], b: null, c: { d: Future.fail(no) }, e: undefined }).block()).toEqual({
      a: [{ status: 'fulfilled', value: 1 }],
      b: null,
      c: { d: { status: 'rejected', reason: no } },
      e: undefined,
    });
  });
  it('has the empty value of an empty array or record', () => {
    expect([allSettled([]).block(), allSettled({}).block()]).toEqual([[], {}]);
  });
  it('waits for the others when one fails', () => {
    const source = new Subject<number>();
    const { heard } = hear(allSettled([Future.fail(no), waiting(source)]));
    expect(heard).toEqual([]);
    source.next(1);
    source.complete();
    expect(heard).toHaveLength(2);
  });
  it('keeps an undefined reason', () => {
    expect(allSettled([Future.fail(undefined)]).block()).toEqual([{ status: 'rejected', reason: undefined }]);
  });
  it('leaves all of it when it is unsubscribed', () => {
    const log: string[] = [];
    hear(allSettled([noting(log, 'a')])).subscription.unsubscribe();
    expect(log).toEqual(['begun a', 'left a']);
  });
  it('refuses a plain value at the call', () => {
    expect(() => allSettled([7 as unknown as Future<number>])).toThrow(/^allSettled\(\) /);
  });
});
