/** `keys.map(f)` calls `f` with an index and the array as well: that makes no other call of it. */
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
  ['an arrow without brackets', key => load(key)],
  [
    'a function of the old form',
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
  ['a task that is tried again', retryTask(load)],
  ['a deduped task', dedupe(load)],
  ['a batch function', batch((keys: readonly string[]) => keys.map(load))],
];

describe.each(kinds)('%s', (_, fn) => {
  it('is called once for equal keys of a map, through memoizeLru', async () => {
    const memoized = memoizeLru(fn);
    await all(['a', 'a', 'b'].map(memoized));
    await all(['b', 'a'].map(memoized));
    await memoized('a');
    expect(loads).toEqual(['a', 'b']);
  });

  it('is called once for equal keys of a map, through memoizePerInstance', async () => {
    const owner = { of: memoizePerInstance(fn) };
    await all(['b', 'a', 'b'].map(owner.of, owner));
    expect(loads).toEqual(['b', 'a']);
  });
});

it('equal keys of a map are one call through dedupe while it is on its way', async () => {
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

it('what a map has asked for is forgotten by its key', async () => {
  const memoized = memoizeLru(load);
  await all(['a'].map(memoized));
  memoized.clear('a');
  await all(['a'].map(memoized));
  expect(loads).toEqual(['a', 'a']);
});

it('a missing argument and undefined are the same to a function that cannot tell them', async () => {
  const two = memoizeLru((one: string, other?: string) => load(one + String(other)));
  const withDefault = memoizeLru((one: string, other = 'x') => load(one + String(other)));
  for (const memoized of [two, withDefault]) {
    await memoized('a');
    await memoized('a', undefined);
    await memoized('a', 'b');
  }
  expect(loads).toEqual(['aundefined', 'ab', 'ax', 'ab']);
});

describe('all arguments count for a function that may look at them', () => {
  const callsOf = async (fn: (...args: unknown[]) => unknown): Promise<number> => {
    const memoized = memoizeLru(fn);
    for (const args of [[1], [1, 2], [1, undefined]]) await memoized(...args);
    return loads.length;
  };

  it.each([
    ['by rest parameters', (...args: unknown[]) => loads.push(args)],
    [
      'by rest parameters of a computed method',
      {
        [computed](...args: unknown[]) {
          return loads.push(args);
        },
      }['of'] as never,
    ],
    [
      'by arguments',
      function () {
        return loads.push(arguments.length);
      },
    ],
    ['as it is bound', ((...args: unknown[]) => loads.push(args)).bind(null)],
  ])('%s', async (_, fn) => {
    expect(await callsOf(fn)).toBe(3);
  });

  it('by a default, as far as they are given', async () => {
    expect(await callsOf((one: unknown, other: unknown = 0) => loads.push([one, other]))).toBe(2);
  });
});

it('block of a batch function takes the index of a map for no time-out', () => {
  const doubled = batch((keys: readonly number[]) => keys.map((key) => key * 2));
  expect([0, 1, 2].map(doubled.block)).toEqual([0, 2, 4]);
});
