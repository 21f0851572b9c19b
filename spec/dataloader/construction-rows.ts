/** The rows of the table about the constructor, its options, and the shape of a loader. */
import { identity, MUST_BE, outcomeOf, recordedLoader, type AnyDataLoader, type BehaviourRow } from './implementations';

/** The text of the error of a constructor; `made` if it makes a loader. */
const made = (loaderClass: AnyDataLoader, batchFunction?: unknown, options?: unknown): unknown =>
  outcomeOf(() => {
    new loaderClass(batchFunction, options);
    return 'made';
  });

/** The outcomes of a constructor for each of the values of an option. */
const madeWith = (loaderClass: AnyDataLoader, name: string, values: readonly unknown[]): unknown[] =>
  values.map((value) => made(loaderClass, identity, { [name]: value }));

const batchesOf = async (loaderClass: AnyDataLoader, options: unknown, keys: readonly number[]): Promise<unknown> => {
  const { loader, calls } = recordedLoader(loaderClass, options);
  await loader.loadMany(keys);
  return calls;
};

class BareMap {
  get(): void {}
}

export const constructionRows: readonly BehaviourRow[] = [
  {
    title: 'a missing or wrong batch function throws, with its text',
    run: (loaderClass) => [undefined, null, {}, 'x', 1].map((wrong) => made(loaderClass, wrong)),
    gives: ['undefined', 'null', '[object Object]', 'x', '1'].map((text) => `${MUST_BE}got: ${text}.`),
  },
  {
    title: 'a symbol as batch function throws the error of the platform',
    run: (loaderClass) => made(loaderClass, Symbol('x')),
    gives: 'TypeError: Cannot convert a Symbol value to a string',
  },
  {
    title: 'a call without new throws',
    run: (loaderClass) => outcomeOf(() => (loaderClass as unknown as (f: unknown) => unknown)(identity)),
    gives: "TypeError: Cannot set properties of undefined (setting '_batchLoadFn')",
  },
  {
    title: 'a constructor of ES5 calls it on its own object',
    run: async (loaderClass) => {
      function OwnLoader(this: object): void {
        (loaderClass as unknown as { call(target: object, f: unknown): void }).call(this, identity);
      }
      OwnLoader.prototype = Object.create(loaderClass.prototype as object) as object;
      const loader = new (OwnLoader as unknown as AnyDataLoader)();
      return [await loader.load(1), loader instanceof loaderClass];
    },
    gives: [1, true],
  },
  {
    title: 'the checks come in an order, and the first failure is thrown',
    run: (loaderClass) => {
      const wrong = { maxBatchSize: 0, batchScheduleFn: 1, cacheKeyFn: 1, cacheMap: {} };
      const others = { ...wrong, maxBatchSize: 1 };
      const fewer = { ...others, batchScheduleFn: undefined };
      const last = { ...fewer, cacheKeyFn: undefined };
      return [
        made(loaderClass, 1, wrong),
        ...[wrong, others, fewer, last].map((one) => made(loaderClass, identity, one)),
      ];
    },
    gives: [
      `${MUST_BE}got: 1.`,
      'TypeError: maxBatchSize must be a positive number: 0',
      'TypeError: batchScheduleFn must be a function: 1',
      'TypeError: cacheKeyFn must be a function: 1',
      'TypeError: Custom cacheMap missing methods: get, set, delete, clear',
    ],
  },
  {
    title: 'options are read once, in an order, also from a frozen object',
    run: (loaderClass) => {
      const reads: PropertyKey[] = [];
      const options = new Proxy(Object.freeze({ name: 'n', maxBatchSize: 2 }), {
        get(target, name) {
          reads.push(name);
          return Reflect.get(target, name) as unknown;
        },
      });
      new loaderClass(identity, options);
      return reads;
    },
    gives: ['batch', 'maxBatchSize', 'batchScheduleFn', 'cacheKeyFn', 'cache', 'cacheMap', 'name', 'name'],
  },
  {
    title: 'a later change of the options has no effect',
    run: async (loaderClass) => {
      const options = { maxBatchSize: 1, name: 'before' };
      const { loader, calls } = recordedLoader(loaderClass, options);
      Object.assign(options, { maxBatchSize: 9, name: 'after', cache: false });
      await loader.loadMany([1, 2, 1]);
      return [loader.name, calls];
    },
    gives: ['before', [[1], [2]]],
  },
  {
    title: 'options of other types and unknown options are accepted',
    run: (loaderClass) => [undefined, true, 5, 'x', { nope: 1 }, []].map((one) => made(loaderClass, identity, one)),
    gives: ['made', 'made', 'made', 'made', 'made', 'made'],
  },
  {
    title: 'options null, 0 and false are taken for a wrong size',
    run: (loaderClass) => [null, 0, false].map((one) => made(loaderClass, identity, one)),
    gives: ['null', '0', 'false'].map((text) => `TypeError: maxBatchSize must be a positive number: ${text}`),
  },
  {
    title: 'a wrong maxBatchSize throws',
    run: (loaderClass) => madeWith(loaderClass, 'maxBatchSize', [0, -1, '2', null, true, 0.5]),
    gives: ['0', '-1', '2', 'null', 'true', '0.5'].map(
      (text) => `TypeError: maxBatchSize must be a positive number: ${text}`,
    ),
  },
  {
    title: 'a maxBatchSize of NaN makes batches of one key, and 1.5 of two',
    run: async (loaderClass) => [
      await batchesOf(loaderClass, { maxBatchSize: NaN }, [1, 2, 3]),
      await batchesOf(loaderClass, { maxBatchSize: 1.5 }, [1, 2, 3, 4]),
    ],
    gives: [
      [[1], [2], [3]],
      [
        [1, 2],
        [3, 4],
      ],
    ],
  },
  {
    title: 'only `batch: false` makes batches of one key, and leaves maxBatchSize unchecked',
    run: async (loaderClass) => [
      await batchesOf(loaderClass, { batch: false, maxBatchSize: -1 }, [1, 2]),
      await batchesOf(loaderClass, { batch: 0 }, [1, 2]),
      await batchesOf(loaderClass, { batch: null }, [1, 2]),
    ],
    gives: [[[1], [2]], [[1, 2]], [[1, 2]]],
  },
  {
    title: 'a wrong batchScheduleFn or cacheKeyFn throws',
    run: (loaderClass) => [
      ...madeWith(loaderClass, 'batchScheduleFn', [null, 1, {}]),
      ...madeWith(loaderClass, 'cacheKeyFn', [null, 1, {}]),
    ],
    gives: ['batchScheduleFn', 'cacheKeyFn'].flatMap((name) =>
      ['null', '1', '[object Object]'].map((text) => `TypeError: ${name} must be a function: ${text}`),
    ),
  },
  {
    title: 'a cacheMap without some methods throws, with their names',
    run: (loaderClass) => madeWith(loaderClass, 'cacheMap', [{}, new BareMap(), new WeakMap(), 1, 'x']),
    gives: [
      'get, set, delete, clear',
      'set, delete, clear',
      'clear',
      'get, set, delete, clear',
      'get, set, delete, clear',
    ].map((names) => `TypeError: Custom cacheMap missing methods: ${names}`),
  },
  {
    title: 'a falsy cacheMap is no cache',
    run: async (loaderClass) => {
      const all = [null, 0, false, ''].map((cacheMap) => batchesOf(loaderClass, { cacheMap }, [1, 1]));
      return Promise.all(all);
    },
    gives: [[[1, 1]], [[1, 1]], [[1, 1]], [[1, 1]]],
  },
  {
    title: 'only `cache: false` is no cache, and leaves cacheMap unchecked',
    run: async (loaderClass) => [
      await batchesOf(loaderClass, { cache: false, cacheMap: {} }, [1, 1]),
      await batchesOf(loaderClass, { cache: 0 }, [1, 1]),
      await batchesOf(loaderClass, { cache: null }, [1, 1]),
    ],
    gives: [[[1, 1]], [[1]], [[1]]],
  },
  {
    title: 'a truthy name is kept as it is, another is null, and the property can be written',
    run: (loaderClass) => {
      const names = [undefined, null, '', 0, 'users', 7].map((name) => new loaderClass(identity, { name }).name);
      const loader = new loaderClass(identity);
      loader.name = 'later';
      return [...names, loader.name];
    },
    gives: [null, null, null, null, 'users', 7, 'later'],
  },
  {
    title: 'the fields and the JSON of a loader are those that tools read',
    run: (loaderClass) => {
      const loader = new loaderClass(identity);
      return [Object.keys(loader), JSON.stringify(loader), Object.isExtensible(loader), Object.isFrozen(loader)];
    },
    gives: [
      ['_batchLoadFn', '_maxBatchSize', '_batchScheduleFn', '_cacheKeyFn', '_cacheMap', '_batch', 'name'],
      '{"_maxBatchSize":null,"_cacheMap":{},"_batch":null,"name":null}',
      true,
      false,
    ],
  },
  {
    title: 'the open batch has the fields that tools read and extend',
    run: async (loaderClass) => {
      const { loader, calls } = recordedLoader(loaderClass);
      const promise = loader.load(1);
      const { _batch: batch } = loader as unknown as { _batch: { keys: unknown; hasDispatched: boolean } };
      Object.assign(batch, { spanLinks: [] });
      const before = [[...(batch.keys as unknown[])], batch.hasDispatched];
      await promise;
      return [before, batch.hasDispatched, calls];
    },
    gives: [[[1], false], true, [[1]]],
  },
  {
    title: 'a replaced batch function is called',
    run: async (loaderClass) => {
      const { loader } = recordedLoader(loaderClass);
      const patched = loader as unknown as { _batchLoadFn: (keys: readonly unknown[]) => Promise<unknown> };
      const original = patched._batchLoadFn.bind(loader);
      patched._batchLoadFn = async (keys) => [await original(keys)].flat().map((key) => `patched ${String(key)}`);
      return loader.load(1);
    },
    gives: 'patched 1',
  },
  {
    title: 'the methods are enumerable and writable properties of the prototype',
    run: (loaderClass) => {
      const prototype = loaderClass.prototype as unknown as Record<string, { length: number; name: string }>;
      const descriptors = Object.keys(prototype).map((name) => {
        const { enumerable, writable, configurable } = Object.getOwnPropertyDescriptor(prototype, name) ?? {};
        const method = prototype[name];
        return [name, method?.name, method?.length, enumerable, writable, configurable];
      });
      return [
        descriptors,
        loaderClass.length,
        loaderClass.name,
        Object.keys(loaderClass),
        prototype['constructor'] === (loaderClass as unknown),
      ];
    },
    gives: [
      [
        ['load', 'load', 1, true, true, true],
        ['loadMany', 'loadMany', 1, true, true, true],
        ['clear', 'clear', 1, true, true, true],
        ['clearAll', 'clearAll', 0, true, true, true],
        ['prime', 'prime', 2, true, true, true],
      ],
      2,
      'DataLoader',
      [],
      true,
    ],
  },
  {
    title: 'a detached method throws the error of the platform',
    run: (loaderClass) => {
      // eslint-disable-next-line @typescript-eslint/unbound-method -- a detached method is the misuse
      const { load, loadMany } = new loaderClass(identity);
      return [
        outcomeOf(() => load.call(undefined as never, 1)),
        outcomeOf(() => loadMany.call(undefined as never, [1])),
      ];
    },
    gives: [
      "TypeError: Cannot read properties of undefined (reading '_batch')",
      "TypeError: Cannot read properties of undefined (reading 'load')",
    ],
  },
  {
    title: 'the overrides of a subclass are called: load by loadMany, clear by a failed batch',
    run: async (loaderClass) => {
      const log: unknown[] = [];
      class Logging extends loaderClass {
        override load(key: unknown): Promise<unknown> {
          log.push(['load', key]);
          return super.load(key);
        }
        override clear(key: unknown): this {
          log.push(['clear', key]);
          super.clear(key);
          return this;
        }
      }
      const loader = new Logging(() => Promise.reject(new Error('failed')));
      await loader.loadMany([1, 2]);
      return log;
    },
    gives: [
      ['load', 1],
      ['load', 2],
      ['clear', 1],
      ['clear', 2],
    ],
  },
];
