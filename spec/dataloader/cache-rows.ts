/** The rows of the table about the cache: `cacheMap`, `cacheKeyFn`, `prime`, `clear` and `clearAll`. */
import {
  deferred,
  identity,
  nextTask,
  outcomeOf,
  recordedLoader,
  settled,
  type BehaviourRow,
  type Keys,
} from './implementations';

/** A cache that logs the calls of its methods, and whether `this` is the cache. */
function loggingCache(log: unknown[]): object {
  const map = new Map<unknown, unknown>();
  const cache = {
    get(this: unknown, key: unknown) {
      log.push(['get', key, this === cache]);
      return map.get(key);
    },
    set(this: unknown, key: unknown, value: unknown) {
      log.push(['set', key, this === cache, value instanceof Promise]);
      map.set(key, value);
    },
    delete(this: unknown, key: unknown) {
      log.push(['delete', key, this === cache]);
      map.delete(key);
    },
    clear(this: unknown) {
      log.push(['clear', this === cache]);
      map.clear();
    },
  };
  return cache;
}

/** A cache whose one method is replaced. */
const cacheWith = (method: object): object =>
  Object.assign(
    { get: () => undefined, set: () => undefined, delete: () => undefined, clear: () => undefined },
    method,
  );

const fail = (): never => {
  throw new Error('cache');
};

export const cacheRows: readonly BehaviourRow[] = [
  {
    title: 'the methods of a cacheMap are called on it, with the key of the cache and a promise',
    run: async (loaderClass) => {
      const log: unknown[] = [];
      const { loader } = recordedLoader(loaderClass, {
        cacheMap: loggingCache(log),
        cacheKeyFn: (key: unknown) => `k${String(key)}`,
      });
      await loader.load(1);
      await loader.load(1);
      loader.prime(2, 'two').clear(1).clearAll();
      return log;
    },
    gives: [
      ['get', 'k1', true],
      ['set', 'k1', true, true],
      ['get', 'k1', true],
      ['get', 'k2', true],
      ['set', 'k2', true, true],
      ['delete', 'k1', true],
      ['clear', true],
    ],
  },
  {
    title: 'a plain truthy value of a cacheMap is a hit, and a falsy one a miss',
    run: async (loaderClass) => {
      const values: unknown[] = ['plain', 0, '', null, false];
      return Promise.all(
        values.map(async (value) => {
          const set: unknown[] = [];
          const cacheMap = cacheWith({ get: () => value, set: (key: unknown) => set.push(key) });
          const { loader } = recordedLoader(loaderClass, { cacheMap });
          loader.prime(2, 'two');
          return [await loader.load(1), set];
        }),
      );
    },
    gives: [['plain', []], ...Array.from({ length: 4 }, () => [1, [1]])],
  },
  {
    title: 'an asynchronous cacheMap always hits',
    run: async (loaderClass) => {
      const { loader, calls } = recordedLoader(loaderClass, {
        cacheMap: cacheWith({ get: () => Promise.resolve(undefined) }),
      });
      return [await loader.load(1), calls];
    },
    gives: [undefined, []],
  },
  {
    title: 'a get that throws makes load throw',
    run: async (loaderClass) => {
      const { loader, calls } = recordedLoader(loaderClass, { cacheMap: cacheWith({ get: fail }) });
      const thrown = outcomeOf(() => void loader.load(1));
      await nextTask();
      return [thrown, calls];
    },
    gives: ['Error: cache', []],
  },
  {
    title: 'a set that throws makes load throw, and the key is loaded',
    run: async (loaderClass) => {
      const { loader, calls } = recordedLoader(loaderClass, { cacheMap: cacheWith({ set: fail }) });
      const thrown = outcomeOf(() => void loader.load(1));
      await nextTask();
      return [thrown, calls];
    },
    gives: ['Error: cache', [[1]]],
  },
  {
    title:
      'cacheKeyFn is called on the loader, once for each load, prime and clear, and for each key of a failed batch',
    run: async (loaderClass) => {
      const log: unknown[] = [];
      const { loader } = recordedLoader(
        loaderClass,
        {
          cacheKeyFn(this: unknown, ...args: unknown[]) {
            log.push([this === loader, ...args]);
            return args[0];
          },
        },
        () => Promise.reject(new Error('failed')),
      );
      await settled(loader.load(1));
      loader.prime(2, 'two').clear(3);
      return log;
    },
    gives: [
      [true, 1],
      [true, 1],
      [true, 2],
      [true, 3],
    ],
  },
  {
    title: 'cacheKeyFn is not called without a cache',
    run: async (loaderClass) => {
      const { loader } = recordedLoader(loaderClass, { cache: false, cacheKeyFn: fail });
      return [await loader.load(1), loader.prime(1, 1).clear(1).clearAll() === loader];
    },
    gives: [1, true],
  },
  {
    title: 'an error of cacheKeyFn is thrown by load, prime and clear',
    run: (loaderClass) => {
      const { loader } = recordedLoader(loaderClass, { cacheKeyFn: fail });
      return [() => void loader.load(1), () => loader.prime(1, 1), () => loader.clear(1)].map(outcomeOf);
    },
    gives: ['Error: cache', 'Error: cache', 'Error: cache'],
  },
  {
    title: 'equal keys of the cache are one key, whose first object the batch function gets',
    run: async (loaderClass) => {
      const { loader, calls } = recordedLoader(loaderClass, { cacheKeyFn: ({ id }: { id: number }) => id });
      await Promise.all([loader.load({ id: 1, first: true }), loader.load({ id: 1, first: false })]);
      return calls;
    },
    gives: [[{ id: 1, first: true }]],
  },
  {
    title: 'a cacheKeyFn that returns undefined has one key',
    run: async (loaderClass) => {
      const { loader, calls } = recordedLoader(loaderClass, { cacheKeyFn: () => undefined });
      return [await loader.loadMany([1, 2]), calls];
    },
    gives: [[1, 1], [[1]]],
  },
  {
    title: 'an asynchronous cacheKeyFn never hits',
    run: async (loaderClass) => {
      const { loader, calls } = recordedLoader(loaderClass, { cacheKeyFn: (key: unknown) => Promise.resolve(key) });
      await loader.loadMany([1, 1]);
      return calls;
    },
    gives: [[1, 1]],
  },
  {
    title: 'prime keeps a value, unless the key is present or in flight, and returns the loader',
    run: async (loaderClass) => {
      const { loader, calls } = recordedLoader(loaderClass);
      const isLoader = loader.prime(1, 'primed') === loader;
      loader.prime(1, 'again');
      const pending = loader.load(2);
      loader.prime(2, 'late');
      return [isLoader, await loader.load(1), await pending, await loader.load(2), calls];
    },
    gives: [true, 'primed', 2, 2, [[2]]],
  },
  {
    title: 'prime keeps undefined, and takes keys that load refuses',
    run: async (loaderClass) => {
      const { loader, calls } = recordedLoader(loaderClass);
      loader.prime(1, undefined).prime(null, 'null').prime(undefined, 'undefined').clear(null).clear(undefined);
      return [await loader.load(1), calls];
    },
    gives: [undefined, []],
  },
  {
    title: 'prime of an Error makes loads of the key fail',
    run: async (loaderClass) => {
      const { loader, calls } = recordedLoader(loaderClass);
      loader.prime(1, new RangeError('primed'));
      return [await settled(loader.load(1)), await settled(loader.load(1)), calls];
    },
    gives: ['rejected RangeError: primed', 'rejected RangeError: primed', []],
  },
  {
    title: 'prime keeps a promise itself, and its rejection',
    run: async (loaderClass) => {
      const cacheMap = new Map<unknown, unknown>();
      const { loader, calls } = recordedLoader(loaderClass, { cacheMap });
      const promise = Promise.resolve('promised');
      loader.prime(1, promise).prime(2, Promise.reject(new Error('promised')));
      const isSame = cacheMap.get(1) === promise;
      return [isSame, await loader.load(1), await settled(loader.load(2)), await settled(loader.load(2)), calls];
    },
    gives: [true, 'promised', 'rejected Error: promised', 'rejected Error: promised', []],
  },
  {
    title: 'clear before the dispatch puts a reloaded key into the batch again',
    run: async (loaderClass) => {
      const { loader, calls } = recordedLoader(loaderClass);
      const first = loader.load(1);
      loader.clear(1);
      const second = loader.load(1);
      return [await first, await second, calls];
    },
    gives: [1, 1, [[1, 1]]],
  },
  {
    title: 'clear in flight starts a new flight, whose value the old flight does not replace',
    run: async (loaderClass) => {
      const flights: ReturnType<typeof deferred<Keys>>[] = [];
      const { loader, calls } = recordedLoader(loaderClass, undefined, () => {
        const flight = deferred<Keys>();
        flights.push(flight);
        return flight.promise;
      });
      const first = loader.load(1);
      await nextTask();
      loader.clear(1);
      const second = loader.load(1);
      await nextTask();
      flights[1]?.resolve(['new']);
      flights[0]?.resolve(['old']);
      return [await first, await second, await loader.load(1), calls];
    },
    gives: ['old', 'new', 'new', [[1], [1]]],
  },
  {
    title: 'clearAll forgets every key, and returns the loader',
    run: async (loaderClass) => {
      const { loader, calls } = recordedLoader(loaderClass);
      await loader.loadMany([1, 2]);
      const isLoader = loader.clearAll() === loader;
      await loader.loadMany([1, 2]);
      return [isLoader, calls];
    },
    gives: [
      true,
      [
        [1, 2],
        [1, 2],
      ],
    ],
  },
  {
    title: 'without a cache, prime and clear do nothing',
    run: async (loaderClass) => {
      const { loader, calls } = recordedLoader(loaderClass, { cache: false });
      loader.prime(1, 'primed').clear(1).clearAll();
      return [await loader.load(1), calls];
    },
    gives: [1, [[1]]],
  },
  {
    title: 'a failed batch deletes its keys from the cacheMap before its loads reject',
    run: async (loaderClass) => {
      const log: unknown[] = [];
      const cacheMap = cacheWith({ delete: (key: unknown) => log.push(['delete', key]) });
      const loader = new loaderClass(() => Promise.reject(new Error('failed')), { cacheMap });
      await Promise.all([1, 2].map((key) => loader.load(key).catch(() => log.push(['rejected', key]))));
      return log;
    },
    gives: [
      ['delete', 1],
      ['delete', 2],
      ['rejected', 1],
      ['rejected', 2],
    ],
  },
  {
    title: 'a Map is the cache of a loader without a cacheMap',
    run: async (loaderClass) => {
      const loader = new loaderClass(identity);
      await loader.load(1);
      const { _cacheMap: map } = loader as unknown as { _cacheMap: Map<unknown, Promise<unknown>> };
      return [map instanceof Map, await map.get(1)];
    },
    gives: [true, 1],
  },
];
