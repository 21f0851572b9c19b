/** The rows of the table about keys, results and errors of `load`, `loadMany` and the batch function. */
import { runInNewContext } from 'node:vm';
import {
  identity,
  MUST_BE,
  nextTask,
  outcomeOf,
  recordedLoader,
  settled,
  textOfError,
  type AnyDataLoader,
  type BehaviourRow,
  type Keys,
} from './implementations';

const NOT_AN_ARRAY = `rejected ${MUST_BE}the function did not return a Promise of an Array: `;

/** What the loads of two keys settle with, and those of the same keys afterwards, with the number of calls. */
async function twice(loaderClass: AnyDataLoader, answer: (keys: Keys, call: number) => unknown): Promise<unknown> {
  const { loader, calls } = recordedLoader(loaderClass, undefined, answer);
  const first = await Promise.all([settled(loader.load(1)), settled(loader.load(2))]);
  const second = await Promise.all([settled(loader.load(1)), settled(loader.load(2))]);
  return [first, second, calls.length];
}

const of = (value: unknown) => () => Promise.resolve(value);

export const loadingRows: readonly BehaviourRow[] = [
  {
    title: 'load throws at once for a missing key',
    run: (loaderClass) => {
      const loader = new loaderClass(identity);
      return [
        outcomeOf(() => loader.load(null)),
        outcomeOf(() => loader.load(undefined)),
        outcomeOf(() => loader.load()),
      ];
    },
    gives: ['null', 'undefined', 'undefined'].map(
      (text) => `TypeError: The loader.load() function must be called with a value, but got: ${text}.`,
    ),
  },
  {
    title: 'falsy and odd keys are keys',
    run: async (loaderClass) => {
      const { loader, calls } = recordedLoader(loaderClass);
      const symbol = Symbol('key');
      const keys = [0, '', false, NaN, symbol, 1n];
      return [await Promise.all(keys.map((key) => loader.load(key))), calls.length].flat().map(String);
    },
    gives: ['0', '', 'false', 'NaN', 'Symbol(key)', '1', '1'],
  },
  {
    title: 'keys are equal as in a Map',
    run: async (loaderClass) => {
      const { loader, calls } = recordedLoader(loaderClass);
      await loader.loadMany([NaN, NaN, 0, -0, 1, '1', {}, {}]);
      return calls;
    },
    gives: [[NaN, 0, 1, '1', {}, {}]],
  },
  {
    title: 'loadMany throws at once for what is not array-like',
    run: (loaderClass) => {
      const loader = new loaderClass(identity);
      const wrong = [undefined, null, 1, 'ab', {}, new Set([1]), (): void => undefined, { length: 2, 0: 'a' }];
      return wrong.map((keys) => outcomeOf(() => void loader.loadMany(keys)));
    },
    gives: [
      'undefined',
      'null',
      '1',
      'ab',
      '[object Object]',
      '[object Set]',
      '() => undefined',
      '[object Object]',
    ].map((text) => `TypeError: The loader.loadMany() function must be called with Array<key> but got: ${text}.`),
  },
  {
    title: 'loadMany takes everything array-like',
    run: async (loaderClass) => {
      const loader = new loaderClass(identity);
      const all = [[1, 2], new Uint8Array([3, 4]), { length: 1, 0: 'x' }, { length: 0 }];
      return Promise.all(all.map((keys) => loader.loadMany(keys)));
    },
    gives: [[1, 2], [3, 4], ['x'], []],
  },
  {
    title: 'a hole among the keys of loadMany is a missing key',
    run: (loaderClass) => outcomeOf(() => void new loaderClass(identity).loadMany({ length: 2, 1: 'a' })),
    gives: 'TypeError: The loader.load() function must be called with a value, but got: undefined.',
  },
  {
    title: 'loadMany throws at once for a missing key, and loads the keys before it',
    run: async (loaderClass) => {
      const { loader, calls } = recordedLoader(loaderClass);
      const thrown = outcomeOf(() => void loader.loadMany([1, null]));
      await nextTask();
      return [thrown, calls];
    },
    gives: ['TypeError: The loader.load() function must be called with a value, but got: null.', [[1]]],
  },
  {
    title: 'loadMany of no keys schedules nothing',
    run: async (loaderClass) => {
      let scheduled = 0;
      const { loader, calls } = recordedLoader(loaderClass, { batchScheduleFn: () => scheduled++ });
      return [await loader.loadMany([]), scheduled, calls];
    },
    gives: [[], 0, []],
  },
  {
    title: 'loadMany fulfils with the reason in the place of each failed key',
    run: async (loaderClass) => {
      const error = new Error('bad');
      const byPlace = await new loaderClass((keys: Keys) =>
        Promise.resolve(keys.map((key) => (key === 2 ? error : key))),
      ).loadMany([1, 2, 2]);
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- programs reject with strings
      const ofBatch = await new loaderClass(() => Promise.reject('str')).loadMany([1, 2]);
      return [byPlace.map((one) => one === error), ofBatch];
    },
    gives: [
      [false, true, true],
      ['str', 'str'],
    ],
  },
  {
    title: 'each load returns a promise of its own, also for a repeated key',
    run: async (loaderClass) => {
      const loader = new loaderClass(identity);
      const promises = [loader.load(1), loader.load(1)];
      await Promise.all(promises);
      promises.push(loader.load(1));
      return [new Set(promises).size, promises.every((promise) => promise.constructor === Promise)];
    },
    gives: [3, true],
  },
  {
    title: 'a repeated key is one key of a batch with a cache, and two without',
    run: async (loaderClass) => {
      const cached = recordedLoader(loaderClass);
      const uncached = recordedLoader(loaderClass, { cache: false });
      return [
        await cached.loader.loadMany([1, 1]),
        cached.calls,
        await uncached.loader.loadMany([1, 1]),
        uncached.calls,
      ];
    },
    gives: [[1, 1], [[1]], [1, 1], [[1, 1]]],
  },
  {
    title: 'the batch function is called on the loader, with a new plain array as its only argument',
    run: async (loaderClass) => {
      const calls: unknown[] = [];
      const arrays = new Set<unknown>();
      function batchFunction(this: unknown, ...args: [Keys]): Promise<Keys> {
        const [keys] = args;
        calls.push([this === loader, args.length, Array.isArray(keys), Object.isFrozen(keys)]);
        arrays.add(keys);
        return Promise.resolve(keys);
      }
      const loader = new loaderClass(batchFunction);
      await loader.load(1);
      await loader.load(2);
      return [calls, arrays.size];
    },
    gives: [
      [
        [true, 1, true, false],
        [true, 1, true, false],
      ],
      2,
    ],
  },
  {
    title: 'a batch function may add to its keys and return them',
    run: (loaderClass) => {
      const loader = new loaderClass((keys: unknown[]) => Promise.resolve(keys.push('more') && keys));
      return loader.loadMany([1, 2]);
    },
    gives: [1, 2],
  },
  {
    title: 'a batch function that throws fails its loads, which are not cached',
    run: (loaderClass) =>
      twice(loaderClass, () => {
        throw new Error('boom');
      }),
    gives: [
      Array.from({ length: 2 }, () => `rejected ${MUST_BE}the function errored synchronously: Error: boom.`),
      Array.from({ length: 2 }, () => `rejected ${MUST_BE}the function errored synchronously: Error: boom.`),
      2,
    ],
  },
  {
    title: 'a batch function that returns no promise fails its loads, with the text of the result',
    run: async (loaderClass) => {
      const results = [undefined, null, 5, 'x', {}, ['a', 'b']];
      return Promise.all(results.map((result) => settled(new loaderClass(() => result).load(1))));
    },
    gives: ['undefined', 'null', '5', 'x', '[object Object]', 'a,b'].map(
      (text) => `rejected ${MUST_BE}the function did not return a Promise: ${text}.`,
    ),
  },
  {
    title: 'a promise of what is not array-like fails its loads, with the text of the result',
    run: async (loaderClass) => {
      const results = [undefined, null, 5, 'x', {}, new Set([1])];
      return Promise.all(results.map((result) => settled(new loaderClass(of(result)).load(1))));
    },
    gives: ['undefined', 'null', '5', 'x', '[object Object]', '[object Set]'].map((text) => `${NOT_AN_ARRAY}${text}.`),
  },
  {
    title: 'a wrong number of results fails the loads, with keys and values, and is not cached',
    run: (loaderClass) => twice(loaderClass, (keys) => Promise.resolve(keys.slice(1))),
    gives: Array.from({ length: 2 }, () =>
      Array.from(
        { length: 2 },
        () =>
          `rejected ${MUST_BE}the function did not return a Promise of an Array of the same length as the Array of keys.` +
          '\n\nKeys:\n1,2\n\nValues:\n2',
      ),
    ).concat(2 as never),
  },
  {
    title: 'keys without text in the error about the number of results fail with the error of the platform',
    run: (loaderClass) => settled(new loaderClass(of([])).load(Symbol('key'))),
    gives: 'rejected TypeError: Cannot convert a Symbol value to a string',
  },
  {
    title: 'typed arrays and objects with a length are results, and a sparse array with a hole at its end is not',
    run: async (loaderClass) => {
      const sparse = Object.assign([], { length: 2 });
      const results = [new Uint8Array([7, 8]), { length: 2, 0: 'a', 1: 'b' }, sparse];
      return Promise.all(
        results.map((result) => new loaderClass(of(result)).loadMany([1, 2]).then((all) => all.map(String))),
      );
    },
    gives: [['7', '8'], ['a', 'b'], Array.from({ length: 2 }, () => `${NOT_AN_ARRAY},.`.replace('rejected ', ''))],
  },
  {
    title: 'a batch that rejects fails its loads with the reason itself, and is not cached',
    run: async (loaderClass) => {
      const reasons = [new Error('down'), 'text', undefined];
      return Promise.all(
        reasons.map(async (reason) => {
          // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- programs reject with anything
          const { loader, calls } = recordedLoader(loaderClass, undefined, () => Promise.reject(reason));
          const [one, other] = await loader.loadMany([1, 2]);
          await loader.loadMany([1, 2]);
          return [one === reason, other === reason, calls];
        }),
      );
    },
    gives: Array.from({ length: 3 }, () => [
      true,
      true,
      [
        [1, 2],
        [1, 2],
      ],
    ]),
  },
  {
    title: 'an Error in a place fails that load alone, and stays cached',
    run: (loaderClass) =>
      twice(loaderClass, (keys) => Promise.resolve(keys.map((key) => (key === 1 ? new RangeError('one') : key)))),
    gives: [['rejected RangeError: one', 2], ['rejected RangeError: one', 2], 1],
  },
  {
    title: 'an error of another realm and an object like an error are values',
    run: async (loaderClass) => {
      const foreign = runInNewContext('new Error("foreign")') as unknown;
      const alike = { name: 'Error', message: 'alike' };
      const values = await new loaderClass(of([foreign, alike])).loadMany([1, 2]);
      return [values[0] === foreign, values[1] === alike];
    },
    gives: [true, true],
  },
  {
    title: 'a promise or thenable in a place is resolved, and its rejection stays cached',
    run: (loaderClass) =>
      twice(loaderClass, (keys) =>
        Promise.resolve(keys.map((key) => (key === 1 ? Promise.resolve('p') : Promise.reject(new Error('late'))))),
      ),
    gives: [['p', 'rejected Error: late'], ['p', 'rejected Error: late'], 1],
  },
  {
    title: 'undefined and null in a place are values',
    run: (loaderClass) => new loaderClass(of([undefined, null])).loadMany([1, 2]),
    gives: [undefined, null],
  },
  {
    title: 'a foreign thenable whose then returns a thenable with catch is a promise',
    run: async (loaderClass) => {
      const lazyQuery = (result: Promise<unknown>): unknown => ({
        then: (onValue: (value: unknown) => unknown) => result.then(onValue),
      });
      return [
        await settled(new loaderClass((keys: Keys) => lazyQuery(Promise.resolve(keys))).load(1)),
        await settled(new loaderClass(() => lazyQuery(Promise.reject(new Error('sql')))).load(1)),
      ];
    },
    gives: [1, 'rejected Error: sql'],
  },
  {
    title: 'a batch function that loads from another loader of its kind gets its batch',
    run: async (loaderClass) => {
      const inner = recordedLoader(loaderClass);
      const outer = new loaderClass((keys: Keys) => inner.loader.loadMany(keys.map((key) => `of ${String(key)}`)));
      return [await outer.loadMany([1, 2]), inner.calls];
    },
    gives: [['of 1', 'of 2'], [['of 1', 'of 2']]],
  },
  {
    title: 'an error is the same object for every load of a key',
    run: async (loaderClass) => {
      const loader = new loaderClass((keys: Keys) => Promise.resolve(keys.map(() => new Error('kept'))));
      const [one, two] = await loader.loadMany([1, 1]);
      const [three] = await loader.loadMany([1]);
      return [one === two, one === three, textOfError(one)];
    },
    gives: [true, true, 'Error: kept'],
  },
];
