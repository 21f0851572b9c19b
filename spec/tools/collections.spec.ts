/** Tools for collections: all items are asked about together, and what comes is put back in order. */
import { EMPTY, EmptyError, NEVER, of, timer } from 'rxjs';
import { all, batch, Future, task, type BatchFunction } from 'sluice';
import { filterBy, mapBy, maxBy, minBy, partitionBy, rejectBy, sortBy } from 'sluice/tools';
import { listen, recorder, runVirtual, userName } from '../batch/virtual-run';

/** Answers with the key itself, and writes down what is asked in one flush. */
function echo(): { readonly asked: readonly (readonly number[])[]; readonly ask: BatchFunction<number, number> } {
  const asked: (readonly number[])[] = [];
  const ask = batch((keys: readonly number[]) => {
    asked.push([...keys]);
    return keys;
  });
  return { asked, ask };
}

const itself = (n: number): Future<number> => Future.of(n);
const isOdd = (n: number): boolean => n % 2 === 1;

/** Each tool, with what it makes of 3, 1, 2 and a function that gives the item itself or whether it is odd. */
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
  it('asks about all items together, in one flush, once each', async () => {
    const { asked, ask } = echo();
    await tool([3, 1, 2], ask);
    expect(asked).toEqual([[3, 1, 2]]);
  });

  it('shares the flush with others of its kind', async () => {
    const { asked, ask } = echo();
    await all([tool([3, 1], ask), tool([2], ask)]);
    expect(asked).toEqual([[3, 1, 2]]);
  });

  it('is cold: it asks for nobody, and anew for each who subscribes', async () => {
    const { asked, ask } = echo();
    const future = tool([3, 1, 2], ask);
    expect(asked).toEqual([]);
    expect(await future).toEqual(await future);
    expect(asked).toEqual([
      [3, 1, 2],
      [3, 1, 2],
    ]);
  });

  it('takes any iterable, and takes it once, when it is called', async () => {
    const items = [3, 1, 2];
    const ofArray = tool(items, itself);
    const ofSet = tool(new Set(items), itself);
    const ofGenerator = tool(
      (function* () {
        yield* items;
      })(),
      itself,
    );
    const expected = await tool([3, 1, 2], itself);
    items.pop();
    expect(await ofArray).toEqual(expected);
    expect(await ofSet).toEqual(expected);
    expect([await ofGenerator, await ofGenerator]).toEqual([expected, expected]);
  });

  it('has its value at once if there are no items, and calls nobody', () => {
    const fn = jest.fn(itself);
    expect(tool([], fn).block()).toEqual(ofNothing);
    expect(fn).not.toHaveBeenCalled();
  });

  it('hands the item over, and nothing else', async () => {
    const fn = jest.fn(itself);
    await tool([7], fn);
    expect(fn.mock.calls).toEqual([[7]]);
  });

  it('fails with the first failure, and unsubscribes from the rest', () => {
    runVirtual(({ flush }) => {
      const left: number[] = [];
      const heard = listen(
        tool(
          [1, 2, 3],
          task(function* (n: number) {
            try {
              yield timer(n * 10);
              if (n === 2) throw new RangeError('two');
              return n;
            } finally {
              left.push(n);
            }
          }),
        ),
      );
      flush();
      expect(heard.errors).toEqual([new RangeError('two')]);
      expect(left).toEqual([1, 2, 3]);
    });
  });

  it('fails, and does not throw, with what its function throws', () => {
    const broken = tool([1], () => {
      throw new RangeError('broken');
    });
    expect(() => broken.block()).toThrow(RangeError);
  });

  it('cancels what it asked for when it is unsubscribed', () => {
    const { asked, ask } = echo();
    runVirtual(({ flush }) => {
      const heard = listen(tool([1, 2], ask));
      heard.stop();
      flush();
      expect(asked).toEqual([]);
    });
  });

  it('asks about ten thousand items in one flush', async () => {
    const { asked, ask } = echo();
    await tool(
      Array.from({ length: 10_000 }, (_, index) => index),
      ask,
    );
    expect(asked.map(({ length }) => length)).toEqual([10_000]);
  });

  it('refuses what cannot be iterated over, and what is no function, at once', () => {
    const wrongItems: readonly unknown[] = [undefined, null, 5, {}, Future.of([1]), of(1), Promise.resolve([1])];
    for (const items of wrongItems) {
      expect(() => tool(items as number[], itself)).toThrow(TypeError);
      expect(() => tool(items as number[], itself)).toThrow(new RegExp(`^${name}: expected its items to be`));
    }
    for (const fn of [null, 5, 'name', {}]) {
      expect(() => tool([], fn as never)).toThrow(new RegExp(`^${name}: expected its function to be`));
    }
  });
});

describe('mapBy', () => {
  it('gives results in the order of the items, however late they come', () => {
    runVirtual(({ flush }) => {
      const heard = listen(mapBy([30, 10, 20], (ms) => timer(ms).pipe()));
      const names = listen(
        mapBy([30, 10, 20], function* (ms) {
          yield timer(ms);
          return userName(ms);
        }),
      );
      flush();
      expect(heard.values).toEqual([[0, 0, 0]]);
      expect(names.values).toEqual([['user 30', 'user 10', 'user 20']]);
    });
  });

  it('takes a task, a batch function, a plain function, an async one, and one that gives an Observable', async () => {
    const { resolve } = recorder();
    const expected = ['user 1', 'user 2'];
    expect(await mapBy([1, 2], task(userName))).toEqual(expected);
    expect(await mapBy([1, 2], batch(resolve))).toEqual(expected);
    expect(await mapBy([1, 2], userName)).toEqual(expected);
    expect(await mapBy([1, 2], async (id) => Promise.resolve(userName(id)))).toEqual(expected);
    expect(await mapBy([1, 2], (id) => of(userName(id)))).toEqual(expected);
  });

  it('cannot do without a function', () => {
    expect(() => mapBy([1], undefined as never)).toThrow(TypeError);
  });

  it('refuses an async generator function', () => {
    expect(() =>
      mapBy([1], async function* () {
        yield await Promise.resolve(1);
      }),
    ).toThrow(/async generator/);
  });

  it('fails if an Observable brings nothing', () => {
    expect(() => mapBy([1], () => EMPTY).block()).toThrow(EmptyError);
  });

  it('fails where a batch function refuses its key', () => {
    const failing = mapBy([null as unknown as number], echo().ask);
    expect(() => failing.block()).toThrow(/expected its key to be given/);
  });

  it('waits with whoever never comes', () => {
    runVirtual(({ flush }) => {
      const heard = listen(mapBy([1, 2], (n) => (n === 1 ? NEVER : of(n))));
      flush();
      expect([heard.values, heard.isComplete]).toEqual([[], false]);
    });
  });
});

describe('filterBy, rejectBy and partitionBy', () => {
  it('tell those that pass from those that do not, in their order', async () => {
    const ask = batch((ns: readonly number[]) => ns.map(isOdd));
    expect(await filterBy([3, 4, 1, 2], ask)).toEqual([3, 1]);
    expect(await rejectBy([3, 4, 1, 2], ask)).toEqual([4, 2]);
    expect(await partitionBy([3, 4, 1, 2], ask)).toEqual([
      [3, 1],
      [4, 2],
    ]);
  });

  it('take what is truthy for a yes', async () => {
    const answers = ['yes', '', 1, 0, {}, null, undefined, NaN];
    expect(await filterBy(answers, (answer) => Future.of(answer))).toEqual(['yes', 1, {}]);
    expect(await filterBy(answers)).toEqual(['yes', 1, {}]);
    expect(await rejectBy(answers)).toEqual(['', 0, null, undefined, NaN]);
    expect(await partitionBy([0, 1])).toEqual([[1], [0]]);
  });
});

describe('sortBy', () => {
  const words = ['pear', 'fig', 'kiwi', 'nut'];

  it('puts items in the order of their keys, the least first; those with equal keys keep their order', async () => {
    expect(await sortBy(words, (word) => word.length)).toEqual(['fig', 'nut', 'pear', 'kiwi']);
  });

  it('puts the greatest first if asked to; those with equal keys keep their order all the same', async () => {
    expect(await sortBy(words, (word) => word.length, { descending: true })).toEqual(['pear', 'kiwi', 'fig', 'nut']);
  });

  it('takes an item for its own key where there is no function', async () => {
    expect(await sortBy([10, 9, 1])).toEqual([1, 9, 10]);
    expect(await sortBy(words, undefined, { descending: true })).toEqual(['pear', 'nut', 'kiwi', 'fig']);
  });

  it('leaves the array it is given as it is', async () => {
    const items = [2, 1];
    await sortBy(items);
    expect(items).toEqual([2, 1]);
  });

  it('compares numbers, texts, bigints, booleans and dates as they are', async () => {
    const day = (n: number): Date => new Date(2026, 0, n);
    expect(await sortBy([10, 9, -Infinity])).toEqual([-Infinity, 9, 10]);
    expect(await sortBy(['b', 'B', 'a'])).toEqual(['B', 'a', 'b']);
    expect(await sortBy([10n, 9n])).toEqual([9n, 10n]);
    expect(await sortBy([true, false])).toEqual([false, true]);
    expect(await sortBy([day(2), day(1)])).toEqual([day(1), day(2)]);
  });

  it('compares lists place by place, and a shorter one comes first', async () => {
    const lists = [['b'], ['a', 2], ['a', 1], ['a']];
    expect(await sortBy(lists)).toEqual([['a'], ['a', 1], ['a', 2], ['b']]);
    expect(await sortBy(lists, (list) => list, { descending: true })).toEqual([['b'], ['a', 2], ['a', 1], ['a']]);
  });

  it('puts what is missing last, in whatever direction', async () => {
    const keys = [undefined, 2, NaN, 1, null, 3];
    expect(await sortBy(keys)).toEqual([1, 2, 3, undefined, NaN, null]);
    expect(await sortBy(keys, (key) => key, { descending: true })).toEqual([3, 2, 1, undefined, NaN, null]);
    const invalid = new Date(NaN);
    expect(await sortBy([invalid, new Date(0)])).toEqual([new Date(0), invalid]);
  });

  it('refuses a config that is none, an option that there is none of, and one of the wrong type', () => {
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

  it('give the item with the greatest key or the least, the first of equals', async () => {
    expect(await maxBy(words, (word) => Future.of(word.length))).toBe('pear');
    expect(await minBy(words, (word) => Future.of(word.length))).toBe('fig');
  });

  it('take an item for its own key where there is no function', async () => {
    expect(await maxBy([2, 10, 9])).toBe(10);
    expect(await minBy([2, 10, 9])).toBe(2);
  });

  it('pass over keys that are missing, unless there are no others', async () => {
    expect(await maxBy([NaN, 1, 2, undefined])).toBe(2);
    expect(await minBy([null, 2, 1, undefined])).toBe(1);
    expect(await minBy([null, undefined])).toBeNull();
  });
});
