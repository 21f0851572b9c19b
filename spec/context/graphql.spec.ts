/** graphql-js over batch functions: resolvers of every form, and many requests at once, each on its own scheduler. */
import { setTimeout as delayed } from 'node:timers/promises';
import { graphql, GraphQLInt, GraphQLList, GraphQLNonNull, GraphQLObjectType, GraphQLSchema } from 'graphql';
import { mergeMap, timer } from 'rxjs';
import { batch, BatchScheduler, Future, task } from 'sluice';

interface Row {
  readonly id: number;
  /** The number of the load, different for each load of a row. */
  readonly load: number;
}

/** The keys of each flush. */
let flushes: (readonly number[])[] = [];
let loads = 0;
beforeEach(() => {
  flushes = [];
  loads = 0;
});

const userOf = batch(
  async (ids: readonly number[]): Promise<Row[]> => {
    flushes.push(ids);
    await Promise.resolve();
    return ids.map((id) => ({ id, load: ++loads }));
  },
  { name: 'userOf', cache: true },
);

/** One user for each form of resolver that can request it. */
const forms: Readonly<Record<string, (id: number) => unknown>> = {
  future: (id) => userOf(id),
  asyncFunction: async (id) => {
    await Promise.resolve();
    await userOf(id);
    return userOf(id);
  },
  generator: task(function* (id: number) {
    yield* userOf(id);
    return yield* userOf(id);
  }),
  promise: (id) =>
    Promise.resolve(id)
      .then((same) => userOf(same))
      .then(({ id: same }) => userOf(same)),
  timer: async (id) => {
    await delayed(1);
    return userOf(id);
  },
  operators: (id) => Future.from(timer(1).pipe(mergeMap(() => userOf(id)))),
};

const integer = { type: new GraphQLNonNull(GraphQLInt) };
const idArgument = { args: { id: integer } };

const user: GraphQLObjectType<Row> = new GraphQLObjectType<Row>({
  name: 'User',
  fields: () => ({
    id: integer,
    load: integer,
    ...Object.fromEntries(
      Object.entries(forms).map(([form, ask]) => [form, { type: user, resolve: ({ id }: Row) => ask((id % 3) + 1) }]),
    ),
  }),
});

const schema = new GraphQLSchema({
  query: new GraphQLObjectType({
    name: 'Query',
    fields: {
      users: {
        type: new GraphQLList(user),
        args: {
          ids: { type: new GraphQLNonNull(new GraphQLList(GraphQLInt)) },
        },
        resolve: async (_, { ids }: { readonly ids: readonly number[] }) => {
          await Promise.resolve();
          return ids.map((id) => userOf(id));
        },
      },
    },
  }),
  mutation: new GraphQLObjectType({
    name: 'Mutation',
    fields: {
      rename: {
        type: user,
        ...idArgument,
        resolve: async (_, { id }: { readonly id: number }) => {
          await userOf(id);
          userOf.clear(id);
          return userOf(id);
        },
      },
    },
  }),
});

/** Runs a request on a scheduler of its own. Rejects if the response has errors. */
async function request(source: string, scheduler = new BatchScheduler({ name: 'request' })): Promise<unknown> {
  const { data, errors } = await scheduler.run(() => graphql({ schema, source }));
  if (errors) throw errors[0] ?? new Error('no');
  return data;
}

/** Every row of a response, at any depth. */
function rowsIn(response: unknown): readonly Row[] {
  if (typeof response !== 'object' || response === null) return [];
  const below = Object.values(response).flatMap(rowsIn);
  return 'load' in response ? [response as Row, ...below] : below;
}

/** The loads of each row of a response. */
function loadsIn(response: unknown): ReadonlyMap<number, ReadonlySet<number>> {
  const found = new Map<number, Set<number>>();
  for (const { id, load } of rowsIn(response)) found.set(id, (found.get(id) ?? new Set()).add(load));
  return found;
}

const names = Object.keys(forms);
const everyForm = names.map((name) => `${name} { id load ${names.map((inner) => `${inner} { id load }`).join(' ')} }`);
const EVERYTHING = `{ users(ids: [1, 2, 3]) { id load ${everyForm.join(' ')} } }`;

describe.each(names)('a resolver as %s', (form) => {
  it('shares one query for each level with its sibling fields', async () => {
    const response = await request(`{ users(ids: [1, 4, 7]) { id ${form} { id } } }`);
    expect(response).toEqual({
      users: [1, 4, 7].map((id) => ({ id, [form]: { id: 2 } })),
    });
    expect(flushes).toEqual([[1, 4, 7], [2]]);
  });

  it('gets the cached rows of its own request, and loads them again in another request', async () => {
    const source = `{ users(ids: [1]) { id load ${form} { id load } } }`;
    const scheduler = new BatchScheduler({ name: 'session' });
    const [first, same, other] = [
      await request(source, scheduler),
      await request(source, scheduler),
      await request(source),
    ];
    expect(same).toEqual(first);
    expect(rowsIn(first).map(({ load }) => load)).toEqual([1, 2]);
    expect(rowsIn(other).map(({ load }) => load)).toEqual([3, 4]);
  });

  it('sees no row of a concurrent request', async () => {
    const source = `{ users(ids: [1, 2]) { id load ${form} { id load ${form} { id load } } } }`;
    const responses = await Promise.all(Array.from({ length: 5 }, () => request(source)));
    expectApart(responses, [1, 2, 3]);
  });
});

/** Expects that each request has loaded each row once, and that no two requests share a load. */
function expectApart(responses: readonly unknown[], ids: readonly number[]): void {
  const all = responses.map(loadsIn);
  for (const found of all) {
    expect([...found.keys()].sort()).toEqual(ids);
    expect([...found.values()].map(({ size }) => size)).toEqual(ids.map(() => 1));
  }
  const seen = all.flatMap((found) => [...found.values()].flatMap((of) => [...of]));
  expect(new Set(seen).size).toBe(responses.length * ids.length);
  expect(flushes.flat()).toHaveLength(responses.length * ids.length);
}

it('concurrent requests with resolvers of every form load each row once per request', async () => {
  const responses = await Promise.all(Array.from({ length: 10 }, () => request(EVERYTHING)));
  expectApart(responses, [1, 2, 3]);
});

it('requests that begin while others run load each row once per request', async () => {
  const responses = await Promise.all(
    Array.from({ length: 10 }, async (_, index) => {
      await delayed(index % 4);
      return request(EVERYTHING);
    }),
  );
  expectApart(responses, [1, 2, 3]);
});

it('a request inside another request has a cache of its own, and does not change the outer cache', async () => {
  const scheduler = new BatchScheduler({ name: 'outer' });
  const [outer, inner, again] = await scheduler.run(async () => {
    const before = await userOf(1);
    const response = await request('{ users(ids: [1]) { id load } }');
    return [before, response, await userOf(1)] as const;
  });
  expect(rowsIn(inner)).toEqual([{ id: 1, load: 2 }]);
  expect([outer.load, again.load]).toEqual([1, 1]);
});

it('a clear in a mutation after an await clears the cache of its own request only', async () => {
  const [mutating, reading] = [new BatchScheduler({ name: 'mutating' }), new BatchScheduler({ name: 'reading' })];
  const read = '{ users(ids: [1]) { id load } }';
  const before = await request(read, reading);
  expect(rowsIn(await request('mutation { rename(id: 1) { id load } }', mutating))).toEqual([{ id: 1, load: 3 }]);
  expect(rowsIn(await request(read, mutating))).toEqual([{ id: 1, load: 3 }]);
  expect(await request(read, reading)).toEqual(before);
});
