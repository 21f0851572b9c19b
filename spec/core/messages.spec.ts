/**
 * What a newcomer reads when he holds it wrong: each message says what to do.
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

/** As plain JavaScript, which no compiler looks at. */
const configured = (config: object): unknown =>
  batch((ids: readonly number[]) => [...ids], config as BatchConfig<number>);

function* answering(ids: readonly number[]): Generator<unknown, number[], unknown> {
  yield null;
  return ids.map((id) => id * 2);
}

describe('an option of batch that there is not', () => {
  it.each([
    ['maxsize', 'maxSize'],
    ['maxBatchSize', 'maxSize'],
    ['Window', 'window'],
    ['concurency', 'concurrency'],
    ['cacheMap', 'cache'],
    ['keyFn', 'key'],
  ])('%s is refused, and %s is thought of', (option, meant) => {
    expect(() => configured({ name: 'nameOf', [option]: 5 })).toThrow(
      new TypeError(`batch "nameOf": there is no option "${option}". Did you mean "${meant}"?`),
    );
  });

  it('is refused with a list of those there are, where it is like none', () => {
    expect(() => configured({ name: 'nameOf', debounce: 5 })).toThrow(
      'batch "nameOf": there is no option "debounce". The options are name, key, window, hold, maxSize,',
    );
  });

  it('is refused by batchMap, too', () => {
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
  it('in the place of a resolver fails its keys with a hint', async () => {
    const bare = batch(answering as unknown as Resolver<number, number>);
    await expect(bare(1)).rejects.toBeInstanceOf(BatchResultError);
    await expect(bare(1)).rejects.toThrow(/gave a generator object.*batch\(task\(function\* …\)\)/);
  });

  it('made a task is a resolver', async () => {
    expect(await batch(task(answering))(2)).toBe(4);
  });

  it('that was called already is refused by task and batch, with a hint', () => {
    const called: unknown = answering([1]);
    for (const make of [() => task(called as never), () => batch(called as never)]) {
      expect(make).toThrow(TypeError);
      expect(make).toThrow(/got a generator object \(object\)\. Give the generator function itself/);
    }
  });
});

describe('a resolver that completes without a result', () => {
  it('fails its keys with words for it', async () => {
    const silent = batch((() => Promise.resolve()) as Resolver<number, number>, { name: 'silent' });
    await expect(silent(1)).rejects.toThrow(/"silent" .* completed without a result/);
  });
});

describe('a Map that has the key under another type', () => {
  const byText = (ids: readonly number[]): Map<string, number> => new Map(ids.map((id) => [String(id), id]));

  it('fails it with a message that names the one it has', async () => {
    const rowOf = batch(byText, { name: 'rowOf' });
    await expect(rowOf(1)).rejects.toThrow(
      /^Batch "rowOf" .* for key 1, though the Map has the string "1", another key/,
    );
  });

  it('has it where the key option makes both alike', async () => {
    expect(await batch(byText, { key: String })(1)).toBe(1);
  });
});

describe('a batch function without a name, called wrongly', () => {
  const unnamed = batch((ids: readonly number[]) => ids);

  it('is called unnamed', () => {
    expect(() => unnamed(null as never)).toThrow(/^an unnamed batch: expected its key to be given/);
    expect(() => unnamed.prime(1, 1)).toThrow(/^an unnamed batch: prime needs a cache/);
  });

  it('is called unnamed where block() waits for it', () => {
    const slow = batch((ids: readonly number[]) => Promise.resolve(ids));
    expect(() => slow(1).block()).toThrow(/waits for an unnamed batch in flight/);
  });
});

describe.each([
  ['all', all],
  ['allSettled', allSettled],
] as const)('%s', (name, join) => {
  it('of several futures that are in no array is refused, with what to write', () => {
    const call = join as unknown as (...futures: readonly Future<number>[]) => unknown;
    expect(() => call(Future.of(1), Future.of(2))).toThrow(
      new TypeError(`${name}() takes one array or record of futures: write ${name}([a, b]), not ${name}(a, b).`),
    );
  });

  it('may be mapped over arrays', () => {
    const call = join as (shape: readonly Future<number>[]) => unknown;
    expect([[Future.of(1)], [Future.of(2)]].map(call)).toHaveLength(2);
  });
});
