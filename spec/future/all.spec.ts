import { NEVER, Observable, observable, of, Subject, throwError } from 'rxjs';
import { all, Future, allSettled, task } from 'sluice';
import { record } from '../support/recording-observer';

const no = new Error('no');
const waiting = <T>(source: Subject<T>): Future<T> => Future.from(source);
/** An Observable that never ends and records its teardown. */
const recordingNever = (log: string[], name: string): Observable<never> =>
  new Observable(() => {
    log.push(`begun ${name}`);
    return () => log.push(`left ${name}`);
  });

describe('all', () => {
  it('runs nothing until it is subscribed to', () => {
    const log: string[] = [];
    all([recordingNever(log, 'it')]);
    expect(log).toEqual([]);
  });
  it('takes arrays', () => expect(all([Future.of(1), Future.of(2)]).block()).toEqual([1, 2]));
  it('keeps the type of each element of a tuple', () => {
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
  it('keeps null and undefined as they are', () => {
    expect(all([null, undefined, Future.of(1), { a: null }]).block()).toEqual([null, undefined, 1, { a: null }]);
  });
  it('takes a single future', () => expect(all(Future.of(1)).block()).toBe(1));
  it('takes null alone', () => expect(all(null).block()).toBeNull());
  it('succeeds with an empty array or record for an empty one', () => {
    expect(all([]).block()).toEqual([]);
    expect(all({}).block()).toEqual({});
  });
  it('takes the last value of an Observable', () => expect(all([of(1, 2)]).block()).toEqual([2]));
  it('takes promises', async () => expect(await all([Promise.resolve(1), Future.of(2)])).toEqual([1, 2]));
  it('takes Observables of another library', () => {
    expect(all([{ [observable]: () => of(1) } as unknown as Observable<number>]).block()).toEqual([1]);
  });
  it('keeps undefined values', () => expect(all([Future.of(undefined)]).block()).toEqual([undefined]));
  it('returns values in the order of the inputs, not of their arrival', () => {
    const [first, second] = [new Subject<string>(), new Subject<string>()];
    const { notifications } = record(all([waiting(first), waiting(second)]));
    second.next('b');
    second.complete();
    expect(notifications).toEqual([]);
    first.next('a');
    first.complete();
    expect(notifications).toEqual(['next a,b', 'complete']);
  });
  it('runs a future twice if the array contains it twice', () => {
    let runs = 0;
    const future = Future.defer(() => of(++runs));
    expect(all([future, future]).block()).toEqual([1, 2]);
  });
  it('gives each subscription a separate result object', () => {
    const pair = all([Future.of(1)]);
    expect(pair.block()).not.toBe(pair.block());
  });
  it('ignores later changes of the array', () => {
    const list = [Future.of(1), Future.of(2)];
    const both = all(list);
    list.length = 0;
    expect(both.block()).toEqual([1, 2]);
  });
  it('ignores later changes of the record', () => {
    const record: Record<string, Future<number>> = { a: Future.of(1) };
    const both = all(record);
    record['b'] = Future.of(2);
    expect(both.block()).toEqual({ a: 1 });
  });
  it('takes 100 000 futures', () => {
    const many = Array.from({ length: 100_000 }, (_, n) => Future.of(n));
    expect(all(many).block()).toHaveLength(100_000);
  });
  it('throws a TypeError with the path for a plain value', () => {
    expect(() => all({ a: [7 as unknown as Future<number>] })).toThrow(/^all\(\): .* at \.a\[0\]\./);
  });
});

describe('all, when one input fails', () => {
  it('fails with the same error object', async () => await expect(all([NEVER, Future.fail(no)])).rejects.toBe(no));
  it('unsubscribes from the other inputs', () => {
    const log: string[] = [];
    const failing = new Subject<never>();
    const { notifications } = record(
      all([recordingNever(log, 'a'), waiting(failing), { b: recordingNever(log, 'b') }]),
    );
    failing.error(no);
    expect(notifications).toEqual(['error Error: no']);
    expect(log).toEqual(['begun a', 'begun b', 'left a', 'left b']);
  });
  it('does not begin the inputs after one that fails at once', () => {
    const log: string[] = [];
    record(all([recordingNever(log, 'a'), Future.fail(no), recordingNever(log, 'b')]));
    expect(log).toEqual(['begun a', 'left a']);
  });
  it('fails with the earliest failure', () => {
    const [slow, fast] = [new Subject<never>(), new Subject<never>()];
    const { notifications } = record(all([waiting(slow), waiting(fast)]));
    fast.error(new Error('fast'));
    slow.error(new Error('slow'));
    expect(notifications).toEqual(['error Error: fast']);
  });
  it('runs the clean-up of the tasks it cancels', () => {
    const log: string[] = [];
    const careful = task(function* () {
      try {
        yield NEVER;
      } finally {
        log.push('cleaned');
      }
    });
    record(all([careful(), throwError(() => no)]));
    expect(log).toEqual(['cleaned']);
  });
});

describe('all, when it is unsubscribed', () => {
  it('unsubscribes from its inputs, from the first to the last', () => {
    const log: string[] = [];
    record(all([recordingNever(log, 'a'), recordingNever(log, 'b')])).subscription.unsubscribe();
    expect(log).toEqual(['begun a', 'begun b', 'left a', 'left b']);
  });
  it('begins no further inputs if one input unsubscribes from it', () => {
    const log: string[] = [];
    const stop = new Subject<void>();
    const stopping = new Observable<never>(() => stop.next());
    let subscription = record(NEVER).subscription;
    stop.subscribe(() => subscription.unsubscribe());
    const source = new Subject<number>();
    const late = Future.defer(() => stopping);
    subscription = record(
      all([
        waiting(source),
        task(function* () {
          yield source;
          yield all([late, recordingNever(log, 'b')]);
        })(),
      ]),
    ).subscription;
    source.next(1);
    source.complete();
    expect(log).toEqual([]);
  });
});

describe('allSettled', () => {
  it('returns a settled result for each input', () => {
    expect(allSettled([Future.of(1), Future.fail(no)]).block()).toEqual([
      { status: 'fulfilled', value: 1 },
      { status: 'rejected', reason: no },
    ]);
  });
  it('takes arrays and records, nested to any depth', () => {
    expect(allSettled({ a: [Future.of(1)], b: null, c: { d: Future.fail(no) }, e: undefined }).block()).toEqual({
      a: [{ status: 'fulfilled', value: 1 }],
      b: null,
      c: { d: { status: 'rejected', reason: no } },
      e: undefined,
    });
  });
  it('succeeds with an empty array or record for an empty one', () => {
    expect([allSettled([]).block(), allSettled({}).block()]).toEqual([[], {}]);
  });
  it('waits for the other inputs when one fails', () => {
    const source = new Subject<number>();
    const { notifications } = record(allSettled([Future.fail(no), waiting(source)]));
    expect(notifications).toEqual([]);
    source.next(1);
    source.complete();
    expect(notifications).toHaveLength(2);
  });
  it('keeps the reason undefined', () => {
    expect(allSettled([Future.fail(undefined)]).block()).toEqual([{ status: 'rejected', reason: undefined }]);
  });
  it('unsubscribes from all inputs when it is unsubscribed', () => {
    const log: string[] = [];
    record(allSettled([recordingNever(log, 'a')])).subscription.unsubscribe();
    expect(log).toEqual(['begun a', 'left a']);
  });
  it('throws a TypeError for a plain value', () => {
    expect(() => allSettled([7 as unknown as Future<number>])).toThrow(/^allSettled\(\): /);
  });
});
