/**
 * Promises, futures and Observables in the place of values: waited for where they are results, refused elsewhere.
 */
import { runInNewContext } from 'node:vm';
import { config, delay, EMPTY, NEVER, of, Subject, throwError, timer, map } from 'rxjs';
import {
  all,
  AsyncValue,
  batch,
  batchScheduler,
  Future,
  allSettled,
  task,
  type BatchFunction,
  type Resolver,
} from 'sluice';
import { listen, runVirtual, userName } from './virtual-run';

const textOf = async (future: PromiseLike<unknown>): Promise<string> => future.then(String, String);

describe('a result that has yet to arrive', () => {
  const kinds: readonly (readonly [string, (id: number) => unknown])[] = [
    ['a promise', async (id) => Promise.resolve(userName(id))],
    ['a thenable of another library', (id) => ({ then: (then: (value: string) => void) => then(userName(id)) })],
    ['a future', (id) => Future.of(userName(id))],
    [
      'a task',
      task(function* (id: number) {
        yield timer(1);
        return userName(id);
      }),
    ],
    ['an Observable', (id) => of('first', userName(id)).pipe(delay(1))],
    [
      'an AsyncValue',
      (id) => {
        const value = new AsyncValue<string>();
        setTimeout(() => value.set(userName(id)));
        return value;
      },
    ],
  ];

  it.each(kinds)('in an array is waited for: %s', async (_, load) => {
    const nameOf = batch(((ids) => ids.map(load)) as Resolver<number, string>);
    expect(await all([nameOf(1), nameOf(2)])).toEqual(['user 1', 'user 2']);
  });

  it.each(kinds)('in a Map is waited for: %s', async (_, load) => {
    const nameOf = batch(((ids) => Promise.resolve(new Map(ids.map((id) => [id, load(id)])))) as Resolver<
      number,
      string
    >);
    expect(await all([nameOf(1), nameOf(2)])).toEqual(['user 1', 'user 2']);
  });

  it('may stand beside values and Errors, which are there at once', () => {
    runVirtual(({ flush, at }) => {
      const nameOf = batch((ids: readonly number[]) =>
        ids.map((id) => (id === 1 ? 'at once' : id === 2 ? new Error('no 2') : of('late').pipe(delay(10)))),
      );
      const heard = [1, 2, 3].map((id) => listen(nameOf(id)));
      at(5, () => {
        expect(heard.map(({ values }) => values)).toEqual([['at once'], [], []]);
        expect(heard[1]?.errors).toEqual([new Error('no 2')]);
      });
      flush();
      expect(heard[2]?.values).toEqual(['late']);
    });
  });

  it('that fails fails its key alone, and is not kept', async () => {
    let calls = 0;
    const load = async (id: number): Promise<string> => {
      if (++calls === 1) throw new Error('busy');
      return Promise.resolve(userName(id));
    };
    const nameOf = batch(async (ids: readonly number[]) => Promise.resolve(ids.map(load)), { cache: true });
    expect(await Promise.all([nameOf(1), nameOf(2)].map(textOf))).toEqual(['Error: busy', 'user 2']);
    expect(await textOf(nameOf(1))).toBe('user 1');
    expect(calls).toBe(3);
  });

  it('that is an Error when it arrives fails its key', async () => {
    const nameOf = batch((ids: readonly number[]) => ids.map(async () => Promise.resolve(new Error('no'))));
    expect(await textOf(nameOf(1))).toBe('Error: no');
  });

  it('that completes without a value fails its key as Future.from does', async () => {
    const nameOf = batch((ids: readonly number[]) => ids.map((id) => (id === 1 ? EMPTY : of('there'))));
    const [one, two] = await allSettled([nameOf(1), nameOf(2)]);
    expect(one).toMatchObject({ status: 'rejected', reason: { name: 'EmptyError' } });
    expect(two).toMatchObject({ value: 'there' });
  });

  it('that fails reaches the error handler of its key, and is no unhandled rejection', async () => {
    const handled: unknown[] = [];
    const nameOf = batch((ids: readonly number[]) =>
      ids.map(async (id) => (id === 2 ? Promise.reject(new Error('of key 2')) : Promise.resolve('ok'))),
    );
    nameOf(1).subscribe();
    await new Promise<void>((resolve) =>
      nameOf(2).subscribe({ error: (error: unknown) => resolve(void handled.push(error)) }),
    );
    expect(handled).toEqual([new Error('of key 2')]);
  });

  it('holds its place under concurrency until it is there', () => {
    runVirtual(({ flush }) => {
      const began: number[] = [];
      const nameOf = batch(
        (ids: readonly number[]) => {
          began.push(batchScheduler.now());
          return ids.map((id) => of(id).pipe(delay(10)));
        },
        { concurrency: 1, maxSize: 1 },
      );
      const heard = listen(nameOf.many([1, 2]));
      flush();
      expect(began).toEqual([0, 10]);
      expect(heard.values).toEqual([[1, 2]]);
    });
  });

  it('is unsubscribed when the last waiter leaves', () => {
    runVirtual(({ flush, at }) => {
      const source = new Subject<string>();
      const nameOf = batch((ids: readonly number[]) => ids.map(() => source));
      const heard = listen(nameOf.many([1, 2]));
      at(5, () => {
        expect(source.observed).toBe(true);
        heard.stop();
        expect(source.observed).toBe(false);
      });
      flush();
    });
  });

  it('of a key that was settled early is ignored', async () => {
    const nameOf = batch<number, string>((ids, flush) => {
      flush.succeed(1, 'early');
      return ids.map((id) => (id === 1 ? throwError(() => new Error('late')) : of('late')));
    });
    expect(await all([nameOf(1), nameOf(2)])).toEqual(['early', 'late']);
  });

  it('lets keys of one flush need each other, key by key', async () => {
    const factorial: BatchFunction<number, number> = batch((ns: readonly number[]) => ns.map((n) => one(n)), {
      cache: true,
    });
    const one = task(function* one(n: number) {
      return n === 0 ? 1 : n * (yield* factorial(n - 1));
    });
    expect(await factorial.many([3, 2])).toEqual([6, 2]);
  });

  it('can be blocked on where it needs no event loop', () => {
    expect(batch((ids: readonly number[]) => ids.map((id) => Future.of(userName(id))))(1).block()).toBe('user 1');
  });

  it('is named by block where it needs the event loop', () => {
    const nameOf = batch((ids: readonly number[]) => ids.map(() => NEVER), { name: 'nameOf' });
    expect(() => nameOf(1).block()).toThrow(/batch "nameOf" in flight \(1 key\(s\): 1\)/);
  });

  it('is cancelled with the flush where another result cannot be read', () => {
    runVirtual(({ flush }) => {
      const source = new Subject<string>();
      const broken = (ids: readonly number[]): unknown[] =>
        Object.defineProperty([source, ...ids.slice(1)], 1, {
          get: () => {
            if (source.observed) throw new Error('a getter');
            return 'none';
          },
        });
      const nameOf = batch(broken as Resolver<number, string>);
      const heard = listen(allSettled([nameOf(1), nameOf(2)]));
      flush();
      expect(heard.values[0]).toMatchObject([{ reason: new Error('a getter') }, { reason: new Error('a getter') }]);
      expect(source.observed).toBe(false);
    });
  });
});

describe('what has yet to arrive', () => {
  const nameOf = batch((ids: readonly number[]) => ids.map(userName), { name: 'nameOf', cache: true });
  const later: readonly (readonly [string, unknown])[] = [
    ['a promise', Promise.resolve(1)],
    ['a future', nameOf(1)],
    ['an Observable', of(1)],
    ['an AsyncValue', new AsyncValue()],
    ['a thenable', { then: () => undefined }],
  ];

  it.each(later)('is refused as a key: %s', (_, key) => {
    const calls = [() => nameOf(key as number), () => nameOf.many([key as number]), () => nameOf.clear(key as number)];
    for (const call of calls)
      expect(call).toThrow(/batch "nameOf": expected its key to be a value, not something that/);
    expect(() => nameOf.prime(key as number, '')).toThrow(TypeError);
  });

  it.each(later)('is refused as a primed value: %s', (_, value) => {
    expect(() => nameOf.prime(1, value as string)).toThrow(/batch "nameOf": expected a primed value to be a value/);
  });

  it('is refused as the answer of a store, which must be synchronous', async () => {
    const resolve = jest.fn((ids: readonly number[]) => ids.map(userName));
    const calm = { set: () => undefined, delete: () => undefined, clear: () => undefined };
    const stores = [
      { ...calm, has: async () => Promise.resolve(false), get: async () => Promise.resolve(undefined) },
      { ...calm, has: async () => Promise.resolve(false), get: () => undefined },
      { ...calm, has: () => true, get: () => of(1) },
    ];
    for (const store of stores) {
      const stored = batch(resolve, { cache: store as unknown as Map<unknown, unknown> });
      await expect(stored(1)).rejects.toThrow(/The store must be synchronous/);
      await expect(stored(1)).rejects.toBeInstanceOf(TypeError);
    }
    const primed = batch(resolve, { cache: stores[0] as unknown as Map<unknown, unknown> });
    expect(() => primed.prime(1, 'one')).toThrow(/The store must be synchronous/);
    expect(resolve).not.toHaveBeenCalled();
  });
});

describe('a failure that no key receives', () => {
  const reported: unknown[] = [];
  beforeEach(() => {
    reported.length = 0;
    config.onUnhandledError = (error) => reported.push(error);
  });
  afterEach(() => {
    config.onUnhandledError = null;
  });

  const failures: readonly (readonly [string, Resolver<number, string>])[] = [
    [
      'thrown',
      (ids, flush) => {
        for (const id of ids) flush.succeed(id, 'early');
        throw new TypeError('clean-up');
      },
    ],
    [
      'rejected',
      async (ids, flush) => {
        for (const id of ids) flush.succeed(id, 'early');
        await Promise.resolve();
        throw new TypeError('clean-up');
      },
    ],
    [
      'emitted',
      (ids, flush) => {
        for (const id of ids) flush.succeed(id, 'early');
        return timer(1).pipe(
          map(() => {
            throw new TypeError('clean-up');
          }),
        );
      },
    ],
    [
      'of a task',
      task(function* (ids: readonly number[], flush) {
        for (const id of ids) flush.succeed(id, 'early');
        yield timer(1);
        throw new TypeError('clean-up');
      } as (ids: readonly number[], flush: Parameters<Resolver<number, string>>[1]) => Generator<unknown, string[]>),
    ],
  ];

  it.each(failures)('is reported where all keys were settled early: %s', async (_, resolve) => {
    expect(await batch(resolve).many([1, 2])).toEqual(['early', 'early']);
    while (reported.length === 0) await new Promise((again) => setTimeout(again, 1));
    expect(reported).toEqual([new TypeError('clean-up')]);
  });

  it('is reported where what a resolver gives cannot be matched, though all keys were settled', () => {
    runVirtual(({ flush }) => {
      const nameOf = batch<number, string>((ids, flush) => {
        for (const id of ids) flush.succeed(id, 'early');
        return [];
      });
      nameOf.many([1, 2]).subscribe();
      flush();
      expect(reported).toMatchObject([{ code: 'SLUICE_BATCH_RESULT' }]);
    });
  });

  it('is not reported where a key receives it, or all waiters had left', () => {
    runVirtual(({ flush, at }) => {
      const nameOf = batch<number, string>(async (ids, flush) => {
        if (ids.length > 1) flush.succeed(1, 'early');
        return Promise.reject(new Error('no'));
      });
      listen(nameOf.many([1, 2]));
      at(1, () => {
        const leaving = batch(() =>
          timer(5).pipe(
            map((): string[] => {
              throw new Error('late');
            }),
          ),
        );
        const heard = listen(leaving(1));
        at(3, () => heard.stop());
      });
      flush();
      expect(reported).toEqual([]);
    });
  });
});

it('is waited for in a Map of another realm as well', async () => {
  const f = batch<number, string>(() => runInNewContext('new Map([[1, it]])', { it: Promise.resolve('one') }) as never);
  const seen: unknown[] = [];
  f(1).subscribe((value) => seen.push(value));
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(seen).toEqual(['one']);
});
