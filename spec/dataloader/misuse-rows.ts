/** The rows of the table about misuse: arguments of every type, and fields that other code replaces. */
import { runInNewContext } from 'node:vm';
import {
  identity,
  MUST_BE,
  nextTask,
  outcomeOf,
  recordedLoader,
  settled,
  type AnyDataLoader,
  type AnyLoader,
  type BehaviourRow,
  type Keys,
} from './implementations';

type Fields = Record<'_batchScheduleFn' | '_maxBatchSize' | '_cacheKeyFn' | '_cacheMap' | '_batch', unknown>;

/** The keys of the calls for two loads, of which the second comes after a field of the loader is replaced. */
async function callsAfter(
  loaderClass: AnyDataLoader,
  replaced: Partial<Fields>,
  [first, second]: readonly [unknown, unknown],
): Promise<unknown> {
  const { loader, calls } = recordedLoader(loaderClass);
  const pending = loader.load(first);
  Object.assign(loader, replaced);
  await Promise.all([pending, loader.load(second)]);
  return calls;
}

const failureOf = (loaderClass: AnyDataLoader, batchFunction: unknown): Promise<unknown> =>
  settled(new loaderClass(batchFunction).load(1));

const of = (value: unknown) => () => Promise.resolve(value);

/** What a load settles with, or `lost` if it does not within some tasks of the event loop. */
const orLost = (load: Promise<unknown>): Promise<unknown> =>
  Promise.race([
    load,
    nextTask()
      .then(nextTask)
      .then(() => 'lost'),
  ]);

const throwing = (name: PropertyKey, message: string, others: object = {}): object =>
  Object.defineProperty({ ...others }, name, {
    enumerable: true,
    get: () => {
      throw new Error(message);
    },
  });

class Batch {
  readonly keys: Keys = [];
}

const textless = Object.create(null) as unknown;
const NO_TEXT = 'TypeError: Cannot convert object to primitive value';
const NO_SYMBOL = 'TypeError: Cannot convert a Symbol value to a string';

const constructorRows: readonly BehaviourRow[] = [
  {
    title: 'names of every type are kept',
    run: (loaderClass) => [Symbol('x'), {}, true, -1].map((name) => String(new loaderClass(identity, { name }).name)),
    gives: ['Symbol(x)', '[object Object]', 'true', '-1'],
  },
  {
    title: 'a function as options has a name',
    run: (loaderClass) => new loaderClass(identity, function named() {}).name,
    gives: 'named',
  },
  {
    title: 'an option whose getter throws makes the constructor throw',
    run: (loaderClass) =>
      ['batch', 'maxBatchSize', 'batchScheduleFn', 'cacheKeyFn', 'cache', 'cacheMap', 'name'].map((name) =>
        outcomeOf(() => new loaderClass(identity, throwing(name, name))),
      ),
    gives: ['batch', 'maxBatchSize', 'batchScheduleFn', 'cacheKeyFn', 'cache', 'cacheMap', 'name'].map(
      (name) => `Error: ${name}`,
    ),
  },
  {
    title: 'a maxBatchSize that is no number has its text in the error, and a symbol that of the platform',
    run: (loaderClass) =>
      [1n, [1], new Number(2), -Infinity, Symbol('s'), textless].map((maxBatchSize) =>
        outcomeOf(() => new loaderClass(identity, { maxBatchSize })),
      ),
    gives: [
      ...['1', '1', '2', '-Infinity'].map((text) => `TypeError: maxBatchSize must be a positive number: ${text}`),
      NO_SYMBOL,
      NO_TEXT,
    ],
  },
  {
    title: 'a symbol as batchScheduleFn or cacheKeyFn throws the error of the platform',
    run: (loaderClass) =>
      ['batchScheduleFn', 'cacheKeyFn'].map((name) =>
        outcomeOf(() => new loaderClass(identity, { [name]: Symbol('s') })),
      ),
    gives: [NO_SYMBOL, NO_SYMBOL],
  },
  {
    title: 'a function with the methods of a cache is a cacheMap, and one without, an array and a symbol are not',
    run: (loaderClass) => {
      const methods = { get: identity, set: identity, delete: identity, clear: identity };
      return [Object.assign(() => 1, methods), () => 1, [], Symbol('s')].map((cacheMap) =>
        outcomeOf(() => {
          new loaderClass(identity, { cacheMap });
          return 'made';
        }),
      );
    },
    gives: [
      'made',
      ...Array.from({ length: 3 }, () => 'TypeError: Custom cacheMap missing methods: get, set, delete, clear'),
    ],
  },
  {
    title: 'Reflect.construct makes the fields on an object of another class',
    run: (loaderClass) => {
      const loader: unknown = Reflect.construct(loaderClass, [identity], Map);
      return [loader instanceof Map, loader instanceof loaderClass, Object.keys(Object(loader) as object).length];
    },
    gives: [true, false, 7],
  },
];

const methodRows: readonly BehaviourRow[] = [
  {
    title: 'detached clear, clearAll and prime throw the error of the platform',
    run: (loaderClass) => {
      // eslint-disable-next-line @typescript-eslint/unbound-method -- a detached method is the misuse
      const { clear, clearAll, prime } = new loaderClass(identity);
      return [clear, clearAll, prime].map((method) =>
        outcomeOf(() => {
          Reflect.apply(method, undefined, [1, 1]);
        }),
      );
    },
    gives: Array.from({ length: 3 }, () => "TypeError: Cannot read properties of undefined (reading '_cacheMap')"),
  },
  {
    title: 'the methods throw the error of the platform on an object that is no loader, or do nothing',
    run: (loaderClass) => {
      const methods = loaderClass.prototype as unknown as Record<string, () => unknown>;
      return ['load', 'loadMany', 'clear', 'clearAll', 'prime'].map((name) =>
        outcomeOf(() => String(Reflect.apply(methods[name] ?? fail, {}, [[1]]))),
      );
    },
    gives: [
      "TypeError: Cannot read properties of undefined (reading 'hasDispatched')",
      'TypeError: this.load is not a function',
      '[object Object]',
      '[object Object]',
      '[object Object]',
    ],
  },
  {
    title: 'a frozen loader throws the error of the platform',
    run: (loaderClass) => outcomeOf(() => void Object.freeze(new loaderClass(identity)).load(1)),
    gives: "TypeError: Cannot assign to read only property '_batch' of object '#<DataLoader>'",
  },
  {
    title: 'the key -0 is passed as -0',
    run: async (loaderClass) => {
      const { loader, calls } = recordedLoader(loaderClass);
      await loader.load(-0);
      return Object.is(calls[0]?.[0], -0);
    },
    gives: true,
  },
  {
    title: 'loadMany takes arguments, an inherited length, and elements with a getter',
    run: (loaderClass) => {
      const loader = new loaderClass(identity);
      const args = (
        function (): unknown {
          // eslint-disable-next-line prefer-rest-params -- an arguments object is what the row is about
          return arguments;
        } as (...keys: unknown[]) => unknown
      )(1, 2);
      const lists = [
        args,
        Object.create({ length: 0 }) as unknown,
        Object.defineProperty({ length: 1 }, 0, { get: () => 'g' }),
      ];
      return Promise.all(lists.map((keys) => loader.loadMany(keys)));
    },
    gives: [[1, 2], [], ['g']],
  },
  {
    title: 'loadMany refuses lengths that are no index, and an inherited last element',
    run: (loaderClass) =>
      [-1, NaN, 1.5, '1', Infinity]
        .map((length): object => ({ length, 0: 'a' }))
        .concat(Object.assign(Object.create({ 0: 'a' }) as object, { length: 1 }))
        .map((keys) => outcomeOf(() => void new loaderClass(identity).loadMany(keys))),
    gives: Array.from(
      { length: 6 },
      () => 'TypeError: The loader.loadMany() function must be called with Array<key> but got: [object Object].',
    ),
  },
  {
    title: 'loadMany throws the error of the platform for what has no text, and that of a getter',
    run: (loaderClass) =>
      [Symbol('s'), textless, throwing('length', 'no length')].map((keys) =>
        outcomeOf(() => void new loaderClass(identity).loadMany(keys)),
      ),
    gives: [NO_SYMBOL, NO_TEXT, 'Error: no length'],
  },
  {
    title: 'prime without a value keeps undefined, and takes thenables, loads and errors of another realm',
    run: async (loaderClass) => {
      const { loader, calls } = recordedLoader(loaderClass);
      const foreign = runInNewContext('new Error("foreign")') as unknown;
      const thenable = { then: (onValue: (value: unknown) => void) => onValue('of a thenable') };
      loader.prime(1).prime(2, thenable).prime(3, loader.load(30)).prime(4, foreign);
      const values = await loader.loadMany([1, 2, 3, 4]);
      return [values.slice(0, 3), values[3] === foreign, calls];
    },
    gives: [[undefined, 'of a thenable', 30], true, [[30]]],
  },
  {
    title: 'prime, clear and clearAll with too few or too many arguments return the loader',
    run: (loaderClass) => {
      const loader = new loaderClass(identity);
      const clearAll: (...args: unknown[]) => AnyLoader = loader.clearAll.bind(loader);
      return [loader.prime(), loader.clear(), clearAll(1, 2)].map((result) => result === loader);
    },
    gives: [true, true, true],
  },
  {
    title: 'an error of cacheMap is thrown by clear, clearAll and prime',
    run: (loaderClass) => {
      const cacheMap = { get: fail, set: fail, delete: fail, clear: fail };
      const loader = new loaderClass(identity, { cacheMap });
      return [() => loader.clear(1), () => loader.clearAll(), () => loader.prime(1, 1)].map(outcomeOf);
    },
    gives: ['Error: fails', 'Error: fails', 'Error: fails'],
  },
];

const batchFunctionRows: readonly BehaviourRow[] = [
  {
    title: 'a batch function may throw anything',
    run: (loaderClass) =>
      Promise.all(
        [undefined, null, 'text', 7, Symbol('s')].map((thrown) =>
          failureOf(loaderClass, () => {
            // eslint-disable-next-line @typescript-eslint/only-throw-error -- programs throw anything
            throw thrown;
          }),
        ),
      ),
    gives: ['undefined', 'null', 'text', '7', 'Symbol(s)'].map(
      (text) => `rejected ${MUST_BE}the function errored synchronously: ${text}.`,
    ),
  },
  {
    title: 'a class, a generator and an async generator are no batch functions',
    run: (loaderClass) =>
      Promise.all([Batch, function* () {}, async function* () {}].map((one) => failureOf(loaderClass, one))),
    gives: [
      `rejected ${MUST_BE}the function errored synchronously: TypeError: Class constructor Batch cannot be invoked without 'new'.`,
      `rejected ${MUST_BE}the function did not return a Promise: [object Generator].`,
      `rejected ${MUST_BE}the function did not return a Promise: [object AsyncGenerator].`,
    ],
  },
  {
    title: 'symbols and functions as results fail the loads, with their texts',
    run: (loaderClass) =>
      Promise.all(
        [() => Symbol('s'), of(Symbol('s')), () => isNaN, of(isNaN)].map((one) => failureOf(loaderClass, one)),
      ),
    gives: [
      `rejected ${MUST_BE}the function did not return a Promise: Symbol(s).`,
      `rejected ${MUST_BE}the function did not return a Promise of an Array: Symbol(s).`,
      `rejected ${MUST_BE}the function did not return a Promise: function isNaN() { [native code] }.`,
      `rejected ${MUST_BE}the function did not return a Promise of an Array: function isNaN() { [native code] }.`,
    ],
  },
  {
    title: 'a promise of an object without text fails the loads with the error of the platform',
    run: (loaderClass) => failureOf(loaderClass, of(textless)),
    gives: `rejected ${NO_TEXT}`,
  },
  {
    title: 'a function with a then is a promise',
    run: (loaderClass) =>
      failureOf(loaderClass, (keys: Keys) =>
        Object.assign(() => 1, { then: (onValue: (value: Keys) => unknown) => Promise.resolve(keys).then(onValue) }),
      ),
    gives: 1,
  },
  {
    title: 'results with surplus fail the loads, and a text is no array of results',
    run: async (loaderClass) => [await failureOf(loaderClass, of([1, 2])), await failureOf(loaderClass, of('a'))],
    gives: [
      `rejected ${MUST_BE}the function did not return a Promise of an Array of the same length as the Array of keys.` +
        '\n\nKeys:\n1\n\nValues:\n1,2',
      `rejected ${MUST_BE}the function did not return a Promise of an Array: a.`,
    ],
  },
  {
    title: 'a getter of the results that throws fails the loads that are not settled yet',
    run: async (loaderClass) => {
      const broken = throwing(1, 'second', { length: 2, 0: 'first' });
      const loader = new loaderClass(of(broken));
      return [
        await Promise.all([1, 2].map((key) => settled(loader.load(key)))),
        await failureOf(loaderClass, of(throwing('length', 'no length'))),
      ];
    },
    gives: [['first', 'rejected Error: second'], 'rejected Error: no length'],
  },
  {
    title: 'errors of subclasses fail their loads',
    run: (loaderClass) => {
      class NotFoundError extends Error {}
      const errors = [new NotFoundError('none'), new AggregateError([], 'all')];
      const loader = new loaderClass(of(errors));
      return Promise.all([1, 2].map((key) => settled(loader.load(key))));
    },
    gives: ['rejected NotFoundError: none', 'rejected AggregateError: all'],
  },
  {
    title: 'a batch function may clear its keys and load others',
    run: async (loaderClass) => {
      const { loader, calls } = recordedLoader(loaderClass, undefined, (keys) => {
        loader.clear(1);
        if (keys[0] === 1) void loader.load(5);
        return Promise.resolve(keys);
      });
      await loader.load(1);
      await nextTask();
      await loader.load(1);
      await nextTask();
      return calls;
    },
    gives: [[1], [5], [1]],
  },
  {
    title: 'a batch function that waits for its own key, and a batchScheduleFn that never calls back, lose the load',
    run: (loaderClass) => {
      const waiting: AnyLoader = new loaderClass((keys: Keys) => waiting.load(keys[0]));
      return Promise.all([
        orLost(waiting.load(1)),
        orLost(new loaderClass(identity, { batchScheduleFn: () => undefined }).load(1)),
      ]);
    },
    gives: ['lost', 'lost'],
  },
  {
    title: 'an error that is cleared is loaded again',
    run: async (loaderClass) => {
      const { loader } = recordedLoader(loaderClass, undefined, (_, call) =>
        Promise.resolve([new Error(`call ${String(call)}`)]),
      );
      return [await settled(loader.load(1)), await settled(loader.clear(1).load(1))];
    },
    gives: ['rejected Error: call 1', 'rejected Error: call 2'],
  },
];

const fieldRows: readonly BehaviourRow[] = [
  {
    title: 'replaced fields have their effect at once: the size, the key of the cache, the cache, the batch',
    run: (loaderClass) =>
      Promise.all([
        callsAfter(loaderClass, { _maxBatchSize: 1 }, [1, 2]),
        callsAfter(loaderClass, { _cacheKeyFn: () => 1 }, [1, 2]),
        callsAfter(loaderClass, { _cacheMap: null }, [1, 1]),
        callsAfter(loaderClass, { _cacheMap: new Map() }, [1, 1]),
        callsAfter(loaderClass, { _batch: null }, [1, 2]),
      ]),
    gives: [[[1], [2]], [[1]], [[1, 1]], [[1, 1]], [[1], [2]]],
  },
  {
    title: 'a replaced _batchScheduleFn schedules the next batch',
    run: async (loaderClass) => {
      const { loader, calls } = recordedLoader(loaderClass);
      const callbacks: unknown[] = [];
      Object.assign(loader, {
        _batchScheduleFn: (callback: () => void) => {
          callbacks.push(callback);
          setImmediate(callback);
        },
      });
      await loader.loadMany([1, 2]);
      return [callbacks.length, calls];
    },
    gives: [1, [[1, 2]]],
  },
];

function fail(): never {
  throw new Error('fails');
}

export const misuseRows: readonly BehaviourRow[] = [
  ...constructorRows,
  ...methodRows,
  ...batchFunctionRows,
  ...fieldRows,
];
