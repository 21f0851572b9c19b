/**
 * Promises, futures and Observables as results of single keys are awaited. As keys or cached values they are refused.
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

describe('a result that is a promise, a future or an Observable', () => {
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

  it.each(kinds)('is awaited in an array: %s', async (_, load) => {
    const nameOf = batch(((ids) => ids.map(load)) as Resolver<number, string>);
    expect(await all([nameOf(1), nameOf(2)])).toEqual(['user 1', 'user 2']);
  });

  it.each(kinds)('is awaited in a Map: %s', async (_, load) => {
    const nameOf = batch(((ids) => Promise.resolve(new Map(ids.map((id) => [id, load(id)])))) as Resolver<
      number,
      string
    >);
    expect(await all([nameOf(1), nameOf(2)])).toEqual(['user 1', 'user 2']);
  });

  it('does not delay the values and Errors next to it', () => {
    runVirtual(({ flush, at }) => {
      const nameOf = batch((ids: readonly number[]) =>
        ids.map((id) => (id === 1 ? 'at once' : id === 2 ? new Error('no 2') : of('late').pipe(delay(10)))),
      );
      const recordings = [1, 2, 3].map((id) => listen(nameOf(id)));
      at(5, () => {
        expect(recordings.map(({ values }) => values)).toEqual([['at once'], [], []]);
        expect(recordings[1]?.errors).toEqual([new Error('no 2')]);
      });
      flush();
      expect(recordings[2]?.values).toEqual(['late']);
    });
  });

  it('fails its key alone if it fails, and the failure is not kept', async () => {
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

  it('fails its key if its value is an Error', async () => {
    const nameOf = batch((ids: readonly number[]) => ids.map(async () => Promise.resolve(new Error('no'))));
    expect(await textOf(nameOf(1))).toBe('Error: no');
  });

  it('fails its key with an EmptyError if it completes without a value', async () => {
    const nameOf = batch((ids: readonly number[]) => ids.map((id) => (id === 1 ? EMPTY : of('there'))));
    const [one, two] = await allSettled([nameOf(1), nameOf(2)]);
    expect(one).toMatchObject({ status: 'rejected', reason: { name: 'EmptyError' } });
    expect(two).toMatchObject({ value: 'there' });
  });

  it('delivers its failure to the error handler of its key, and is no unhandled rejection', async () => {
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

  it('keeps the slot of its flight under concurrency until it arrives', () => {
    runVirtual(({ flush }) => {
      const began: number[] = [];
      const nameOf = batch(
        (ids: readonly number[]) => {
          began.push(batchScheduler.now());
          return ids.map((id) => of(id).pipe(delay(10)));
        },
        { concurrency: 1, maxSize: 1 },
      );
      const recordings = listen(nameOf.many([1, 2]));
      flush();
      expect(began).toEqual([0, 10]);
      expect(recordings.values).toEqual([[1, 2]]);
    });
  });

  it('is unsubscribed with the last waiter', () => {
    runVirtual(({ flush, at }) => {
      const source = new Subject<string>();
      const nameOf = batch((ids: readonly number[]) => ids.map(() => source));
      const recordings = listen(nameOf.many([1, 2]));
      at(5, () => {
        expect(source.observed).toBe(true);
        recordings.stop();
        expect(source.observed).toBe(false);
      });
      flush();
    });
  });

  it('is ignored if its key was settled early', async () => {
    const nameOf = batch<number, string>((ids, flush) => {
      flush.succeed(1, 'early');
      return ids.map((id) => (id === 1 ? throwError(() => new Error('late')) : of('late')));
    });
    expect(await all([nameOf(1), nameOf(2)])).toEqual(['early', 'late']);
  });

  it('lets keys of one flush depend on each other', async () => {
    const factorial: BatchFunction<number, number> = batch((ns: readonly number[]) => ns.map((n) => one(n)), {
      cache: true,
    });
    const one = task(function* one(n: number) {
      return n === 0 ? 1 : n * (yield* factorial(n - 1));
    });
    expect(await factorial.many([3, 2])).toEqual([6, 2]);
  });

  it('can be blocked on if it does not need the event loop', () => {
    expect(batch((ids: readonly number[]) => ids.map((id) => Future.of(userName(id))))(1).block()).toBe('user 1');
  });

  it('makes block throw, and name the batch in flight, if it needs the event loop', () => {
    const nameOf = batch((ids: readonly number[]) => ids.map(() => NEVER), { name: 'nameOf' });
    expect(() => nameOf(1).block()).toThrow(/batch "nameOf" in flight \(1 key\(s\): 1\)/);
  });

  it('is unsubscribed if another result of the flush cannot be read', () => {
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
      const recordings = listen(allSettled([nameOf(1), nameOf(2)]));
      flush();
      expect(recordings.values[0]).toMatchObject([
        { reason: new Error('a getter') },
        { reason: new Error('a getter') },
      ]);
      expect(source.observed).toBe(false);
    });
  });
});

describe('a value that has to be awaited', () => {
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

  it('is refused as the return value of a store, which must be synchronous', async () => {
    const resolve = jest.fn((ids: readonly number[]) => ids.map(userName));
    const methods = { set: () => undefined, delete: () => undefined, clear: () => undefined };
    const stores = [
      { ...methods, has: async () => Promise.resolve(false), get: async () => Promise.resolve(undefined) },
      { ...methods, has: async () => Promise.resolve(false), get: () => undefined },
      { ...methods, has: () => true, get: () => of(1) },
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
      'as a notification',
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
      'in a task',
      task(function* (ids: readonly number[], flush) {
        for (const id of ids) flush.succeed(id, 'early');
        yield timer(1);
        throw new TypeError('clean-up');
      } as (ids: readonly number[], flush: Parameters<Resolver<number, string>>[1]) => Generator<unknown, string[]>),
    ],
  ];

  it.each(failures)('is reported if all keys were settled early: %s', async (_, resolve) => {
    expect(await batch(resolve).many([1, 2])).toEqual(['early', 'early']);
    while (reported.length === 0) await new Promise((again) => setTimeout(again, 1));
    expect(reported).toEqual([new TypeError('clean-up')]);
  });

  it('is reported if the results cannot be matched, though all keys were settled early', () => {
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

  it('is not reported if a key receives it, or if all waiters have unsubscribed', () => {
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
        const recordings = listen(leaving(1));
        at(3, () => recordings.stop());
      });
      flush();
      expect(reported).toEqual([]);
    });
  });
});

it('a promise in a Map of another realm is awaited', async () => {
  const f = batch<number, string>(() => runInNewContext('new Map([[1, it]])', { it: Promise.resolve('one') }) as never);
  const seen: unknown[] = [];
  f(1).subscribe((value) => seen.push(value));
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(seen).toEqual(['one']);
});
