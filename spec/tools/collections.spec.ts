/** Tools for collections: the keys of all items are loaded together, and results keep the order of the items. */
import { EMPTY, EmptyError, NEVER, of, timer } from 'rxjs';
import { all, batch, Future, task, type BatchFunction } from 'sluice';
import { filterBy, mapBy, maxBy, minBy, partitionBy, rejectBy, sortBy } from 'sluice/tools';
import { listen, recorder, runVirtual, userName } from '../batch/virtual-run';

/** A batch function that returns its keys, and the keys of each flush. */
function echo(): { readonly asked: readonly (readonly number[])[]; readonly ask: BatchFunction<number, number> } {
  const asked: (readonly number[])[] = [];
  const ask = batch((keys: readonly number[]) => {
    asked.push([...keys]);
    return keys;
  });
  return { asked, ask };
}

const identity = (n: number): Future<number> => Future.of(n);
const isOdd = (n: number): boolean => n % 2 === 1;

/** Each tool, with its result for no items. */
const tools: readonly (readonly [
  name: string,
  tool: (items: Iterable<number>, fn: (n: number) => Future<number>) => Future<unknown>,
  ofNothing: unknown,
])[] = [
  ['mapBy', mapBy, []],
  ['filterBy', (items, fn) => filterBy(items, fn), []],
  ['rejectBy', rejectBy, []],
  ['partitionBy', partitionBy, [[], []]],
  ['sortBy', (items, fn) => sortBy(items, fn), []],
  ['maxBy', maxBy, undefined],
  ['minBy', minBy, undefined],
];

describe.each(tools)('%s', (name, tool, ofNothing) => {
  it('calls its function once for each item, in one flush', async () => {
    const { asked, ask } = echo();
    await tool([3, 1, 2], ask);
    expect(asked).toEqual([[3, 1, 2]]);
  });

  it('shares a flush with other calls', async () => {
    const { asked, ask } = echo();
    await all([tool([3, 1], ask), tool([2], ask)]);
    expect(asked).toEqual([[3, 1, 2]]);
  });

  it('is cold: it calls its function at each subscription, and not before', async () => {
    const { asked, ask } = echo();
    const future = tool([3, 1, 2], ask);
    expect(asked).toEqual([]);
    expect(await future).toEqual(await future);
    expect(asked).toEqual([
      [3, 1, 2],
      [3, 1, 2],
    ]);
  });

  it('takes any iterable, and iterates over it once, at the call', async () => {
    const items = [3, 1, 2];
    const ofArray = tool(items, identity);
    const ofSet = tool(new Set(items), identity);
    const ofGenerator = tool(
      (function* () {
        yield* items;
      })(),
      identity,
    );
    const expected = await tool([3, 1, 2], identity);
    items.pop();
    expect(await ofArray).toEqual(expected);
    expect(await ofSet).toEqual(expected);
    expect([await ofGenerator, await ofGenerator]).toEqual([expected, expected]);
  });

  it('has its value at once for no items, and does not call its function', () => {
    const fn = jest.fn(identity);
    expect(tool([], fn).block()).toEqual(ofNothing);
    expect(fn).not.toHaveBeenCalled();
  });

  it('passes the item to its function, and no other argument', async () => {
    const fn = jest.fn(identity);
    await tool([7], fn);
    expect(fn.mock.calls).toEqual([[7]]);
  });

  it('fails with the first failure, and unsubscribes from the other items', () => {
    runVirtual(({ flush }) => {
      const ended: number[] = [];
      const recording = listen(
        tool(
          [1, 2, 3],
          task(function* (n: number) {
            try {
              yield timer(n * 10);
              if (n === 2) throw new RangeError('two');
              return n;
            } finally {
              ended.push(n);
            }
          }),
        ),
      );
      flush();
      expect(recording.errors).toEqual([new RangeError('two')]);
      expect(ended).toEqual([1, 2, 3]);
    });
  });

  it('fails, and does not throw, with an error that its function throws', () => {
    const broken = tool([1], () => {
      throw new RangeError('broken');
    });
    expect(() => broken.block()).toThrow(RangeError);
  });

  it('cancels the keys of its items when it is unsubscribed', () => {
    const { asked, ask } = echo();
    runVirtual(({ flush }) => {
      const recording = listen(tool([1, 2], ask));
      recording.stop();
      flush();
      expect(asked).toEqual([]);
    });
  });

  it('loads ten thousand items in one flush', async () => {
    const { asked, ask } = echo();
    await tool(
      Array.from({ length: 10_000 }, (_, index) => index),
      ask,
    );
    expect(asked.map(({ length }) => length)).toEqual([10_000]);
  });

  it('throws a TypeError at the call for items that are not iterable and for a wrong function', () => {
    const wrongItems: readonly unknown[] = [undefined, null, 5, {}, Future.of([1]), of(1), Promise.resolve([1])];
    for (const items of wrongItems) {
      expect(() => tool(items as number[], identity)).toThrow(TypeError);
      expect(() => tool(items as number[], identity)).toThrow(new RegExp(`^${name}: expected its items to be`));
    }
    for (const fn of [null, 5, 'name', {}]) {
      expect(() => tool([], fn as never)).toThrow(new RegExp(`^${name}: expected its function to be`));
    }
  });
});

describe('mapBy', () => {
  it('returns results in the order of the items, whatever the order of their arrival', () => {
    runVirtual(({ flush }) => {
      const recording = listen(mapBy([30, 10, 20], (ms) => timer(ms).pipe()));
      const names = listen(
        mapBy([30, 10, 20], function* (ms) {
          yield timer(ms);
          return userName(ms);
        }),
      );
      flush();
      expect(recording.values).toEqual([[0, 0, 0]]);
      expect(names.values).toEqual([['user 30', 'user 10', 'user 20']]);
    });
  });

  it('takes a task, a batch function, a plain function, an async function and a function that returns an Observable', async () => {
    const { resolve } = recorder();
    const expected = ['user 1', 'user 2'];
    expect(await mapBy([1, 2], task(userName))).toEqual(expected);
    expect(await mapBy([1, 2], batch(resolve))).toEqual(expected);
    expect(await mapBy([1, 2], userName)).toEqual(expected);
    expect(await mapBy([1, 2], async (id) => Promise.resolve(userName(id)))).toEqual(expected);
    expect(await mapBy([1, 2], (id) => of(userName(id)))).toEqual(expected);
  });

  it('requires a function', () => {
    expect(() => mapBy([1], undefined as never)).toThrow(TypeError);
  });

  it('refuses an async generator function', () => {
    expect(() =>
      mapBy([1], async function* () {
        yield await Promise.resolve(1);
      }),
    ).toThrow(/async generator/);
  });

  it('fails if an Observable completes without a value', () => {
    expect(() => mapBy([1], () => EMPTY).block()).toThrow(EmptyError);
  });

  it('fails if a batch function refuses its key', () => {
    const failing = mapBy([null as unknown as number], echo().ask);
    expect(() => failing.block()).toThrow(/expected its key to be given/);
  });

  it('waits for an item whose future never ends', () => {
    runVirtual(({ flush }) => {
      const recording = listen(mapBy([1, 2], (n) => (n === 1 ? NEVER : of(n))));
      flush();
      expect([recording.values, recording.isComplete]).toEqual([[], false]);
    });
  });
});

describe('filterBy, rejectBy and partitionBy', () => {
  it('separate the items that pass from the others, and keep their order', async () => {
    const ask = batch((ns: readonly number[]) => ns.map(isOdd));
    expect(await filterBy([3, 4, 1, 2], ask)).toEqual([3, 1]);
    expect(await rejectBy([3, 4, 1, 2], ask)).toEqual([4, 2]);
    expect(await partitionBy([3, 4, 1, 2], ask)).toEqual([
      [3, 1],
      [4, 2],
    ]);
  });

  it('treat truthy results as passing', async () => {
    const values = ['yes', '', 1, 0, {}, null, undefined, NaN];
    expect(await filterBy(values, (value) => Future.of(value))).toEqual(['yes', 1, {}]);
    expect(await filterBy(values)).toEqual(['yes', 1, {}]);
    expect(await rejectBy(values)).toEqual(['', 0, null, undefined, NaN]);
    expect(await partitionBy([0, 1])).toEqual([[1], [0]]);
  });
});

describe('sortBy', () => {
  const words = ['pear', 'fig', 'kiwi', 'nut'];

  it('sorts items by ascending keys, and keeps the order of equal keys', async () => {
    expect(await sortBy(words, (word) => word.length)).toEqual(['fig', 'nut', 'pear', 'kiwi']);
  });

  it('with `descending` sorts items by descending keys, and keeps the order of equal keys', async () => {
    expect(await sortBy(words, (word) => word.length, { descending: true })).toEqual(['pear', 'kiwi', 'fig', 'nut']);
  });

  it('without a function sorts items by themselves', async () => {
    expect(await sortBy([10, 9, 1])).toEqual([1, 9, 10]);
    expect(await sortBy(words, undefined, { descending: true })).toEqual(['pear', 'nut', 'kiwi', 'fig']);
  });

  it('does not change its array', async () => {
    const items = [2, 1];
    await sortBy(items);
    expect(items).toEqual([2, 1]);
  });

  it('compares numbers, strings, bigints, booleans and dates by value', async () => {
    const day = (n: number): Date => new Date(2026, 0, n);
    expect(await sortBy([10, 9, -Infinity])).toEqual([-Infinity, 9, 10]);
    expect(await sortBy(['b', 'B', 'a'])).toEqual(['B', 'a', 'b']);
    expect(await sortBy([10n, 9n])).toEqual([9n, 10n]);
    expect(await sortBy([true, false])).toEqual([false, true]);
    expect(await sortBy([day(2), day(1)])).toEqual([day(1), day(2)]);
  });

  it('compares arrays element by element, and a prefix comes first', async () => {
    const lists = [['b'], ['a', 2], ['a', 1], ['a']];
    expect(await sortBy(lists)).toEqual([['a'], ['a', 1], ['a', 2], ['b']]);
    expect(await sortBy(lists, (list) => list, { descending: true })).toEqual([['b'], ['a', 2], ['a', 1], ['a']]);
  });

  it('places missing keys last, ascending or descending', async () => {
    const keys = [undefined, 2, NaN, 1, null, 3];
    expect(await sortBy(keys)).toEqual([1, 2, 3, undefined, NaN, null]);
    expect(await sortBy(keys, (key) => key, { descending: true })).toEqual([3, 2, 1, undefined, NaN, null]);
    const invalid = new Date(NaN);
    expect(await sortBy([invalid, new Date(0)])).toEqual([new Date(0), invalid]);
  });

  it('refuses a wrong config, an unknown option and an option of the wrong type', () => {
    expect(() => sortBy([], undefined, null as never)).toThrow(
      'sortBy: expected its config to be an object of options',
    );
    expect(() => sortBy([], undefined, { ascending: true } as never)).toThrow('sortBy: unknown option "ascending"');
    expect(() => sortBy([], undefined, { descending: 1 as never })).toThrow(
      'sortBy: expected `descending` to be true or false',
    );
  });
});

describe('maxBy and minBy', () => {
  const words = ['fig', 'pear', 'kiwi', 'nut'];

  it('return the item with the greatest or the least key, the first among equal keys', async () => {
    expect(await maxBy(words, (word) => Future.of(word.length))).toBe('pear');
    expect(await minBy(words, (word) => Future.of(word.length))).toBe('fig');
  });

  it('without a function compare the items themselves', async () => {
    expect(await maxBy([2, 10, 9])).toBe(10);
    expect(await minBy([2, 10, 9])).toBe(2);
  });

  it('ignore missing keys, unless all keys are missing', async () => {
    expect(await maxBy([NaN, 1, 2, undefined])).toBe(2);
    expect(await minBy([null, 2, 1, undefined])).toBe(1);
    expect(await minBy([null, undefined])).toBeNull();
  });
});
