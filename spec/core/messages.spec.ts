/**
 * Messages about common mistakes of new users: each message says what to do.
 */
import {
  all,
  batch,
  batchMap,
  BatchResultError,
  Future,
  allSettled,
  task,
  type BatchConfig,
  type Resolver,
} from 'sluice';

/** Passes a config as JavaScript code does, without a type check. */
const configured = (config: object): unknown =>
  batch((ids: readonly number[]) => [...ids], config as BatchConfig<number>);

function* answering(ids: readonly number[]): Generator<unknown, number[], unknown> {
  yield null;
  return ids.map((id) => id * 2);
}

describe('an unknown option of batch', () => {
  it.each([
    ['maxsize', 'maxSize'],
    ['maxBatchSize', 'maxSize'],
    ['Window', 'window'],
    ['concurency', 'concurrency'],
    ['cacheMap', 'cache'],
    ['keyFn', 'key'],
  ])('%s throws, and %s is suggested', (option, meant) => {
    expect(() => configured({ name: 'nameOf', [option]: 5 })).toThrow(
      new TypeError(`batch "nameOf": unknown option "${option}". Did you mean "${meant}"?`),
    );
  });

  it('throws with a list of all options, where none is similar', () => {
    expect(() => configured({ name: 'nameOf', debounce: 5 })).toThrow(
      'batch "nameOf": unknown option "debounce". The options are name, key, window, hold, maxSize,',
    );
  });

  it('throws in batchMap, too', () => {
    const config = { name: 'nameOf', maxsize: 5 } as BatchConfig<number>;
    expect(() => batchMap((ids: readonly number[]) => [...ids], config as never)).toThrow('Did you mean "maxSize"?');
  });
});

describe('a batch function without a name', () => {
  it('is called unnamed in the errors of its options', () => {
    expect(() => batch((ids: readonly number[]) => ids, { maxSize: 0 })).toThrow(
      /^an unnamed batch: expected `maxSize` to be/,
    );
  });
});

describe('a generator function', () => {
  it('as the resolver fails its keys with a hint', async () => {
    const bare = batch(answering as unknown as Resolver<number, number>);
    await expect(bare(1)).rejects.toBeInstanceOf(BatchResultError);
    await expect(bare(1)).rejects.toThrow(/returned a generator object.*batch\(task\(function\* …\)\)/);
  });

  it('that was made a task works as a resolver', async () => {
    expect(await batch(task(answering))(2)).toBe(4);
  });

  it('that was called already makes task and batch throw, with a hint', () => {
    const called: unknown = answering([1]);
    for (const make of [() => task(called as never), () => batch(called as never)]) {
      expect(make).toThrow(TypeError);
      expect(make).toThrow(/got a generator object \(object\)\. Pass the generator function itself/);
    }
  });
});

describe('a resolver that completes without a result', () => {
  it('fails its keys with an error that says so', async () => {
    const silent = batch((() => Promise.resolve()) as Resolver<number, number>, { name: 'silent' });
    await expect(silent(1)).rejects.toThrow(/"silent" .* completed without a result/);
  });
});

describe('a Map that has the same key as another type', () => {
  const byText = (ids: readonly number[]): Map<string, number> => new Map(ids.map((id) => [String(id), id]));

  it('fails the key with a message that names the key of the Map', async () => {
    const rowOf = batch(byText, { name: 'rowOf' });
    await expect(rowOf(1)).rejects.toThrow(
      /^Batch "rowOf" .* for key 1, though the Map has the string "1"\. These are two keys/,
    );
  });

  it('settles the key where the key option makes both keys equal', async () => {
    expect(await batch(byText, { key: String })(1)).toBe(1);
  });
});

describe('a batch function without a name, used wrongly', () => {
  const unnamed = batch((ids: readonly number[]) => ids);

  it('is called unnamed in the errors of wrong arguments', () => {
    expect(() => unnamed(null as never)).toThrow(/^an unnamed batch: expected its key to be given/);
    expect(() => unnamed.prime(1, 1)).toThrow(/^an unnamed batch: prime needs a cache/);
  });

  it('is called unnamed in the error of block()', () => {
    const slow = batch((ids: readonly number[]) => Promise.resolve(ids));
    expect(() => slow(1).block()).toThrow(/waits for an unnamed batch in flight/);
  });
});

describe.each([
  ['all', all],
  ['allSettled', allSettled],
] as const)('%s', (name, join) => {
  it('throws for several futures outside of an array, and shows the correct call', () => {
    const call = join as unknown as (...futures: readonly Future<number>[]) => unknown;
    expect(() => call(Future.of(1), Future.of(2))).toThrow(
      new TypeError(`${name}() takes one array or record of futures: write ${name}([a, b]), not ${name}(a, b).`),
    );
  });

  it('accepts the extra arguments of Array.map', () => {
    const call = join as (shape: readonly Future<number>[]) => unknown;
    expect([[Future.of(1)], [Future.of(2)]].map(call)).toHaveLength(2);
  });
});
