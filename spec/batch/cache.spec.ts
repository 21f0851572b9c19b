/**
 * `cache`, `prime`, `clear` and `clearAll`: the values that a batch function keeps, their lifetime, and what it never keeps.
 */
import { delay, map, of, timer, VirtualTimeScheduler } from 'rxjs';
import {
  batch,
  batchScheduler,
  BatchScheduler,
  allSettled,
  type BatchFunction,
  type CacheConfig,
  type CacheStore,
} from 'sluice';
import { listen, recorder, runVirtual, userName } from './virtual-run';

const caches: readonly (readonly [name: string, makeCache: () => CacheConfig])[] = [
  ['true', () => true],
  ['{ max }', () => ({ max: 100 })],
  ['{ max, ttl }', () => ({ max: 100, ttl: 1_000 })],
  ['a store', () => new Map()],
];

describe('without a cache', () => {
  it.each([
    ['left out', undefined],
    ['false', false],
  ] as const)('(%s) a key is asked for anew each time', (_name, cache) => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve, cache === undefined ? {} : { cache });
      nameOf(1).subscribe();
      flush();
      nameOf(1).subscribe();
      flush();
      expect(asked).toEqual([[1], [1]]);
    });
  });

  it('a key in flight is loaded again', () => {
    runVirtual(({ flush, at }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch((ids: readonly number[]) => of(resolve(ids)).pipe(delay(10)));
      nameOf(1).subscribe();
      at(5, () => void nameOf(1).subscribe());
      flush();
      expect(asked).toEqual([[1], [1]]);
    });
  });

  it('prime is a TypeError that names the option; clear and clearAll do nothing', () => {
    const nameOf = batch(recorder().resolve, { name: 'nameOf' });
    expect(() => nameOf.prime(1, 'one')).toThrow(TypeError);
    expect(() => nameOf.prime(1, 'one')).toThrow(/nameOf.*cache/);
    expect(() => nameOf.clear(1)).not.toThrow();
    expect(() => nameOf.clearAll()).not.toThrow();
  });
});

describe.each(caches)('with the cache %s', (_name, makeCache) => {
  it('loads a key once, and keeps its value', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve, { cache: makeCache() });
      const recordings = [1, 1, 1].map((id) => {
        const one = listen(nameOf(id));
        flush();
        return one.values;
      });
      expect(recordings).toEqual([['user 1'], ['user 1'], ['user 1']]);
      expect(asked).toEqual([[1]]);
    });
  });

  it('delivers a kept value synchronously, without a flush', () => {
    runVirtual(({ flush }) => {
      const nameOf = batch(recorder().resolve, { cache: makeCache() });
      nameOf(1).subscribe();
      flush();
      expect(listen(nameOf(1))).toMatchObject({ values: ['user 1'], isComplete: true });
    });
  });

  it('loads only keys that are not in the cache', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve, { cache: makeCache() });
      nameOf.many([1, 2]).subscribe();
      flush();
      const recording = listen(nameOf.many([1, 3, 2]));
      flush();
      expect(asked).toEqual([[1, 2], [3]]);
      expect(recording.values).toEqual([['user 1', 'user 3', 'user 2']]);
    });
  });

  it('simultaneous requests share a key in flight', () => {
    runVirtual(({ flush, at }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch((ids: readonly number[]) => of(resolve(ids)).pipe(delay(10)), { cache: makeCache() });
      nameOf(1).subscribe();
      let recording: ReturnType<typeof listen<string>> | undefined;
      at(5, () => (recording = listen(nameOf(1))));
      flush();
      expect(recording?.values).toEqual(['user 1']);
      expect(asked).toEqual([[1]]);
    });
  });

  it('keeps undefined, null, 0 and the empty string as values', () => {
    runVirtual(({ flush }) => {
      const values = [undefined, null, 0, ''];
      const resolve = jest.fn((keys: readonly number[]) => keys.map((key) => values[key]));
      const valueOf = batch(resolve, { cache: makeCache() });
      valueOf.many([0, 1, 2, 3]).subscribe();
      flush();
      const recording = listen(valueOf.many([0, 1, 2, 3]));
      flush();
      expect(recording.values).toEqual([values]);
      expect(resolve).toHaveBeenCalledTimes(1);
    });
  });

  it('keeps no failure: neither an Error element, nor an early failure, nor an error thrown by the resolver', () => {
    runVirtual(({ flush }) => {
      let attempt = 0;
      const valueOf = batch<number, string>(
        (ids, flush) => {
          if (++attempt === 1) throw new Error('thrown');
          if (attempt === 2) flush.fail(1, new Error('early'));
          return ids.map(() => (attempt === 3 ? new RangeError('element') : 'at last'));
        },
        { cache: makeCache() },
      );
      const recordings = [1, 2, 3, 4].map(() => {
        const one = listen(valueOf(1));
        flush();
        return [...one.errors, ...one.values];
      });
      expect(recordings).toEqual([
        [new Error('thrown')],
        [new Error('early')],
        [new RangeError('element')],
        ['at last'],
      ]);
    });
  });

  it('keeps no failure even during its delivery: a request at that moment loads anew', () => {
    runVirtual(({ flush }) => {
      let isDown = true;
      const nameOf = batch(
        (ids: readonly number[]) => (isDown ? ids.map(() => new Error('down')) : ids.map(userName)),
        {
          cache: makeCache(),
        },
      );
      let again: ReturnType<typeof listen<string>> | undefined;
      nameOf(1).subscribe({
        error: () => {
          isDown = false;
          again = listen(nameOf(1));
        },
      });
      flush();
      expect(again?.values).toEqual(['user 1']);
    });
  });

  it('fails all waiters of a key in flight, and loads the key anew afterwards', () => {
    runVirtual(({ flush, at }) => {
      const resolve = jest.fn((ids: readonly number[]) =>
        timer(10).pipe(map(() => ids.map((id) => new Error(`no ${id}`)))),
      );
      const nameOf = batch(resolve, { cache: makeCache() });
      const recordings = [listen(nameOf(1))];
      at(5, () => void recordings.push(listen(nameOf(1))));
      at(15, () => void recordings.push(listen(nameOf(1))));
      flush();
      expect(recordings.map(({ errors }) => errors)).toEqual([
        [new Error('no 1')],
        [new Error('no 1')],
        [new Error('no 1')],
      ]);
      expect(resolve).toHaveBeenCalledTimes(2);
    });
  });

  it('keeps a value that was settled early', () => {
    runVirtual(({ flush, at }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(
        (ids: readonly number[], flush) => {
          const names = resolve(ids);
          flush.succeed(1, 'early');
          return of(names).pipe(delay(10));
        },
        { cache: makeCache() },
      );
      nameOf.many([1, 2]).subscribe();
      at(5, () => expect(listen(nameOf(1)).values).toEqual(['early']));
      flush();
      expect(asked).toEqual([[1, 2]]);
    });
  });

  it('prime stores a value, whose key is not loaded', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve, { cache: makeCache() });
      nameOf.prime(1, 'primed');
      const recording = listen(nameOf.many([1, 2]));
      flush();
      expect(recording.values).toEqual([['primed', 'user 2']]);
      expect(asked).toEqual([[2]]);
    });
  });

  it('prime does nothing for a key that is kept, primed or in flight', () => {
    runVirtual(({ flush }) => {
      const nameOf = batch(recorder().resolve, { cache: makeCache() });
      nameOf(1).subscribe();
      nameOf.prime(2, 'primed');
      nameOf.prime(1, 'in its batch');
      nameOf.prime(2, 'primed again');
      flush();
      nameOf.prime(1, 'known');
      expect(listen(nameOf.many([1, 2])).values).toEqual([['user 1', 'primed']]);
    });
  });

  it('prime accepts undefined as a value, and refuses an Error', () => {
    const nameOf = batch<number, string | undefined>(() => [], { cache: makeCache() });
    nameOf.prime(1, undefined);
    expect(listen(nameOf(1)).values).toEqual([undefined]);
    expect(() => nameOf.prime(2, new Error('no') as never)).toThrow(TypeError);
  });

  it('prime after clear stores the new value', () => {
    const nameOf = batch(recorder().resolve, { cache: makeCache() });
    nameOf.prime(1, 'old');
    nameOf.clear(1);
    nameOf.prime(1, 'new');
    expect(listen(nameOf(1)).values).toEqual(['new']);
  });

  it('clear forgets one key, and clearAll forgets all keys', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve, { cache: makeCache() });
      const ask = (): void => {
        nameOf.many([1, 2]).subscribe();
        flush();
      };
      ask();
      nameOf.clear(1);
      ask();
      nameOf.clearAll();
      ask();
      expect(asked).toEqual([[1, 2], [1], [1, 2]]);
    });
  });

  it('clear during a flight prevents that its value is kept, and a later request loads anew', () => {
    runVirtual(({ flush, at }) => {
      let version = 0;
      const resolve = (ids: readonly number[]) => {
        const answer = `version ${++version}`;
        return timer(10).pipe(map(() => ids.map(() => answer)));
      };
      const textOf = batch(resolve, { cache: makeCache() });
      const before = listen(textOf(1));
      let after: ReturnType<typeof listen<string>> | undefined;
      at(5, () => {
        textOf.clear(1);
        after = listen(textOf(1));
      });
      flush();
      expect([before.values, after?.values]).toEqual([['version 1'], ['version 2']]);
      expect(listen(textOf(1)).values).toEqual(['version 2']);
    });
  });

  it('clearAll during a flight prevents that its value is kept', () => {
    runVirtual(({ flush, at }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch((ids: readonly number[]) => of(resolve(ids)).pipe(delay(10)), { cache: makeCache() });
      const recording = listen(nameOf(1));
      at(5, () => nameOf.clearAll());
      flush();
      nameOf(1).subscribe();
      flush();
      expect(recording.values).toEqual(['user 1']);
      expect(asked).toEqual([[1], [1]]);
    });
  });

  it('clear before the flush does not duplicate a key in the batch', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve, { cache: makeCache() });
      const before = listen(nameOf(1));
      nameOf.clear(1);
      const after = listen(nameOf(1));
      flush();
      expect(asked).toEqual([[1]]);
      expect([before.values, after.values]).toEqual([['user 1'], ['user 1']]);
    });
  });

  it('clear before the flush keeps the value of a key that is requested again', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve, { cache: makeCache() });
      nameOf(1).subscribe();
      nameOf.clear(1);
      nameOf(1).subscribe();
      flush();
      nameOf(1).subscribe();
      flush();
      expect(asked).toEqual([[1]]);
    });
  });

  it('keeps nothing of a key whose waiters have all unsubscribed, and loads it anew', () => {
    runVirtual(({ flush, at }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch((ids: readonly number[]) => of(resolve(ids)).pipe(delay(10)), { cache: makeCache() });
      const left = listen(nameOf(1));
      nameOf(2).subscribe();
      at(5, () => left.stop());
      let again: ReturnType<typeof listen<string>> | undefined;
      at(6, () => (again = listen(nameOf(1))));
      flush();
      expect(again?.values).toEqual(['user 1']);
      expect(asked).toEqual([[1, 2], [1]]);
    });
  });

  it('keeps a shared key in flight while it has a waiter', () => {
    runVirtual(({ flush, at }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch((ids: readonly number[]) => of(resolve(ids)).pipe(delay(10)), { cache: makeCache() });
      const first = listen(nameOf(1));
      let second: ReturnType<typeof listen<string>> | undefined;
      at(3, () => (second = listen(nameOf(1))));
      at(5, () => first.stop());
      flush();
      expect([first.values, second?.values]).toEqual([[], ['user 1']]);
      expect(asked).toEqual([[1]]);
    });
  });
});

describe('clear without a key', () => {
  it.each<[string, readonly unknown[], string]>([
    ['clear()', [], 'undefined'],
    ['clear(undefined)', [undefined], 'undefined'],
    ['clear(null)', [null], 'null'],
  ])('%s is a TypeError that names clearAll, and clears nothing', async (_, args, got) => {
    const { asked, resolve } = recorder();
    const nameOf = batch(resolve, { name: 'nameOf', cache: true });
    await nameOf.many([1, 2]);
    expect(() => nameOf.clear(...(args as [number]))).toThrow(
      new TypeError(
        `batch "nameOf": expected the key of \`clear\` to be given; got ${got}. Call clearAll() to forget all keys.`,
      ),
    );
    await nameOf.many([1, 2]);
    expect(asked).toEqual([[1, 2]]);
  });

  it('is a TypeError also for a function without a cache, for which clearAll() does nothing', () => {
    const nameOf = batch(recorder().resolve);
    expect(() => nameOf.clear(undefined as never)).toThrow(TypeError);
    expect(() => nameOf.clearAll()).not.toThrow();
  });
});

it('clearAll() clears the keys of all partitions', async () => {
  const { asked, resolve } = recorder();
  const nameOf = batch(resolve, { cache: true, partition: (id) => id % 2 });
  await nameOf.many([1, 2]);
  nameOf.clearAll();
  await nameOf.many([1, 2]);
  expect(asked).toEqual([[1], [2], [1], [2]]);
});

describe('{ max }', () => {
  it('forgets the least recently used', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve, { cache: { max: 2 } });
      for (const id of [1, 2, 1, 3, 1, 2]) {
        nameOf(id).subscribe();
        flush();
      }
      expect(asked).toEqual([[1], [2], [3], [2]]);
    });
  });

  it.each([10_000_000_000, Number.MAX_SAFE_INTEGER])('of %p is a bound like any other', (max) => {
    const nameOf = batch(recorder().resolve, { cache: { max } });
    expect(nameOf(1).block()).toBe('user 1');
  });

  it('uses memory for kept values only: a cache for each of many tenants is small', () => {
    const nameOf = batch(recorder().resolve, { cache: { max: 100_000 }, partition: (id) => id });
    const bytesBefore = process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
    for (let id = 0; id < 200; id++) nameOf(id).block();
    const bytes = process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers - bytesBefore;
    expect(bytes / 200).toBeLessThan(100_000);
  });

  it('bounds the kept values, not the keys of a flush', () => {
    runVirtual(({ flush }) => {
      const recording = listen(batch(recorder().resolve, { cache: { max: 1 } }).many([1, 2, 3]));
      flush();
      expect(recording.values).toEqual([['user 1', 'user 2', 'user 3']]);
    });
  });
});

describe('{ ttl }', () => {
  it("loads anew after ttl ms of the scheduler's clock, counted from the result", () => {
    runVirtual(({ flush, at }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch((ids: readonly number[]) => of(resolve(ids)).pipe(delay(10)), { cache: { ttl: 100 } });
      const ask = (): void => void nameOf(1).subscribe();
      ask();
      at(50, ask);
      at(109, ask);
      at(110, () => expect(asked).toEqual([[1]]));
      at(112, ask);
      flush();
      expect(asked).toEqual([[1], [1]]);
    });
  });

  it('is not made longer by reading', () => {
    runVirtual(({ flush, at }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve, { cache: { ttl: 100 } });
      for (let ms = 0; ms <= 150; ms += 30) at(ms, () => void nameOf(1).subscribe());
      flush();
      expect(asked).toEqual([[1], [1]]);
    });
  });

  it('delivers a value or loads anew, also if the clock advances during the lookup', () => {
    const clock = new VirtualTimeScheduler();
    let now = 0;
    let step = 0;
    clock.now = () => (now += step);
    const nameOf = batch(recorder().resolve, { cache: { ttl: 10 }, scheduler: new BatchScheduler({ clock }) });
    nameOf(1).block();
    [now, step] = [9, 1];
    expect([nameOf(1).block(), nameOf(1).block(), nameOf(1).block()]).toEqual(['user 1', 'user 1', 'user 1']);
  });

  it('has expired for a value that was stored before the clock was set back', () => {
    const clock = new VirtualTimeScheduler();
    clock.frame = 1_000;
    const { asked, resolve } = recorder();
    const nameOf = batch(resolve, { cache: { ttl: 10 }, scheduler: new BatchScheduler({ clock }) });
    nameOf(1).block();
    clock.frame = 500;
    nameOf(1).block();
    expect(asked).toEqual([[1], [1]]);
  });

  it('applies to primed values', () => {
    runVirtual(({ flush, at }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve, { cache: { ttl: 100 } });
      nameOf.prime(1, 'primed');
      at(99, () => expect(listen(nameOf(1)).values).toEqual(['primed']));
      at(102, () => void nameOf(1).subscribe());
      flush();
      expect(asked).toEqual([[1]]);
    });
  });
});

describe('a store', () => {
  it('holds values by the identity of their keys, where its owner can see and change them', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const store = new Map<unknown, unknown>([['key 2', 'from before']]);
      const nameOf = batch(resolve, { cache: store, key: (id) => `key ${id}` });
      const recording = listen(nameOf.many([1, 2]));
      flush();
      expect(recording.values).toEqual([['user 1', 'from before']]);
      expect(store).toEqual(
        new Map([
          ['key 2', 'from before'],
          ['key 1', 'user 1'],
        ]),
      );
      store.clear();
      nameOf(2).subscribe();
      flush();
      expect(asked).toEqual([[1], [2]]);
    });
  });

  it('is emptied by clearAll, also before the first load', () => {
    const store = new Map<unknown, unknown>([[1, 'from before']]);
    batch(recorder().resolve, { cache: store }).clearAll();
    expect(store.size).toBe(0);
  });

  it('needs only the methods of a Map', () => {
    runVirtual(({ flush }) => {
      const map = new Map<unknown, unknown>();
      const store: CacheStore = {
        has: (identity) => map.has(identity),
        get: (identity) => map.get(identity),
        set: (identity, value) => map.set(identity, value),
        delete: (identity) => map.delete(identity),
        clear: () => map.clear(),
      };
      const nameOf = batch(recorder().resolve, { cache: store });
      nameOf(1).subscribe();
      flush();
      nameOf.prime(2, 'two');
      nameOf.clear(1);
      expect([...map]).toEqual([[2, 'two']]);
    });
  });
});

describe('a cache belongs to one scheduler', () => {
  it.each([
    ['true', true],
    ['{ max }', { max: 10 }],
  ] as const)('with %s', (_name, cache) => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve, { cache });
      const [here, there] = [new BatchScheduler(), new BatchScheduler()];
      here.schedule(() => nameOf.prime(1, 'here'));
      there.schedule(() => void nameOf(1).subscribe());
      flush();
      there.schedule(() => nameOf.clearAll());
      here.schedule(() => void nameOf(1).subscribe());
      flush();
      expect(asked).toEqual([[1]]);
    });
  });
});

describe('a run of virtual time', () => {
  const ownCaches = caches.filter(([name]) => name !== 'a store');
  const untimed = caches.filter(([name]) => !name.includes('ttl'));
  const ask = (nameOf: BatchFunction<number, string>, id: number): void =>
    runVirtual(({ flush }) => {
      nameOf(id).subscribe();
      flush();
    });

  it.each(ownCaches)('forgets at its end what it has loaded, with the cache %s', async (_name, makeCache) => {
    const { asked, resolve } = recorder();
    const nameOf = batch(resolve, { cache: makeCache() });
    ask(nameOf, 1);
    ask(nameOf, 1);
    await nameOf(1);
    expect(asked).toEqual([[1], [1], [1]]);
  });

  it('forgets at its end what it has primed', () => {
    const { asked, resolve } = recorder();
    const nameOf = batch(resolve, { cache: true });
    runVirtual(() => nameOf.prime(1, 'primed'));
    ask(nameOf, 1);
    expect(asked).toEqual([[1]]);
  });

  it.each(untimed)('finds values that were loaded or primed in real time, with the cache %s', (_name, makeCache) => {
    const { asked, resolve } = recorder();
    const nameOf = batch(resolve, { cache: makeCache() });
    nameOf(1).block();
    nameOf.prime(2, 'primed');
    runVirtual(() => {
      nameOf.prime(2, 'primed again');
      expect(listen(nameOf.many([1, 2])).values).toEqual([['user 1', 'primed']]);
    });
    expect(asked).toEqual([[1]]);
  });

  it('does not find values of real time that have a ttl', () => {
    const { asked, resolve } = recorder();
    const nameOf = batch(resolve, { cache: { ttl: 10 } });
    nameOf(1).block();
    ask(nameOf, 1);
    nameOf(1).block();
    expect(asked).toEqual([[1], [1]]);
  });

  it('clear and clearAll also forget values of real time', () => {
    const { asked, resolve } = recorder();
    const nameOf = batch(resolve, { cache: true, partition: (id) => id % 2 });
    nameOf.many([1, 2, 3]).block();
    runVirtual(() => nameOf.clear(1));
    nameOf.many([1, 2, 3]).block();
    runVirtual(() => nameOf.clearAll());
    nameOf.many([1, 2, 3]).block();
    expect(asked.slice(2)).toEqual([[1], [1, 3], [2]]);
  });

  it('neither joins nor cancels a flight of real time', async () => {
    const { asked, resolve } = recorder();
    const nameOf = batch((ids: readonly number[]) => of(resolve(ids)).pipe(delay(1)), { cache: true });
    const inFlight = nameOf(1).start();
    batchScheduler.flush();
    ask(nameOf, 1);
    expect(asked).toEqual([[1], [1]]);
    const joined = nameOf(1).start();
    expect(await Promise.all([inFlight, joined])).toEqual(['user 1', 'user 1']);
    expect(asked).toHaveLength(2);
  });

  it('that is aborted leaves no key that could not be primed', () => {
    const nameOf = batch((ids: readonly number[]) => of(ids.map(userName)).pipe(delay(1)), { cache: true });
    const aborted = (): void =>
      runVirtual(() => {
        nameOf(1).subscribe();
        throw new Error('assertion');
      });
    expect(aborted).toThrow('assertion');
    nameOf.prime(1, 'primed');
    expect(nameOf(1).block()).toBe('primed');
  });
});

describe('requests that meet in one batch', () => {
  it('each get their own result: kept, failed or shared', () => {
    runVirtual(({ flush }) => {
      const resolve = jest.fn((ids: readonly number[]) =>
        ids.map((id) => (id === 13 ? new Error('unlucky') : userName(id))),
      );
      const nameOf = batch(resolve, { cache: true });
      nameOf.prime(1, 'primed');
      const recording = listen(allSettled([1, 2, 13, 2].map((id) => nameOf(id))));
      flush();
      expect(recording.values).toEqual([
        [
          { status: 'fulfilled', value: 'primed' },
          { status: 'fulfilled', value: 'user 2' },
          { status: 'rejected', reason: new Error('unlucky') },
          { status: 'fulfilled', value: 'user 2' },
        ],
      ]);
      expect(resolve).toHaveBeenCalledTimes(1);
    });
  });
});
