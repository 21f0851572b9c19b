/**
 * What a loader gains: results in a `Map`, windows, `hold`, cancelling, and `loader.batch`, the batch function beneath. With an
 * option of sluice, a batch function that takes the flush, or `loader.batch`, a scheduler dispatches the batches.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { all, batch, BatchScheduler, MissingResultError, ScopedValue, task, within, type Flush } from 'sluice';
import { DataLoader } from 'sluice/dataloader';
import { failureOf } from '../support/failure-of';
import { virtualScheduler } from '../support/virtual-time';

type Ids = readonly number[];

interface Names {
  readonly loader: DataLoader<number, string>;
  readonly calls: Ids[];
}

/** A loader of names, and the keys of each call. */
function names(options?: DataLoader.Options<number, string>): Names {
  const calls: Ids[] = [];
  const loader = new DataLoader<number, string>((ids) => {
    calls.push([...ids]);
    return Promise.resolve(ids.map((id) => `user ${String(id)}`));
  }, options);
  return { loader, calls };
}

const nextTask = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe.each([
  ['at the moment of dataloader', undefined],
  ['by a scheduler', { hold: 1 }],
])('results in a Map, dispatched %s', (_, options) => {
  it('are matched by key, in any order', async () => {
    const loader = new DataLoader(
      (ids: Ids) => Promise.resolve(new Map([...ids].reverse().map((id) => [id, id * 2]))),
      options,
    );
    expect(await loader.loadMany([1, 2, 3])).toEqual([2, 4, 6]);
  });

  it('are matched by the key of the cache, if keys are objects', async () => {
    const loader = new DataLoader<{ id: number }, string, number>(
      (keys) => Promise.resolve(new Map(keys.map(({ id }) => [id, `user ${String(id)}`]))),
      { ...options, cacheKeyFn: ({ id }) => id },
    );
    expect(await loader.loadMany([{ id: 1 }, { id: 2 }])).toEqual(['user 1', 'user 2']);
  });

  it('fail a key that is missing, and its error is in the place of loadMany', async () => {
    const loader = new DataLoader((ids: Ids) => Promise.resolve(new Map([[1, ids.length]])), {
      ...options,
      name: 'counts',
    });
    const [found, missing] = await loader.loadMany([1, 2]);
    expect(found).toBe(2);
    expect(missing).toBeInstanceOf(MissingResultError);
    expect(String(missing)).toContain('Batch "counts" ended without a result for key 2');
  });
});

describe.each([
  ['at the moment of dataloader', undefined],
  ['by a scheduler', { hold: 1 }],
])('callers that share a batch, dispatched %s', (_, options) => {
  it('go on in contexts of their own, by load and by loader.batch', async () => {
    const { loader, calls } = names(options);
    const language = new ScopedValue('none');
    const viaLoad = task(function* viaLoad(id: number) {
      const name = yield* task(() => loader.load(id))();
      return `${name} in ${language.get()}`;
    });
    const viaBatch = task(function* viaBatch(id: number) {
      return `${yield* loader.batch(id)} in ${language.get()}`;
    });
    const asked = [
      within(language.override('fr'), viaLoad(1)),
      within(language.override('de'), viaBatch(2)),
      viaLoad(3),
    ];
    expect(await Promise.all(asked)).toEqual(['user 1 in fr', 'user 2 in de', 'user 3 in none']);
    expect(calls.flat().sort()).toEqual([1, 2, 3]);
  });
});

describe('loader.batch', () => {
  it('shares a call with load, whichever comes first', async () => {
    const { loader, calls } = names();
    const loads = [loader.load(1), loader.batch(2).then(), loader.load(3)];
    expect(await Promise.all(loads)).toEqual(['user 1', 'user 2', 'user 3']);
    expect(calls).toEqual([[1, 2, 3]]);
  });

  it('has one key for a load and a future of the same key', async () => {
    const { loader, calls } = names();
    expect(await Promise.all([loader.load(1), loader.batch(1)])).toEqual(['user 1', 'user 1']);
    expect(await Promise.all([loader.batch(2), loader.load(2)])).toEqual(['user 2', 'user 2']);
    expect(calls).toEqual([[1], [2]]);
  });

  it('has the cache of the loader', async () => {
    const { loader, calls } = names();
    await loader.load(1);
    expect(await loader.batch(1)).toBe('user 1');
    await loader.batch(2);
    expect(await loader.load(2)).toBe('user 2');
    loader.prime(3, 'primed');
    loader.batch.prime(4, 'primed, too');
    expect(await all([loader.batch(3), loader.batch(4)])).toEqual(['primed', 'primed, too']);
    expect(await loader.loadMany([3, 4])).toEqual(['primed', 'primed, too']);
    expect(calls).toEqual([[1], [2]]);
  });

  it('forgets what the loader forgets, and the other way round', async () => {
    const { loader, calls } = names();
    await loader.batch(1);
    loader.clear(1);
    await loader.batch(1);
    loader.batch.clear(1);
    await loader.load(1);
    loader.clearAll();
    await loader.batch(1);
    loader.batch.clearAll();
    await loader.load(1);
    expect(calls).toEqual([[1], [1], [1], [1], [1]]);
  });

  it('waits for a primed promise, and for a flight that began before it was read', async () => {
    const { loader, calls } = names();
    loader.prime(
      1,
      nextTask().then(() => 'promised'),
    );
    const early = loader.load(2);
    await nextTask();
    expect(await all([loader.batch(1), loader.batch(2)])).toEqual(['promised', 'user 2']);
    expect(await early).toBe('user 2');
    expect(calls).toEqual([[2]]);
  });

  it('is waited for in tasks, which share calls with promises', async () => {
    const { loader, calls } = names({ name: 'names' });
    const greet = task(function* greet(id: number) {
      return `Hello ${yield* loader.batch(id)}`;
    });
    expect(await Promise.all([loader.load(2), greet(1)])).toEqual(['user 2', 'Hello user 1']);
    expect(calls).toEqual([[2, 1]]);
  });

  it('keeps no failure, while load keeps an Error in a place', async () => {
    let calls = 0;
    const loader = new DataLoader((ids: Ids) =>
      Promise.resolve(ids.map(() => new Error(`failure ${String(++calls)}`))),
    );
    expect(String(await failureOf(loader.batch(1)))).toBe('Error: failure 1');
    expect(String(await failureOf(loader.load(1)))).toBe('Error: failure 2');
    expect(String(await failureOf(loader.load(1)))).toBe('Error: failure 2');
  });

  it('loads a key of a failed batch again', async () => {
    let calls = 0;
    const loader = new DataLoader(
      (ids: Ids) => (++calls === 1 ? Promise.reject(new Error('down')) : Promise.resolve(ids)),
      { hold: 1 },
    );
    expect(String(await failureOf(loader.load(1)))).toBe('Error: down');
    expect(await loader.load(1)).toBe(1);
  });

  it('is one function, which is no enumerable property of the loader', () => {
    const { loader } = names();
    expect(loader.batch).toBe(loader.batch);
    expect(Object.keys(loader)).not.toContain('batch');
    expect(Object.keys(DataLoader.prototype as object)).not.toContain('batch');
  });

  it('is refused to a loader that schedules its own batches', () => {
    const { loader } = names({ batchScheduleFn: (callback) => setTimeout(callback, 5) });
    expect(() => loader.batch).toThrow('expected a loader without `batchScheduleFn`');
    expect(() => names({ batchScheduleFn: (callback) => setTimeout(callback, 5), window: 5 })).toThrow(
      'Use `window` (ms)',
    );
  });
});

describe('the flush of a batch function with two parameters', () => {
  it.each(['window', 'hold'])(
    'is passed to a function with rest parameters, whose number is unknown, by an option of sluice (%s: 0)',
    async (option) => {
      type Passed = Parameters<DataLoader.FlushLoadFn<number, string>>;
      const flushes: unknown[] = [];
      const loader = new DataLoader<number, string>(
        async (...passed: Passed) => {
          flushes.push(passed[1].signal);
          return Promise.resolve(passed[0].map(String));
        },
        { [option]: 0 },
      );
      expect(await loader.loadMany([1, 2])).toEqual(['1', '2']);
      expect(flushes).toEqual([expect.any(AbortSignal)]);
    },
  );

  it('settles single keys before the others', async () => {
    const loader = new DataLoader<number, string>(async (ids, flush) => {
      for (const id of ids) flush.succeed(id, `early ${String(id)}`);
      await nextTask();
      return ids.map(() => 'late');
    });
    expect(await loader.loadMany([1, 2])).toEqual(['early 1', 'early 2']);
  });

  it('has a signal that aborts when the last subscriber of a future unsubscribes', async () => {
    const signals: AbortSignal[] = [];
    const loader = new DataLoader<number, string>((ids, { signal }) => {
      signals.push(signal);
      return nextTask().then(() => ids.map(String));
    });
    const subscription = loader.batch(1).subscribe();
    await Promise.resolve();
    await new Promise((resolve) => process.nextTick(resolve));
    await new Promise((resolve) => process.nextTick(resolve));
    subscription.unsubscribe();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  it('has a signal that does not abort while a load waits', async () => {
    const signals: AbortSignal[] = [];
    const loader = new DataLoader<number, string>((ids, { signal }) => {
      signals.push(signal);
      return nextTask().then(() => ids.map(String));
    });
    const subscription = loader.batch(1).subscribe();
    const load = loader.load(1);
    await Promise.resolve();
    subscription.unsubscribe();
    expect(await load).toBe('1');
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  });

  it('is not passed to a function of one parameter', async () => {
    const lengths: number[] = [];
    function batchFunction(...args: [Ids]): Promise<Ids> {
      lengths.push(args.length);
      return Promise.resolve(args[0]);
    }
    await new DataLoader(batchFunction).load(1);
    expect(lengths).toEqual([1]);
  });
});

describe('the option signal', () => {
  it('fails pending and later loads with its reason, and aborts their flushes', async () => {
    const controller = new AbortController();
    const flushes: Flush<number, string>[] = [];
    const loader = new DataLoader<number, string>(
      (_, flush) => {
        flushes.push(flush);
        return new Promise(() => undefined);
      },
      { signal: controller.signal },
    );
    const pending = loader.load(1);
    await nextTask();
    const reason = new Error('the client has left');
    controller.abort(reason);
    expect(await failureOf(pending)).toBe(reason);
    expect(flushes.map(({ signal }) => signal.aborted)).toEqual([true]);
    expect(await failureOf(loader.load(2))).toBe(reason);
    expect(flushes).toHaveLength(1);
  });

  it('does not disturb loads that have settled', async () => {
    const controller = new AbortController();
    const { loader } = names({ signal: controller.signal });
    expect(await loader.load(1)).toBe('user 1');
    controller.abort();
    expect(String(await failureOf(loader.load(1)))).toContain('AbortError');
  });
});

describe('the options of sluice', () => {
  it('are checked, with their texts', () => {
    expect(() => names({ window: -1 })).toThrow('DataLoader: expected `window` to be a number of ms');
    expect(() => names({ hold: NaN })).toThrow('DataLoader: expected `hold` to be a number of ms');
    expect(() => names({ scheduler: {} } as never)).toThrow('DataLoader: expected `scheduler` to be a BatchScheduler');
    expect(() => names({ signal: {} as AbortSignal })).toThrow('DataLoader: expected `signal` to be an AbortSignal');
  });

  it('that are undefined are not used', async () => {
    const { loader, calls } = names({
      window: undefined,
      batchScheduleFn: (callback: () => void) => setTimeout(callback, 1),
    } as never);
    await loader.loadMany([1, 2]);
    expect(calls).toEqual([[1, 2]]);
  });

  it('gather the loads of a window in one call', () => {
    const { clock, scheduler } = virtualScheduler();
    const log: string[] = [];
    const loader = new DataLoader<number, number>(
      (ids) => {
        log.push(`${ids.join(',')} at ${String(clock.now())}`);
        return Promise.resolve(ids);
      },
      { window: 10, scheduler },
    );
    for (const [at, id] of [
      [0, 1],
      [9, 2],
      [11, 3],
    ] as const)
      clock.schedule(() => void loader.load(id), at);
    clock.flush();
    expect(log).toEqual(['1,2 at 10', '3 at 21']);
  });

  it('make batches of maxBatchSize, and one key of a repeated one without a cache', async () => {
    const { loader, calls } = names({ hold: 1, maxBatchSize: 2, cache: false });
    await loader.loadMany([1, 1, 2, 3]);
    expect(calls).toEqual([[1, 2], [3]]);
    await loader.load(1);
    expect(calls).toEqual([[1, 2], [3], [1]]);
  });

  it('dispatch on the scheduler of the caller of the constructor, or on the given one', async () => {
    const request = new BatchScheduler({ name: 'request' });
    const flushes: string[] = [];
    request.events$.subscribe(({ type, keys }) => flushes.push(`${type} ${keys.join(',')}`));
    const inside = request.run(() => names({ hold: 1 }));
    const given = names({ scheduler: request });
    await Promise.all([inside.loader.load(1), given.loader.load(2)]);
    expect(flushes.sort()).toEqual(['flush 1', 'flush 2', 'land 1', 'land 2']);
  });

  it('hold a batch for a task that still adds a key', async () => {
    const { loader, calls } = names({ hold: 1_000 });
    const late = task(function* late(id: number) {
      yield* batch(async (keys: Ids) => {
        await nextTask();
        return keys;
      })(id);
      return yield* loader.batch(id);
    });
    expect(await Promise.all([loader.load(1), late(2)])).toEqual(['user 1', 'user 2']);
    expect(calls).toEqual([[1, 2]]);
  });

  it('run the batch function in the store of the first load', async () => {
    const store = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const loader = new DataLoader<number, number>(
      async (ids) => {
        seen.push(store.getStore());
        await nextTask();
        seen.push(store.getStore());
        return ids;
      },
      { hold: 1 },
    );
    const load = (name: string, id: number): Promise<unknown> =>
      store.run(name, () => loader.load(id).then(() => store.getStore()));
    expect(await Promise.all([load('A', 1), load('B', 2)])).toEqual(['A', 'B']);
    expect(await load('C', 3)).toBe('C');
    expect(seen).toEqual(['A', 'A', 'C', 'C']);
  });

  it('find a batch function that waits for its own key, where dataloader waits for ever', async () => {
    const loader: DataLoader<number, number> = new DataLoader(
      async (ids: Ids) => {
        await loader.batch(ids[0] ?? 0);
        return ids;
      },
      { hold: 1 },
    );
    expect(String(await failureOf(loader.load(1)))).toContain('DeadlockError');
  });
});
