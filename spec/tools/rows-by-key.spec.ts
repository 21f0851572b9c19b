/** `byKey` and `groupByKey`: rows of a query, in any order, become the results of a batch function. */
import { inspect } from 'node:util';
import { allSettled, batch, isSluiceError, MissingResultError, type BatchConfig } from 'sluice';
import DataLoader from 'sluice/dataloader';
import { byKey, DuplicateKeyError, groupByKey } from 'sluice/tools';

interface Person {
  readonly id: number;
  readonly team: string;
  readonly name: string;
}

const ada: Person = { id: 1, team: 'red', name: 'Ada' };
const grace: Person = { id: 2, team: 'blue', name: 'Grace' };
const edith: Person = { id: 3, team: 'red', name: 'Edith' };
const people = [grace, edith, ada];

/** The values of keys, loaded by a batch function that returns the Map. */
const load = async <K>(map: ReadonlyMap<unknown, unknown>, keys: readonly K[], config?: BatchConfig<K>) =>
  batch<K, unknown>(() => map, { name: 'load', ...config }).many(keys);

const thrownBy = (call: () => unknown): unknown => {
  try {
    return call();
  } catch (error) {
    return error;
  }
};

describe('byKey', () => {
  it('returns a Map from the key of each row to the row, in the order of the rows', () => {
    const map = byKey(people, ({ id }) => id);
    expect(map).toEqual(
      new Map([
        [2, grace],
        [3, edith],
        [1, ada],
      ]),
    );
    expect([...map.keys()]).toEqual([2, 3, 1]);
    expect(map.get(1)).toBe(ada);
  });

  it('takes any iterable, and iterates over it once', () => {
    let iterations = 0;
    const rows = {
      *[Symbol.iterator]() {
        iterations++;
        yield* people;
      },
    };
    expect(byKey(rows, ({ id }) => id).size).toBe(3);
    expect(iterations).toBe(1);
  });

  it('calls keyOf with the row alone', () => {
    const calls: unknown[][] = [];
    byKey([ada], (...args) => (calls.push(args), 1));
    expect(calls).toEqual([[ada]]);
  });

  it('prints as any Map does', () => {
    expect(inspect(byKey([ada], ({ id }) => id, { missing: null }))).toBe(inspect(new Map([[1, ada]])));
  });

  it('gives the keys of a batch function their rows, whatever their order', async () => {
    const personById = batch((ids: readonly number[]) =>
      byKey(
        people.filter(({ id }) => ids.includes(id)),
        ({ id }) => id,
      ),
    );
    expect(await personById.many([1, 2, 3, 1])).toEqual([ada, grace, edith, ada]);
  });

  it('without `missing`, fails a key without a row alone, with a MissingResultError', async () => {
    const personById = batch(() => byKey(people, ({ id }) => id), { name: 'personById' });
    const [found, missing] = await allSettled([personById(1), personById(4)]);
    expect(found).toEqual({ status: 'fulfilled', value: ada });
    expect(missing).toMatchObject({ status: 'rejected', reason: { code: 'SLUICE_MISSING_RESULT', key: 4 } });
  });

  it('tells of a row under the same key of another type, such as a bigint column as text', async () => {
    const rows = [{ id: '1' }];
    await expect(
      load(
        byKey(rows, ({ id }) => id),
        [1],
      ),
    ).rejects.toThrow('the Map has the string "1"');
  });

  it('gives a key without a row the value of `missing`', async () => {
    for (const missing of [null, undefined, 0, ada]) {
      const map = byKey(people, ({ id }) => id, { missing });
      expect(await load(map, [1, 4])).toEqual([ada, missing]);
      expect(map.size).toBe(3);
      expect(map.get(4)).toBeUndefined();
    }
  });

  it('calls a `missing` that is a function with each key without a row, alone', async () => {
    const calls: unknown[][] = [];
    const missing = (...args: unknown[]) => (calls.push(args), `no ${String(args[0])}`);
    expect(
      await load(
        byKey(people, ({ id }) => id, { missing }),
        [1, 4, 5],
      ),
    ).toEqual([ada, 'no 4', 'no 5']);
    expect(calls).toEqual([[4], [5]]);
  });

  it('fails only the key for which a function `missing` returns or throws an Error', async () => {
    const gone = new Error('gone');
    const failing = (id: number): null => {
      if (id === 4) throw gone;
      return null;
    };
    const missings = [failing, (id: number) => (id === 4 ? gone : null)];
    for (const missing of missings) {
      const personById = batch<number, unknown>(() => byKey(people, ({ id }) => id, { missing }), {
        name: 'personById',
      });
      expect(await allSettled([personById(4), personById(5), personById(1)])).toEqual([
        { status: 'rejected', reason: gone },
        { status: 'fulfilled', value: null },
        { status: 'fulfilled', value: ada },
      ]);
    }
  });

  it('gives a function `missing` the key as it was asked for, not its identity', async () => {
    const map = byKey(people, ({ id }) => id, { key: Number, missing: (key) => typeof key });
    expect(await load<number | string>(map, ['1', '4'])).toEqual([ada, 'string']);
  });

  it('gives a key of a DataLoader without a row the value of `missing`', async () => {
    const loader = new DataLoader(async () => Promise.resolve(byKey(people, ({ id }) => id, { missing: null })));
    expect(await loader.loadMany([4, 1])).toEqual([null, ada]);
  });

  it('without `missing`, fails a key of a DataLoader without a row alone', async () => {
    const loader = new DataLoader(async () => Promise.resolve(byKey(people, ({ id }) => id)));
    expect(await loader.loadMany([4, 1])).toEqual([expect.any(MissingResultError), ada]);
  });

  it('keeps a row that is null or undefined', async () => {
    const map = byKey([null, undefined], (row) => (row === null ? 1 : 2), { missing: 'none' });
    expect(await load(map, [1, 2, 3])).toEqual([null, undefined, 'none']);
  });

  it('compares keys as a Map does', () => {
    const rows = [NaN, 0, '0', 0n, ''];
    expect([...byKey(rows, (row) => row).keys()]).toEqual(rows);
  });
});

describe('the option `key` of byKey', () => {
  const rows = [{ id: '1' }, { id: '2' }];

  it('makes equal the keys that are asked for and the keys of rows', async () => {
    const map = byKey(rows, ({ id }) => id, { key: String });
    expect(await load<unknown>(map, [2, 1n, '1'])).toEqual([rows[1], rows[0], rows[0]]);
  });

  it('folds the case of a uuid, which Postgres returns in lower case', async () => {
    const row = { id: 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11' };
    const map = byKey([row], ({ id }) => id, { key: (id) => id.toLowerCase(), missing: null });
    expect(await load(map, [row.id.toUpperCase(), row.id, 'b'])).toEqual([row, row, null]);
  });

  it('makes the keys of the Map', () => {
    expect([...byKey(rows, ({ id }) => id, { key: Number }).keys()]).toEqual([1, 2]);
  });

  it('applies to each asked key once, also where its result is a key itself', async () => {
    const map = byKey([1, 2], (row) => row, { key: (id) => id + 1 });
    expect(await load(map, [1, 2])).toEqual([1, 2]);
  });

  it('finds rows by composite keys', async () => {
    const found = [{ org: 1, name: 'a', size: 7 }];
    const map = byKey(found, (row): { org: number; name: string } => row, {
      key: ({ org, name }) => JSON.stringify([org, name]),
      missing: null,
    });
    expect(
      await load(map, [
        { org: 1, name: 'a' },
        { org: 2, name: 'a' },
      ]),
    ).toEqual([found[0], null]);
  });

  it('goes with the option `key` of the batch function, on either form of the key', async () => {
    const identity = ({ org, name }: { readonly org: number; readonly name: string }) => `${org}/${name}`;
    const found = [{ org: 1, name: 'a' }];
    const keys = [...found, { org: 2, name: 'a' }];
    expect(await load(byKey(found, identity, { missing: null }), keys, { key: identity })).toEqual([found[0], null]);
    const map = byKey(found, (row) => row, { key: identity, missing: null });
    expect(await load(map, keys, { key: identity })).toEqual([found[0], null]);
  });

  it('fails a key alone for which it throws', async () => {
    const asked = ['A', 5] as readonly string[];
    const map = byKey(['a'], (row) => row, { key: (id) => id.toLowerCase() });
    const loaded = batch(() => map, { name: 'load' });
    expect(await allSettled(asked.map((key) => loaded(key)))).toEqual([
      { status: 'fulfilled', value: 'a' },
      { status: 'rejected', reason: expect.any(TypeError) as unknown },
    ]);
  });

  it('fails a key that still has no row with a MissingResultError', async () => {
    const map = byKey(rows, ({ id }) => id, { key: String });
    await expect(load(map, [3])).rejects.toBeInstanceOf(MissingResultError);
  });
});

describe('two rows with one key', () => {
  const rows = [
    { id: 7, name: 'first' },
    { id: 8, name: 'other' },
    { id: 7, name: 'last' },
  ];

  it('are a DuplicateKeyError by default, which names the key and says what to do', () => {
    const error = thrownBy(() => byKey(rows, ({ id }) => id));
    expect(error).toBeInstanceOf(DuplicateKeyError);
    expect(isSluiceError(error)).toBe(true);
    expect(error).toMatchObject({ code: 'SLUICE_DUPLICATE_KEY', key: 7 });
    expect(String(error)).toBe(
      'DuplicateKeyError: byKey got two rows with the key 7. The result of a key is one row. ' +
        "Use groupByKey for several rows of one key, or choose a row with `duplicates: 'first'` or `'last'`.",
    );
    expect(thrownBy(() => byKey(rows, ({ id }) => id, { duplicates: 'error' }))).toBeInstanceOf(DuplicateKeyError);
  });

  it('are an error also if the rows are the same object', () => {
    expect(() => byKey([ada, ada], ({ id }) => id)).toThrow(DuplicateKeyError);
  });

  it('are one key if the option `key` makes them equal', () => {
    expect(() => byKey([1, '1'], (id) => id, { key: String })).toThrow('two rows with the key "1"');
  });

  it("give the first row with `duplicates: 'first'`, and the last with `'last'`", () => {
    const nameOf = (duplicates: 'first' | 'last') => byKey(rows, ({ id }) => id, { duplicates }).get(7)?.name;
    expect(nameOf('first')).toBe('first');
    expect(nameOf('last')).toBe('last');
  });

  it('fail all keys of a batch function, because its query has the wrong rows', async () => {
    const personById = batch(() => byKey(rows, ({ id }) => id));
    const results = await allSettled([personById(7), personById(8)]);
    expect(results).toEqual([
      { status: 'rejected', reason: expect.any(DuplicateKeyError) as unknown },
      { status: 'rejected', reason: expect.any(DuplicateKeyError) as unknown },
    ]);
  });
});

describe('groupByKey', () => {
  it('returns a Map from each key to its rows, in the order of the rows', () => {
    const map = groupByKey(people, ({ team }) => team);
    expect(map).toEqual(
      new Map([
        ['blue', [grace]],
        ['red', [edith, ada]],
      ]),
    );
  });

  it('gives a key of a batch function without rows an empty array of its own', async () => {
    const membersOf = batch(() => groupByKey(people, ({ team }) => team));
    const [red, green, white] = await membersOf.many(['red', 'green', 'white']);
    expect([red, green, white]).toEqual([[edith, ada], [], []]);
    expect(green).not.toBe(white);
  });

  it('gives a key of a DataLoader without rows an empty array', async () => {
    const loader = new DataLoader(async () => Promise.resolve(groupByKey(people, ({ team }) => team)));
    expect(await loader.loadMany(['green', 'blue'])).toEqual([[], [grace]]);
  });

  it('makes keys equal with the option `key`', async () => {
    const map = groupByKey(people, ({ team }) => team, { key: (team) => team.toUpperCase() });
    expect([...map.keys()]).toEqual(['BLUE', 'RED']);
    expect(await load(map, ['Red', 'green'])).toEqual([[edith, ada], []]);
  });

  it('gives an array per key to a batch function with an option `key` of its own', async () => {
    const map = groupByKey(people, ({ team }) => team);
    expect(await load(map, ['RED', 'GREEN'], { key: (team) => team.toLowerCase() })).toEqual([[edith, ada], []]);
  });
});

describe.each([
  ['byKey', byKey],
  ['groupByKey', groupByKey],
] as const)('misuse of %s', (name, tool) => {
  const call = tool as (...args: unknown[]) => unknown;
  const id = (row: { readonly id: unknown }): unknown => row.id;

  it.each([undefined, 5, 'rows', { rows: [ada] }, Promise.resolve([ada])])(
    'is a TypeError for rows that are no iterable of rows: %p',
    (rows) => {
      const error = thrownBy(() => call(rows, id));
      expect(error).toBeInstanceOf(TypeError);
      expect(String(error)).toContain(
        `${name}: expected its rows to be an array or another iterable, the rows and not the result of a query; got `,
      );
    },
  );

  it.each([undefined, null, Promise.resolve(1)])('is a TypeError for a row whose key is %p', (key) => {
    const error = thrownBy(() => call([ada, { id: key }], id));
    expect(error).toBeInstanceOf(TypeError);
    expect(String(error)).toContain(`${name}: expected the result of \`keyOf\` for row 1 to be a key; got`);
  });

  it('is a TypeError for a result of `key` that is no key', () => {
    expect(() => call([ada], id, { key: () => undefined })).toThrow(
      `${name}: expected the result of \`key\` to be the identity of a key; got undefined`,
    );
  });

  it('is a TypeError for wrong functions and options', () => {
    expect(() => call([ada], 'id')).toThrow(
      `${name}: expected \`keyOf\` to be a function from a row to its key; got "id" (string).`,
    );
    expect(() => call([ada], id, { key: 'id' })).toThrow(
      `${name}: expected \`key\` to be a function that returns the identity of a key; got "id" (string).`,
    );
    expect(() => call([ada], id, { kee: String })).toThrow(`${name}: unknown option "kee". Did you mean "key"?`);
    expect(() => call([ada], id, null)).toThrow(`${name}: expected its config to be an object of options; got null`);
  });
});

it('a wrong choice of `duplicates` is a TypeError', () => {
  expect(() => byKey([ada], ({ id }) => id, { duplicates: 'any' as 'error' })).toThrow(
    "byKey: expected `duplicates` to be 'error', 'first' or 'last'; got \"any\" (string).",
  );
});
