/**
 * `batchMap`: the operator form.
 */
import {
  concatWith,
  defer,
  delay,
  EMPTY,
  from,
  map,
  mergeMap,
  NEVER,
  of,
  Subject,
  take,
  throwError,
  timer,
} from 'rxjs';
import { batch, batchMap, type BatchMapConfig } from 'sluice';
import { marbles } from '../support/marbles';
import { listen, recorder, runVirtual, userName } from './virtual-run';

/** A resolver whose key n takes n ms. */
const napping = batch<number, string>((ids, flush) =>
  from(ids).pipe(
    mergeMap((id) => timer(id).pipe(map(() => flush.succeed(id, userName(id))))),
    map(() => undefined),
  ),
);

describe('batchMap', () => {
  it('emits the value of each key, and loads keys that arrive together in one flush', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const recording = listen(from([1, 2, 1]).pipe(batchMap(batch(resolve))));
      flush();
      expect(recording).toMatchObject({ values: ['user 1', 'user 2', 'user 1'].sort(), isComplete: true });
      expect(asked).toEqual([[1, 2]]);
    });
  });

  it(
    'emits each value when the result of its flush arrives',
    marbles((m) => {
      const doubled = batch((keys: readonly string[]) => of(keys.map((key) => key.toUpperCase())).pipe(delay(3)));
      const source = m.hot('  a-b----c---|   ');
      const expected = '      ---A-B----C|   ';
      m.expect(source.pipe(batchMap(doubled))).toBeObservable(expected);
      m.expect(source).toHaveSubscriptions('^----------!');
    }),
  );

  it(
    'unsubscribing cancels the source and the flights',
    marbles((m) => {
      const answer = m.cold<string[]>('----a', { a: ['x'] });
      const source = m.hot('a------');
      m.expect(source.pipe(batchMap(() => answer)), '^-!').toBeObservable('---');
      m.expect(source).toHaveSubscriptions('^-!');
      m.expect(answer).toHaveSubscriptions('^-!');
    }),
  );

  it('takes a resolver, with the options of batch', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const recording = listen(from([1, 2, 3]).pipe(batchMap(resolve, { maxSize: 2, name: 'nameOf' })));
      flush();
      expect(recording.values).toEqual(['user 1', 'user 2', 'user 3']);
      expect(asked).toEqual([[1, 2], [3]]);
    });
  });

  it('shares flushes with other callers of the same batch function', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve);
      listen(of(1).pipe(batchMap(nameOf)));
      listen(of(2).pipe(batchMap(nameOf)));
      nameOf(3).subscribe();
      flush();
      expect(asked).toEqual([[1, 2, 3]]);
    });
  });

  it('emits values in the order of their arrival, unless ordered', () => {
    runVirtual(({ flush }) => {
      const [asTheyCome, ordered] = [{}, { ordered: true }].map((config: BatchMapConfig) =>
        listen(from([3, 1, 2]).pipe(batchMap(napping, config))),
      );
      flush();
      expect(asTheyCome?.values).toEqual(['user 1', 'user 2', 'user 3']);
      expect(ordered).toMatchObject({ values: ['user 3', 'user 1', 'user 2'], isComplete: true });
    });
  });

  it('with ordered still loads all keys at once', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      listen(from([3, 1, 2, 1]).pipe(batchMap(resolve, { ordered: true })));
      flush();
      expect(asked).toEqual([[3, 1, 2]]);
    });
  });

  it('concurrency bounds the number of keys loaded at a time', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const recording = listen(from([1, 2, 3, 4, 5]).pipe(batchMap(resolve, { concurrency: 2 })));
      flush();
      expect(asked).toEqual([[1, 2], [3, 4], [5]]);
      expect(recording.values).toHaveLength(5);
    });
  });

  it('with ordered and concurrency, a result counts as loading until it is emitted', () => {
    runVirtual(({ flush, at }) => {
      const asked: number[] = [];
      const source = from([9, 1, 1, 1]).pipe(map((id) => (asked.push(id), id)));
      const seen: number[] = [];
      const nap = batch<number, number>((ids, flush) =>
        from(ids).pipe(
          mergeMap((id) => timer(id).pipe(map(() => flush.succeed(id, id)))),
          map(() => undefined),
        ),
      );
      source.pipe(batchMap(nap, { ordered: true, concurrency: 2 })).subscribe((id) => seen.push(id));
      at(5, () => expect(seen).toEqual([]));
      flush();
      expect(seen).toEqual([9, 1, 1, 1]);
    });
  });

  it.each([{}, { ordered: true }, { concurrency: 1 }, { ordered: true, concurrency: 1 }])(
    'with %j completes for an empty source',
    (config) => {
      runVirtual(({ flush }) => {
        const { asked, resolve } = recorder();
        const recording = listen(EMPTY.pipe(batchMap(resolve, config)));
        flush();
        expect(recording).toMatchObject({ values: [], isComplete: true });
        expect(asked).toEqual([]);
      });
    },
  );

  it.each([{}, { ordered: true }])(
    'with %j forwards an error of the source, and unsubscribes from pending keys',
    (config) => {
      runVirtual(({ flush }) => {
        const { asked, resolve } = recorder();
        const recording = listen(
          of(1).pipe(concatWith(throwError(() => new Error('source'))), batchMap(resolve, config)),
        );
        flush();
        expect(recording.errors).toEqual([new Error('source')]);
        expect(asked).toEqual([]);
      });
    },
  );

  it.each([{}, { ordered: true }])('with %j errors with the failure of a key', (config) => {
    runVirtual(({ flush }) => {
      const failing = (ids: readonly number[]) => ids.map((id) => (id === 2 ? new Error('no 2') : id));
      const recording = listen(from([1, 2, 3]).pipe(batchMap(failing, config)));
      flush();
      expect(recording).toMatchObject({ values: [1], errors: [new Error('no 2')] });
    });
  });

  it.each([10, 10_000])('with ordered emits the results of %p keys that waited for the slowest key', (count) => {
    const answers: Subject<void>[] = [];
    const ask = batch(
      (ids: readonly number[]) => {
        const answer = new Subject<void>();
        answers.push(answer);
        return answer.pipe(map(() => [...ids]));
      },
      { maxSize: count },
    );
    const ids = Array.from({ length: 2 * count }, (_, id) => id);
    const recording = listen(from(ids).pipe(batchMap(ask, { ordered: true })));
    for (const answer of answers.reverse()) {
      answer.next();
      answer.complete();
    }
    expect(recording.errors).toEqual([]);
    expect(recording.values).toEqual(ids);
    expect(recording.isComplete).toBe(true);
  });

  it.each([{}, { ordered: true }])('with %j stays alive for a source that never ends', (config) => {
    runVirtual(({ flush }) => {
      const recording = listen(of(1).pipe(concatWith(NEVER), batchMap(recorder().resolve, config)));
      flush();
      expect(recording).toMatchObject({ values: ['user 1'], isComplete: false });
      recording.stop();
    });
  });

  it.each([{}, { ordered: true }])('with %j stops when a later operator completes', (config) => {
    runVirtual(({ flush }) => {
      const recording = listen(from([1, 2, 3]).pipe(batchMap(recorder().resolve, config), take(2)));
      flush();
      expect(recording).toMatchObject({ values: ['user 1', 'user 2'], isComplete: true });
    });
  });

  it.each([{}, { ordered: true }])('with %j accepts keys that depend on its own results', (config) => {
    runVirtual(({ flush }) => {
      const source = new Subject<number>();
      const received: number[] = [];
      source.pipe(batchMap((ids: readonly number[]) => [...ids], config)).subscribe((id) => {
        received.push(id);
        if (id < 5) source.next(id + 1);
      });
      source.next(1);
      flush();
      expect(received).toEqual([1, 2, 3, 4, 5]);
    });
  });

  it('keeps no state between subscriptions', () => {
    runVirtual(({ flush }) => {
      const named = defer(() => from([3, 1])).pipe(batchMap(napping, { ordered: true }));
      const [first, second] = [listen(named), listen(named)];
      first.stop();
      flush();
      expect(second.values).toEqual(['user 3', 'user 1']);
      const third = listen(named);
      flush();
      expect(third.values).toEqual(['user 3', 'user 1']);
    });
  });

  it('errors for an invalid key, and names the batch function', () => {
    runVirtual(({ flush }) => {
      const recording = listen(
        of(undefined as unknown as number).pipe(batchMap(recorder().resolve, { name: 'nameOf' })),
      );
      flush();
      expect(recording.errors[0]).toBeInstanceOf(TypeError);
      expect(recording.errors).toMatchObject([{ message: expect.stringContaining('"nameOf"') as string }]);
    });
  });
});
