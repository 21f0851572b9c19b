/** The results of a resolver: their forms, their failures, and the keys without a result. */
import { runInNewContext } from 'node:vm';
import { concatWith, delay, EMPTY, ignoreElements, map, NEVER, of, throwError, timer } from 'rxjs';
import {
  all,
  AsyncValue,
  batch,
  BatchResultError,
  BatchScheduler,
  batchScheduler,
  Future,
  MissingResultError,
  allSettled,
  task,
  type Resolver,
} from 'sluice';
import { listen, recorder, runVirtual, userName } from './virtual-run';

const namesOf = (ids: readonly number[]): string[] => ids.map(userName);

/** The type of a resolver does not list async iterables. RxJS subscribes to them all the same. */
const iterating = (resolve: (ids: readonly number[]) => AsyncIterable<string[]>): Resolver<number, string> => resolve;

const resolvers: readonly (readonly [name: string, resolve: Resolver<number, string>])[] = [
  ['an array', namesOf],
  ['a Map by key', (ids) => new Map(ids.map((id) => [id, userName(id)]))],
  ['a promise', (ids) => Promise.resolve(namesOf(ids))],
  ['a promise of a Map', (ids) => Promise.resolve(new Map(ids.map((id) => [id, userName(id)])))],
  ['a thenable', (ids) => ({ then: Promise.prototype.then.bind(Promise.resolve(namesOf(ids))) })],
  ['an Observable', (ids) => of(namesOf(ids))],
  ['an Observable, its last value', (ids) => of(['too', 'soon'], namesOf(ids))],
  ['a Future', (ids) => Future.of(namesOf(ids))],
  ['a Future of a promise', (ids) => Future.from(Promise.resolve(namesOf(ids)))],
  ['a started Future', (ids) => Future.of(namesOf(ids)).start()],
  [
    'the Future of a task',
    task(function* (ids: readonly number[]) {
      return yield* all(ids.map((id) => Future.of(userName(id))));
    }),
  ],
  [
    'an async iterable',
    iterating(async function* (ids) {
      yield await Promise.resolve(namesOf(ids));
    }),
  ],
];

describe.each(resolvers)('a resolver that returns %s', (_name, resolve) => {
  it('gives every key its value', async () => {
    expect(await batch(resolve).many([2, 1])).toEqual(['user 2', 'user 1']);
  });
});

describe('a result that takes time', () => {
  it('arrives when the resolver emits it', () => {
    runVirtual(({ flush, at }) => {
      const recording = listen(batch((ids: readonly number[]) => of(namesOf(ids)).pipe(delay(10)))(1));
      at(9, () => expect(recording.values).toEqual([]));
      at(11, () => expect(recording.values).toEqual(['user 1']));
      flush();
      expect(recording.isComplete).toBe(true);
    });
  });

  it('arrives with the completion of an Observable, not with a value before it', () => {
    runVirtual(({ flush, at }) => {
      const recording = listen(
        batch((ids: readonly number[]) => of(namesOf(ids)).pipe(concatWith(timer(10).pipe(ignoreElements()))))(1),
      );
      at(9, () => expect(recording.values).toEqual([]));
      flush();
      expect(recording.values).toEqual(['user 1']);
    });
  });

  it('may be an AsyncValue', () => {
    runVirtual(({ flush, at }) => {
      const cell = new AsyncValue<string[]>();
      const recording = listen(batch(() => cell)(1));
      at(5, () => cell.set(['by hand']));
      flush();
      expect(recording.values).toEqual(['by hand']);
    });
  });
});

describe('a Map as a result', () => {
  it('may come from another realm, as jest gets it from a thread', () => {
    const foreignMap = runInNewContext('new Map([[1, "one"]])') as ReadonlyMap<number, string>;
    expect(foreignMap).not.toBeInstanceOf(Map);
    expect(batch<number, string>(() => foreignMap).block(1)).toBe('one');
  });

  const byIdentity = { key: ({ id }: { readonly id: number }) => id };

  it('is read by the key itself', () => {
    runVirtual(({ flush }) => {
      const recording = listen(
        batch((keys: readonly { id: number }[]) => new Map(keys.map((key) => [key, key.id])), byIdentity)({ id: 1 }),
      );
      flush();
      expect(recording.values).toEqual([1]);
    });
  });

  it('is read by the identity of the key as well', () => {
    runVirtual(({ flush }) => {
      const resolve = (keys: readonly { id: number }[]): Map<unknown, string> =>
        new Map(keys.map(({ id }) => [id, userName(id)]));
      // The type of a resolver requires keys in the Map. A database returns identities.
      const recording = listen(batch(resolve as Resolver<{ id: number }, string>, byIdentity)({ id: 1 }));
      flush();
      expect(recording.values).toEqual(['user 1']);
    });
  });

  it('may contain undefined as a value', () => {
    runVirtual(({ flush }) => {
      const recording = listen(batch((ids: readonly number[]) => new Map(ids.map((id) => [id, undefined])))(1));
      flush();
      expect(recording).toMatchObject({ values: [undefined], errors: [] });
    });
  });

  it('may contain keys that were not requested', () => {
    runVirtual(({ flush }) => {
      const recording = listen(
        batch(
          () =>
            new Map([
              [1, 'one'],
              [2, 'two'],
            ]),
        )(1),
      );
      flush();
      expect(recording.values).toEqual(['one']);
    });
  });

  it('fails a key that it does not contain with a MissingResultError that names batch and key, and fails no other key', () => {
    runVirtual(({ flush }) => {
      const nameOf = batch(() => new Map([[1, 'one']]), { name: 'nameOf' });
      const [one, two] = [listen(nameOf(1)), listen(nameOf(2))];
      flush();
      expect(one.values).toEqual(['one']);
      expect(two.errors[0]).toBeInstanceOf(MissingResultError);
      expect(two.errors[0]).toMatchObject({
        batch: 'nameOf',
        key: 2,
        message: expect.stringContaining('"nameOf"') as string,
      });
    });
  });
});

describe('an Error among the results', () => {
  const odd = new RangeError('odd');
  const resolvers: readonly (readonly [string, Resolver<number, number>])[] = [
    ['in an array', (ids) => ids.map((id) => (id % 2 ? odd : id))],
    ['in a Map', (ids) => new Map(ids.map((id) => [id, id % 2 ? odd : id]))],
    ['in a promised array', (ids) => Promise.resolve(ids.map((id) => (id % 2 ? odd : id)))],
  ];

  it.each(resolvers)('%s fails its key alone, with the same error object', async (_name, resolve) => {
    expect(await allSettled([batch(resolve)(1), batch(resolve)(2)])).toEqual([
      { status: 'rejected', reason: odd },
      { status: 'fulfilled', value: 2 },
    ]);
  });
});

describe('a resolver that fails', () => {
  const down = new Error('down');
  const resolvers: readonly (readonly [string, Resolver<number, number>])[] = [
    [
      'throws',
      () => {
        throw down;
      },
    ],
    ['rejects', () => Promise.reject(down)],
    ['errors', () => throwError(() => down)],
    ['returns a failed Future', () => Future.fail(down)],
    [
      'returns the Future of a task that throws',
      task(function* () {
        yield* Future.of(1);
        throw down;
      }),
    ],
  ];

  it.each(resolvers)('fails every key with the same error object if it %s', async (_name, resolve) => {
    const valueOf = batch(resolve);
    const results = await allSettled([valueOf(1), valueOf(2)]);
    expect(results).toEqual([
      { status: 'rejected', reason: down },
      { status: 'rejected', reason: down },
    ]);
    expect(results.every((result) => result.status === 'rejected' && result.reason === down)).toBe(true);
  });

  it('has no effect on the next flush', () => {
    runVirtual(({ flush }) => {
      let isDown = true;
      const nameOf = batch(
        (ids: readonly number[]) => {
          if (isDown) throw down;
          return namesOf(ids);
        },
        { concurrency: 1 },
      );
      listen(nameOf(1));
      flush();
      isDown = false;
      const recording = listen(nameOf(1));
      flush();
      expect(recording.values).toEqual(['user 1']);
    });
  });
});

describe('flush.succeed and flush.fail', () => {
  it('succeed settles a key before the others', () => {
    runVirtual(({ flush, at }) => {
      const nameOf = batch((ids: readonly number[], flushHandle) => {
        flushHandle.succeed(1, 'early');
        return timer(10).pipe(map(() => namesOf(ids)));
      });
      const [early, late] = [listen(nameOf(1)), listen(nameOf(2))];
      at(1, () => expect([early.values, late.values]).toEqual([['early'], []]));
      flush();
      expect(late.values).toEqual(['user 2']);
    });
  });

  it('fail settles a key before the others, with the same error object', () => {
    runVirtual(({ flush, at }) => {
      const reason = { anything: 'that can be thrown' };
      const nameOf = batch((ids: readonly number[], flush) => {
        flush.fail(1, reason);
        return timer(10).pipe(map(() => namesOf(ids)));
      });
      const [early, late] = [listen(nameOf(1)), listen(nameOf(2))];
      at(1, () => expect(early.errors).toEqual([reason]));
      flush();
      expect(late.values).toEqual(['user 2']);
    });
  });

  it('have precedence over later results of the key', () => {
    runVirtual(({ flush }) => {
      const nameOf = batch((ids: readonly number[], flush) => {
        flush.succeed(1, 'early');
        flush.succeed(1, 'again');
        flush.fail(1, new Error('too late'));
        return namesOf(ids);
      });
      const recording = listen(nameOf(1));
      flush();
      expect(recording).toMatchObject({ values: ['early'], errors: [] });
    });
  });

  it('are sufficient: the resolver may return undefined, an empty Observable or a promise of nothing', async () => {
    const endings: (() => undefined | typeof EMPTY | Promise<void>)[] = [
      () => undefined,
      () => EMPTY,
      () => Promise.resolve(),
    ];
    for (const ending of endings) {
      const nameOf = batch<number, string>((ids, flush) => {
        ids.forEach((id) => flush.succeed(id, userName(id)));
        return ending();
      });
      expect(await nameOf.many([1, 2])).toEqual(['user 1', 'user 2']);
    }
  });

  it('leave the other keys to a MissingResultError if the resolver ends without them', () => {
    for (const ending of [() => undefined, () => EMPTY]) {
      runVirtual(({ flush }) => {
        const nameOf = batch<number, string>((_ids, flush) => {
          flush.succeed(1, 'early');
          return ending();
        });
        const [early, left] = [listen(nameOf(1)), listen(nameOf(2))];
        flush();
        expect(early.values).toEqual(['early']);
        expect(left.errors).toMatchObject([{ code: 'SLUICE_MISSING_RESULT', key: 2 }]);
      });
    }
  });

  it('leave the other keys to the failure of the resolver', () => {
    runVirtual(({ flush }) => {
      const nameOf = batch<number, string>((_ids, flush) => {
        flush.succeed(1, 'early');
        throw new Error('then down');
      });
      const [early, left] = [listen(nameOf(1)), listen(nameOf(2))];
      flush();
      expect(early).toMatchObject({ values: ['early'], errors: [] });
      expect(left.errors).toEqual([new Error('then down')]);
    });
  });

  it('find a key by its identity', () => {
    runVirtual(({ flush }) => {
      const valueOf = batch<{ id: number }, string>(
        (keys, flush) => {
          keys.forEach(({ id }) => flush.succeed({ id }, userName(id)));
        },
        { key: ({ id }) => id },
      );
      const recording = listen(valueOf({ id: 1 }));
      flush();
      expect(recording.values).toEqual(['user 1']);
    });
  });

  it('throw a TypeError for a key that does not belong to the flush, and name it', () => {
    runVirtual(({ flush }) => {
      const recording = listen(
        batch<number, string>((_ids, flushHandle) => flushHandle.succeed(9, 'none'), { name: 'nameOf' })(1),
      );
      flush();
      expect(recording.errors[0]).toBeInstanceOf(TypeError);
      expect(recording.errors).toMatchObject([
        { message: expect.stringMatching(/key 9 does not belong.*nameOf.*Its keys are 1\./) as string },
      ]);
    });
  });

  it('can be destructured, and do nothing after the flush has ended', () => {
    runVirtual(({ flush }) => {
      let late: (() => void) | undefined;
      // eslint-disable-next-line @typescript-eslint/unbound-method -- that it may be is the point
      const nameOf = batch((ids: readonly number[], { succeed }) => {
        late = () => succeed(1, 'late');
        return namesOf(ids);
      });
      const recording = listen(nameOf(1));
      flush();
      late?.();
      expect(recording.values).toEqual(['user 1']);
    });
  });

  it('resume a task that then joins the next flush while this one is in flight', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const nextOf = batch(resolve);
      const slow = batch<number, string>((_ids, flush) => {
        flush.succeed(1, 'early');
        return NEVER;
      });
      const chained = task(function* () {
        yield* slow(1);
        return yield* nextOf(2);
      });
      const recording = listen(chained());
      flush();
      expect(recording.values).toEqual(['user 2']);
      expect(asked).toEqual([[2]]);
    });
  });
});

describe('an array of the wrong length', () => {
  it.each([
    ['shorter', ['only one']],
    ['longer', ['one', 'two', 'three']],
    ['empty', []],
  ])('(%s) fails all keys with a BatchResultError that names the batch, the keys and the length', (_name, results) => {
    runVirtual(({ flush }) => {
      const nameOf = batch(() => results, { name: 'nameOf' });
      const recordings = [listen(nameOf(1)), listen(nameOf(2))];
      flush();
      for (const { errors } of recordings) {
        expect(errors[0]).toBeInstanceOf(BatchResultError);
        expect(errors).toMatchObject([
          {
            batch: 'nameOf',
            keys: [1, 2],
            message: expect.stringMatching(
              `"nameOf" requested 2 .*1, 2.*returned an array of ${results.length}`,
            ) as string,
          },
        ]);
      }
    });
  });

  it('does not affect keys that were settled early', () => {
    runVirtual(({ flush }) => {
      const nameOf = batch((_ids: readonly number[], flush) => {
        flush.succeed(1, 'early');
        return ['short'];
      });
      const [early, left] = [listen(nameOf(1)), listen(nameOf(2))];
      flush();
      expect(early.values).toEqual(['early']);
      expect(left.errors).toMatchObject([{ code: 'SLUICE_BATCH_RESULT' }]);
    });
  });

  it('includes an Observable or async iterable that completes without a value', async () => {
    const silent = iterating(async function* () {
      // It yields nothing.
    });
    for (const resolve of [() => EMPTY, silent]) {
      await expect(batch<number, string>(resolve)(1)).rejects.toMatchObject({ code: 'SLUICE_BATCH_RESULT' });
    }
  });
});

describe('a resolver that changes its array of keys', () => {
  const sorting: Resolver<number, string> = (ids) => namesOf((ids as number[]).sort());
  const emptying: Resolver<number, string> = (ids) => namesOf((ids as number[]).splice(0));

  it('fails all keys if it sorts the array and returns results in that order', () => {
    const recording = listen(allSettled([2, 1].map((id) => batch(sorting, { name: 'nameOf' })(id))));
    batchScheduler.flush();
    const sorted = batch(sorting, { name: 'nameOf' });
    const [second, first] = [listen(sorted(2)), listen(sorted(1))];
    batchScheduler.flush();
    expect(recording.values).toHaveLength(1);
    for (const { errors } of [second, first]) {
      expect(errors).toMatchObject([{ code: 'SLUICE_BATCH_RESULT', keys: [2, 1] }]);
      expect(String(errors[0])).toContain('into another order');
    }
  });

  it('may empty the array, and flush events still contain the keys', () => {
    const events: unknown[] = [];
    const scheduler = new BatchScheduler();
    scheduler.events$.subscribe(({ type, keys }) => events.push([type, keys]));
    expect(batch(emptying, { scheduler }).many([2, 1]).block()).toEqual(['user 2', 'user 1']);
    expect(events).toEqual([
      ['flush', [2, 1]],
      ['land', [2, 1]],
    ]);
  });
});
