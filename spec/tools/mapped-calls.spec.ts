/**
 * `keys.map(f)` calls `f` with an index and the array as well: these extra arguments do not distinguish calls of `f`.
 */
import { all, batch, task } from 'sluice';
import { dedupe, memoizeLru, memoizePerInstance, retryTask } from 'sluice/tools';

/* eslint-disable @typescript-eslint/unbound-method -- methods are one kind of functions */
const computed = 'of';
let loads: unknown[] = [];
beforeEach(() => (loads = []));

const load = (key: string): number => loads.push(key);
const kinds: readonly (readonly [string, (key: string) => unknown])[] = [
  ['a plain function', load],
  ['an async function', async (key: string) => Promise.resolve(load(key))],
  // prettier-ignore
  ['an arrow function without parentheses', key => load(key)],
  [
    'a function expression',
    function (key: string) {
      return load(key);
    },
  ],
  [
    'a method',
    {
      of(key: string) {
        return load(key);
      },
    }.of,
  ],
  [
    'a method with a computed name',
    {
      [computed](key: string) {
        return load(key);
      },
    }.of,
  ],
  [
    'a generator function',
    function* (key: string) {
      return load(key);
    },
  ],
  [
    'a task',
    task(function* (key: string) {
      return load(key);
    }),
  ],
  ['a retried task', retryTask(load)],
  ['a deduped task', dedupe(load)],
  ['a batch function', batch((keys: readonly string[]) => keys.map(load))],
];

describe.each(kinds)('%s', (_, fn) => {
  it('through memoizeLru runs once for equal keys of a map', async () => {
    const memoized = memoizeLru(fn);
    await all(['a', 'a', 'b'].map(memoized));
    await all(['b', 'a'].map(memoized));
    await memoized('a');
    expect(loads).toEqual(['a', 'b']);
  });

  it('through memoizePerInstance runs once for equal keys of a map', async () => {
    const owner = { of: memoizePerInstance(fn) };
    await all(['b', 'a', 'b'].map(owner.of, owner));
    expect(loads).toEqual(['b', 'a']);
  });
});

it('dedupe runs once for equal keys of a map while the first call is running', async () => {
  const nameOf = batch((keys: readonly string[]) => keys.map(String));
  const deduped = dedupe(
    task(function* (key: string) {
      load(key);
      return yield* nameOf(key);
    }),
  );
  await all(['a', 'a', 'b'].map(deduped));
  expect(loads).toEqual(['a', 'b']);
});

it('clear of a key forgets a call made through a map', async () => {
  const memoized = memoizeLru(load);
  await all(['a'].map(memoized));
  memoized.clear('a');
  await all(['a'].map(memoized));
  expect(loads).toEqual(['a', 'a']);
});

it('a missing argument equals undefined for a function that cannot distinguish them', async () => {
  const two = memoizeLru((one: string, other?: string) => load(one + String(other)));
  const withDefault = memoizeLru((one: string, other = 'x') => load(one + String(other)));
  for (const memoized of [two, withDefault]) {
    await memoized('a');
    await memoized('a', undefined);
    await memoized('a', 'b');
  }
  expect(loads).toEqual(['aundefined', 'ab', 'ax', 'ab']);
});

describe('all arguments distinguish the calls of a function that can read them', () => {
  const callsOf = async (fn: (...args: unknown[]) => unknown): Promise<number> => {
    const memoized = memoizeLru(fn);
    for (const args of [[1], [1, 2], [1, undefined]]) await memoized(...args);
    return loads.length;
  };

  it.each([
    ['through rest parameters', (...args: unknown[]) => loads.push(args)],
    [
      'through rest parameters of a computed method',
      {
        [computed](...args: unknown[]) {
          return loads.push(args);
        },
      }['of'] as never,
    ],
    [
      'through `arguments`',
      function () {
        return loads.push(arguments.length);
      },
    ],
    ['because it is bound', ((...args: unknown[]) => loads.push(args)).bind(null)],
  ])('%s', async (_, fn) => {
    expect(await callsOf(fn)).toBe(3);
  });

  it('through a parameter with a default, if they are not undefined', async () => {
    expect(await callsOf((one: unknown, other: unknown = 0) => loads.push([one, other]))).toBe(2);
  });
});

it('block of a batch function does not take the index of a map for a time limit', () => {
  const doubled = batch((keys: readonly number[]) => keys.map((key) => key * 2));
  expect([0, 1, 2].map(doubled.block)).toEqual([0, 2, 4]);
});
