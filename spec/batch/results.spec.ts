/**
 * What a resolver may answer, how, and what becomes of the keys it says nothing about.
 */
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

/** The type of a resolver does not name async iterables; RxJS subscribes to them all the same. */
const iterating = (resolve: (ids: readonly number[]) => AsyncIterable<string[]>): Resolver<number, string> => resolve;

const ways: readonly (readonly [name: string, resolve: Resolver<number, string>])[] = [
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

describe.each(ways)('%s as the answer', (_name, resolve) => {
  it('gives every key its value', async () => {
    expect(await batch(resolve).many([2, 1])).toEqual(['user 2', 'user 1']);
  });
});

describe('an answer that takes time', () => {
  it('comes when the resolver has it', () => {
    runVirtual(({ flush, at }) => {
      const heard = listen(batch((ids: readonly number[]) => of(namesOf(ids)).pipe(delay(10)))(1));
      at(9, () => expect(heard.values).toEqual([]));
      at(11, () => expect(heard.values).toEqual(['user 1']));
      flush();
      expect(heard.isComplete).toBe(true);
    });
  });

  it('comes with the completion of an Observable, not with a value before it', () => {
    runVirtual(({ flush, at }) => {
      const heard = listen(
        batch((ids: readonly number[]) => of(namesOf(ids)).pipe(concatWith(timer(10).pipe(ignoreElements()))))(1),
      );
      at(9, () => expect(heard.values).toEqual([]));
      flush();
      expect(heard.values).toEqual(['user 1']);
    });
  });

  it('may come from a cell that is set by hand', () => {
    runVirtual(({ flush, at }) => {
      const cell = new AsyncValue<string[]>();
      const heard = listen(batch(() => cell)(1));
      at(5, () => cell.set(['by hand']));
      flush();
      expect(heard.values).toEqual(['by hand']);
    });
  });
});

describe('a Map', () => {
  it('may be of another realm, as what jest gets from a thread is', () => {
    const elsewhere = runInNewContext('new Map([[1, "one"]])') as ReadonlyMap<number, string>;
    expect(elsewhere).not.toBeInstanceOf(Map);
    expect(batch<number, string>(() => elsewhere).block(1)).toBe('one');
  });

  const byIdentity = { key: ({ id }: { readonly id: number }) => id };

  it('is read by the key itself', () => {
    runVirtual(({ flush }) => {
      const heard = listen(
        batch((keys: readonly { id: number }[]) => new Map(keys.map((key) => [key, key.id])), byIdentity)({ id: 1 }),
      );
      flush();
      expect(heard.values).toEqual([1]);
    });
  });

  it('is read by the identity of the key as well', () => {
    runVirtual(({ flush }) => {
      const resolve = (keys: readonly { id: number }[]): Map<unknown, string> =>
        new Map(keys.map(({ id }) => [id, userName(id)]));
      // The type of a resolver wants keys in the Map; identities are what a database gives.
      const heard = listen(batch(resolve as Resolver<{ id: number }, string>, byIdentity)({ id: 1 }));
      flush();
      expect(heard.values).toEqual(['user 1']);
    });
  });

  it('may hold undefined as a value', () => {
    runVirtual(({ flush }) => {
      const heard = listen(batch((ids: readonly number[]) => new Map(ids.map((id) => [id, undefined])))(1));
      flush();
      expect(heard).toMatchObject({ values: [undefined], errors: [] });
    });
  });

  it('may hold more than was asked for', () => {
    runVirtual(({ flush }) => {
      const heard = listen(
        batch(
          () =>
            new Map([
              [1, 'one'],
              [2, 'two'],
            ]),
        )(1),
      );
      flush();
      expect(heard.values).toEqual(['one']);
    });
  });

  it('fails the keys it does not hold with a MissingResultError naming batch and key, and no other', () => {
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
  const giving: readonly (readonly [string, Resolver<number, number>])[] = [
    ['in an array', (ids) => ids.map((id) => (id % 2 ? odd : id))],
    ['in a Map', (ids) => new Map(ids.map((id) => [id, id % 2 ? odd : id]))],
    ['in a promised array', (ids) => Promise.resolve(ids.map((id) => (id % 2 ? odd : id)))],
  ];

  it.each(giving)('%s fails its key alone, as the very error it is', async (_name, resolve) => {
    expect(await allSettled([batch(resolve)(1), batch(resolve)(2)])).toEqual([
      { status: 'rejected', reason: odd },
      { status: 'fulfilled', value: 2 },
    ]);
  });
});

describe('a resolver that fails', () => {
  const down = new Error('down');
  const failing: readonly (readonly [string, Resolver<number, number>])[] = [
    [
      'throws',
      () => {
        throw down;
      },
    ],
    ['rejects', () => Promise.reject(down)],
    ['errors', () => throwError(() => down)],
    ['gives a failed Future', () => Future.fail(down)],
    [
      'gives the Future of a task that throws',
      task(function* () {
        yield* Future.of(1);
        throw down;
      }),
    ],
  ];

  it.each(failing)('by way of: %s; fails every key with that very error', async (_name, resolve) => {
    const valueOf = batch(resolve);
    const results = await allSettled([valueOf(1), valueOf(2)]);
    expect(results).toEqual([
      { status: 'rejected', reason: down },
      { status: 'rejected', reason: down },
    ]);
    expect(results.every((result) => result.status === 'rejected' && result.reason === down)).toBe(true);
  });

  it('leaves the batch function in working order', () => {
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
      const heard = listen(nameOf(1));
      flush();
      expect(heard.values).toEqual(['user 1']);
    });
  });
});

describe('flush.succeed and flush.fail', () => {
  it('settle a key before the others', () => {
    runVirtual(({ flush, at }) => {
      const nameOf = batch((ids: readonly number[], given) => {
        given.succeed(1, 'early');
        return timer(10).pipe(map(() => namesOf(ids)));
      });
      const [early, late] = [listen(nameOf(1)), listen(nameOf(2))];
      at(1, () => expect([early.values, late.values]).toEqual([['early'], []]));
      flush();
      expect(late.values).toEqual(['user 2']);
    });
  });

  it('fail a key before the others, with the error as it is', () => {
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

  it('have the first word: what comes for the key later is ignored', () => {
    runVirtual(({ flush }) => {
      const nameOf = batch((ids: readonly number[], flush) => {
        flush.succeed(1, 'early');
        flush.succeed(1, 'again');
        flush.fail(1, new Error('too late'));
        return namesOf(ids);
      });
      const heard = listen(nameOf(1));
      flush();
      expect(heard).toMatchObject({ values: ['early'], errors: [] });
    });
  });

  it('are enough: a resolver may then answer nothing, complete empty, or promise nothing', async () => {
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

  it('leave the rest to a MissingResultError when the resolver ends without them', () => {
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

  it('leave the rest to the failure of the resolver', () => {
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

  it('take a key by its identity', () => {
    runVirtual(({ flush }) => {
      const valueOf = batch<{ id: number }, string>(
        (keys, flush) => {
          keys.forEach(({ id }) => flush.succeed({ id }, userName(id)));
        },
        { key: ({ id }) => id },
      );
      const heard = listen(valueOf({ id: 1 }));
      flush();
      expect(heard.values).toEqual(['user 1']);
    });
  });

  it('throw a TypeError that names a key which does not belong to the flush', () => {
    runVirtual(({ flush }) => {
      const heard = listen(batch<number, string>((_ids, given) => given.succeed(9, 'nobody'), { name: 'nameOf' })(1));
      flush();
      expect(heard.errors[0]).toBeInstanceOf(TypeError);
      expect(heard.errors).toMatchObject([
        { message: expect.stringMatching(/key 9 does not belong.*nameOf.*Its keys are 1\./) as string },
      ]);
    });
  });

  it('may be taken out of the flush, and called when it is long over', () => {
    runVirtual(({ flush }) => {
      let late: (() => void) | undefined;
      // eslint-disable-next-line @typescript-eslint/unbound-method -- that it may be is the point
      const nameOf = batch((ids: readonly number[], { succeed }) => {
        late = () => succeed(1, 'late');
        return namesOf(ids);
      });
      const heard = listen(nameOf(1));
      flush();
      late?.();
      expect(heard.values).toEqual(['user 1']);
    });
  });

  it('wake a task that then joins the next flush while this one is still in the air', () => {
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
      const heard = listen(chained());
      flush();
      expect(heard.values).toEqual(['user 2']);
      expect(asked).toEqual([[2]]);
    });
  });
});

describe('an answer of the wrong length', () => {
  it.each([
    ['shorter', ['only one']],
    ['longer', ['one', 'two', 'three']],
    ['empty', []],
  ])('(%s) fails all keys with a BatchResultError naming batch, keys and what came', (_name, results) => {
    runVirtual(({ flush }) => {
      const nameOf = batch(() => results, { name: 'nameOf' });
      const heard = [listen(nameOf(1)), listen(nameOf(2))];
      flush();
      for (const { errors } of heard) {
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

  it('leaves what was settled early as it is', () => {
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

  it('is an Observable or async iterable that ends without a word', async () => {
    const silent = iterating(async function* () {
      // It yields nothing.
    });
    for (const resolve of [() => EMPTY, silent]) {
      await expect(batch<number, string>(resolve)(1)).rejects.toMatchObject({ code: 'SLUICE_BATCH_RESULT' });
    }
  });
});

describe('a resolver that does something to its keys', () => {
  const sorting: Resolver<number, string> = (ids) => namesOf((ids as number[]).sort());
  const emptying: Resolver<number, string> = (ids) => namesOf((ids as number[]).splice(0));

  it('puts them in another order, and answers in that, fails them: none has the value of another', () => {
    const heard = listen(allSettled([2, 1].map((id) => batch(sorting, { name: 'nameOf' })(id))));
    batchScheduler.flush();
    const sorted = batch(sorting, { name: 'nameOf' });
    const [second, first] = [listen(sorted(2)), listen(sorted(1))];
    batchScheduler.flush();
    expect(heard.values).toHaveLength(1);
    for (const { errors } of [second, first]) {
      expect(errors).toMatchObject([{ code: 'SLUICE_BATCH_RESULT', keys: [2, 1] }]);
      expect(String(errors[0])).toContain('into another order');
    }
  });

  it('takes them out one by one, has its answers all the same, and whoever listens sees the keys', () => {
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
