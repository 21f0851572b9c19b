/**
 * Keys that wait for each other fail with an error that names their cycle. Waits that only resemble a cycle continue.
 */
import { catchError, delay, map, of, race, timer } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import {
  all,
  AsyncValue,
  batch,
  batchMap,
  BatchScheduler,
  DeadlockError,
  task,
  type BatchConfig,
  type BatchFunction,
  type Future,
  type Resolver,
} from 'sluice';

type Numbers = BatchFunction<number, number>;

const failureOf = async (future: PromiseLike<unknown>): Promise<unknown> =>
  future.then(
    (value) => value,
    (error: unknown) => error,
  );

/** n!, by a task that requests (n - 1)! from the same function. */
function factorials(config: BatchConfig<number>): Numbers {
  const one = task(function* one(n: number): Generator<Future<number>, number, number> {
    return n === 0 ? 1 : n * (yield factorial(n - 1));
  });
  const factorial: Numbers = batch(
    task(function* (ns: readonly number[]): Generator<unknown, number[], never> {
      return yield* all(ns.map((n) => one(n)));
    }),
    { name: 'factorial', ...config },
  );
  return factorial;
}

/** Two functions, each of which requests its own keys from the other one. */
function pair(
  make: (other: () => Numbers) => (ns: readonly number[]) => PromiseLike<number[]>,
  config: BatchConfig<number>,
): Numbers {
  const here: Numbers = batch((ns: readonly number[]) => make(() => there)(ns), { name: 'here', ...config });
  const there: Numbers = batch((ns: readonly number[]) => make(() => here)(ns), { name: 'there', ...config });
  return here;
}

const byFuture = (other: () => Numbers) => (ns: readonly number[]) => other().many(ns);
const byPromise = (other: () => Numbers) => async (ns: readonly number[]) => Promise.all(ns.map((n) => other()(n)));
const byTask = (other: () => Numbers) =>
  task(function* (ns: readonly number[]): Generator<unknown, number[], never> {
    yield timer(1);
    return yield* other().many(ns);
  });

describe('keys that wait for each other', () => {
  const selfWaiting = (make: typeof byFuture | typeof byPromise | typeof byTask): Numbers => {
    const self: Numbers = batch((ns: readonly number[]) => make(() => self)(ns), { name: 'self', cache: true });
    return self;
  };

  const deadlocks: readonly (readonly [string, () => PromiseLike<unknown>, readonly RegExp[]])[] = [
    [
      'a key that needs itself, in a future',
      () => selfWaiting(byFuture)(1),
      [/"self", asked for 1, waits for key 1 of batch "self"/],
    ],
    [
      'a key that needs itself, in a promise',
      () => selfWaiting(byPromise)(1),
      [/"self", asked for 1, waits for key 1 of batch "self"/],
    ],
    [
      'a key that needs itself, in a task',
      () => selfWaiting(byTask)(1),
      [/"self", asked for 1, waits for key 1 of batch "self"/],
    ],
    ['two cached functions, by futures', () => pair(byFuture, { cache: true })(1), [/"here"/, /"there"/]],
    ['two cached functions, by promises', () => pair(byPromise, { cache: true })(1), [/"here"/, /"there"/]],
    ['two cached functions, by tasks', () => pair(byTask, { cache: true })(1), [/"here"/, /"there"/]],
    [
      'two functions with concurrency 1, by tasks',
      () => pair(byTask, { concurrency: 1 })(1),
      [/"here", which cannot be flushed because of its concurrency/],
    ],
    ['two functions with concurrency 1, by promises', () => pair(byPromise, { concurrency: 1 })(1), [/concurrency/]],
    [
      'keys of one flush, cached',
      () => factorials({ cache: true }).many([3, 2]),
      [/"factorial", asked for 3, 2, waits for key 2/],
    ],
    [
      'concurrency 1',
      () => factorials({ concurrency: 1 })(3),
      [/asked for 3, waits for key 2 of batch "factorial", which cannot/],
    ],
    ['concurrency 2', () => factorials({ concurrency: 2 })(4), [/asked for 3, waits for key 2/]],
    ['concurrency 1 of full batches', () => factorials({ concurrency: 1, maxSize: 1 }).many([3, 5]), [/concurrency/]],
    [
      'partitionConcurrency 1',
      () => factorials({ partitionConcurrency: 1, partition: (n) => n > 9 })(3),
      [/concurrency/],
    ],
  ];

  it.each(deadlocks)('fail with a DeadlockError that names them: %s', async (_, load, patterns) => {
    const error = await failureOf(load());
    expect(error).toBeInstanceOf(DeadlockError);
    for (const pattern of patterns) expect((error as Error).message).toMatch(pattern);
  });

  it('fail only the request that completes the cycle, and the resolver can handle that failure', async () => {
    const self: BatchFunction<number, unknown> = batch(
      task(function* (ns: readonly number[]) {
        try {
          return yield* self.many(ns);
        } catch (error) {
          return ns.map(() => (error as DeadlockError).code);
        }
      }),
      { cache: true },
    );
    expect(await self(1)).toBe('SLUICE_DEADLOCK');
  });

  it('fail also on a pinned scheduler, and under block', () => {
    const scheduler = new BatchScheduler();
    const pinned: Numbers = batch((ns: readonly number[]) => pinned.many(ns), {
      name: 'pinned',
      cache: true,
      scheduler,
    });
    expect(() => pinned(1).block()).toThrow(/batch "pinned", asked for 1, waits for key 1 of batch "pinned"/);
  });

  it('fail also when each function is pinned to a different scheduler', async () => {
    const [one, other] = [new BatchScheduler({ name: 'one' }), new BatchScheduler({ name: 'other' })];
    const here: Numbers = batch((ns: readonly number[]) => there.many(ns), {
      name: 'here',
      cache: true,
      scheduler: one,
    });
    const there: Numbers = batch((ns: readonly number[]) => here.many(ns), { name: 'there', scheduler: other });
    const error = await failureOf(here(1));
    expect(error).toBeInstanceOf(DeadlockError);
    expect((error as DeadlockError).cycle).toEqual([
      'batch "here", asked for 1, waits for key 1 of batch "there"',
      'batch "there", asked for 1, waits for key 1 of batch "here"',
    ]);
    expect(() => here(2).block()).toThrow(DeadlockError);
  });

  it('fail also when they are requested through Observables', async () => {
    const self: Numbers = batch((ns: readonly number[]) => self.many(ns).pipe(map((found) => found)), { cache: true });
    expect(await failureOf(self(1))).toBeInstanceOf(DeadlockError);
  });

  it('fail also under virtual time', () => {
    new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(({ expectObservable }) => {
      const self: Numbers = batch((ns: readonly number[]) => self.many(ns), { cache: true });
      const code = self(1).pipe(catchError((error: unknown) => of((error as DeadlockError).code)));
      expectObservable(code).toBe('(a|)', { a: 'SLUICE_DEADLOCK' });
    });
  });

  it('fail also after a window, a hold or a full batch', async () => {
    for (const config of [{ window: 5 }, { hold: 5 }, { maxSize: 1 }]) {
      expect(await failureOf(factorials({ concurrency: 1, ...config })(3))).toBeInstanceOf(DeadlockError);
    }
  });

  it('fail the innermost request, so that the resolvers of the cycle are not called again', async () => {
    let calls = 0;
    const here: Numbers = batch(
      async (ns: readonly number[]) => {
        calls++;
        return Promise.all(ns.map((n) => there(n)));
      },
      { concurrency: 1 },
    );
    const there: Numbers = batch(async (ns: readonly number[]) => Promise.all(ns.map((n) => here(n))), {
      concurrency: 1,
    });
    expect(await failureOf(here(1))).toBeInstanceOf(DeadlockError);
    expect(calls).toBe(1);
  });

  it('fail with an error that lists the functions and keys of the whole cycle', async () => {
    const names = ['a', 'b', 'c', 'd'];
    const functions: Numbers[] = names.map((name, i) =>
      batch((ns: readonly number[]) => functions[(i + 1) % names.length]?.many(ns) ?? of([]), { name, cache: true }),
    );
    const error = (await failureOf(functions[0]?.(7) ?? Promise.resolve())) as DeadlockError;
    expect(error.cycle).toEqual(
      names.map((name, i) => `batch "${name}", asked for 7, waits for key 7 of batch "${names[(i + 1) % 4] ?? ''}"`),
    );
  });

  it('leave no state behind: the same function loads later keys', async () => {
    const factorial = factorials({ cache: true });
    expect(await failureOf(factorial.many([3, 2]))).toBeInstanceOf(DeadlockError);
    expect(await factorial(4)).toBe(24);
  });

  it('do not fail unrelated keys in flight', async () => {
    const unrelated = batch((ns: readonly number[]) => of([...ns]).pipe(delay(20)));
    const [error, value] = await Promise.all([failureOf(factorials({ concurrency: 1 })(3)), failureOf(unrelated(1))]);
    expect(error).toBeInstanceOf(DeadlockError);
    expect(value).toBe(1);
  });
});

describe('a wait that only resembles a cycle ends with values:', () => {
  it('a resolver that settles keys early, for other keys of its flush', async () => {
    const factorial: Numbers = batch<number, number>(
      async (ns, flush) => {
        const settle = async (n: number): Promise<void> => {
          flush.succeed(n, n === 0 ? 1 : n * (await factorial(n - 1)));
        };
        await Promise.all(ns.map(settle));
      },
      { cache: true },
    );
    expect(await factorial.many([4, 3, 2])).toEqual([24, 6, 2]);
  });

  it('a function that requests keys of its own that are not in flight', async () => {
    expect(await factorials({})(5)).toBe(120);
    expect(await factorials({ cache: true })(5)).toBe(120);
    expect(await factorials({ concurrency: 6 })(5)).toBe(120);
  });

  it('a resolver that requests keys which are in flight for other callers', async () => {
    const row = batch((ids: readonly number[]) => of([...ids]).pipe(delay(10)), { cache: true, concurrency: 1 });
    const user = batch(async (ids: readonly number[]) => Promise.all(ids.map((id) => row(id))));
    expect(
      await Promise.all([
        row(1),
        timer(2)
          .pipe(batchMap(batch(async () => [await user(1)])))
          .forEach(() => undefined),
        row(2),
      ]),
    ).toEqual([1, undefined, 2]);
  });

  it('a resolver with a rest parameter that settles keys early', async () => {
    const factorial: Numbers = batch<number, number>(
      async (...[ns, flush]: Parameters<Resolver<number, number>>) => {
        await Promise.all(
          ns.map(async (n) => {
            flush.succeed(n, n === 0 ? 1 : n * (await factorial(n - 1)));
          }),
        );
      },
      { cache: true },
    );
    expect(await factorial.many([4, 3, 2])).toEqual([24, 6, 2]);
  });

  it('results that arrive key by key', async () => {
    const factorial: Numbers = batch(
      (ns: readonly number[]) => ns.map((n) => (n === 0 ? 1 : factorial(n - 1).pipe(map((rest) => n * rest)))),
      { cache: true },
    );
    expect(await factorial.many([4, 3, 2])).toEqual([24, 6, 2]);
  });

  it('a task that waits for its own key or for a timer, whichever comes first', async () => {
    const self: Numbers = batch(
      task(function* (ns: readonly number[]): Generator<unknown, number[], never> {
        yield race(self.many(ns), timer(5));
        return ns.map((n) => n);
      }),
      { cache: true },
    );
    expect(await self(3)).toBe(3);
  });

  it('a resolver that waits for its own key or for a value that is set from outside', async () => {
    const external = new AsyncValue<number>();
    const self: Numbers = batch(
      task(function* (ns: readonly number[]): Generator<unknown, number[], never> {
        const first = yield race(self.many(ns), external);
        return ns.map(() => first as number);
      }),
      { cache: true },
    );
    setTimeout(() => external.set(9), 5);
    expect(await self(3)).toBe(9);
  });

  it('a batch that waits for the slot of another flight', async () => {
    const slow = batch((ns: readonly number[]) => of([...ns]).pipe(delay(5)), { concurrency: 1 });
    const sum = batch(
      task(function* (ns: readonly number[]): Generator<unknown, number[], never> {
        return yield* all(ns.map((n) => slow(n)));
      }),
      { concurrency: 1, maxSize: 1 },
    );
    expect(await Promise.all([slow(1), sum(2), sum(3), slow(4)])).toEqual([1, 2, 3, 4]);
  });

  it('started work that waits for itself, next to keys in flight', async () => {
    const row = batch((ids: readonly number[]) => of([...ids]).pipe(delay(5)), { cache: true });
    const rows = batch(
      task(function* (ids: readonly number[]): Generator<unknown, number[], never> {
        return yield* all(ids.map((id) => row(id)));
      }),
    );
    const work: AsyncValue<unknown> = task(function* () {
      return yield* all([row(1), rows(1), work]);
    })().start();
    expect(await Promise.all([row(1), rows(1)])).toEqual([1, 1]);
    work.cancel();
    await failureOf(work);
  });

  it('keys that are requested in one long chain of tasks', async () => {
    const row = batch((ids: readonly number[]) => of([...ids]).pipe(delay(5)), { concurrency: 1 });
    const chain: (n: number) => Future<unknown> = task(function* (n: number): Generator<unknown, unknown, unknown> {
      return n === 0 ? 0 : yield all([row(n), chain(n - 1)]);
    });
    const chained = chain(5_000);
    const first = row(-1);
    expect(await Promise.all([first, chained])).toHaveLength(2);
  });
});
