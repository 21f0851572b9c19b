/** The caches of a mutation: the selection set of a root field sees what its resolver has written. */
import { createSchema } from 'graphql-yoga';
import { batch, task } from 'sluice';
import { engines, type Engine } from './engines';

/** The rows of a database, and the keys that were loaded. */
const rows = new Map<number, string>();
const loads: number[] = [];
let taskRuns = 0;
beforeEach(() => {
  rows.clear();
  rows.set(1, 'old').set(2, 'old');
  loads.splice(0);
});

const load = (ids: readonly number[]): (string | null)[] => {
  loads.push(...ids);
  return ids.map((id) => rows.get(id) ?? null);
};
const nameOf = batch(load, { name: 'nameOf', cache: true });
const tenantNameOf = batch(load, { name: 'tenantNameOf', cache: true, partition: (id) => id % 2 });
const store = new Map<unknown, string | null>();
const storedNameOf = batch(load, { name: 'storedNameOf', cache: store });

interface Args {
  readonly id: number;
  readonly name: string;
}

const schema = createSchema({
  typeDefs: /* GraphQL */ `
    type Query {
      name(id: Int!): String
      late(id: Int!): String
    }
    type Mutation {
      write(id: Int!, name: String!): Row
      writeAsync(id: Int!, name: String!): Row
      writeTask(id: Int!, name: String!): Row
      writeAndFail(id: Int!, name: String!): Row
      prime(id: Int!, name: String!): Row
      primeOnly(id: Int!, name: String!): Row
      read(id: Int!): Row
    }
    type Row {
      id: Int!
      name: String
      again: String
      tenantName: String
      storedName: String
    }
  `,
  resolvers: {
    Query: {
      name: (_: unknown, { id }: Args) => nameOf(id),
      late: async (_: unknown, { id }: Args) => {
        await nameOf(id);
        return nameOf(id);
      },
    },
    Mutation: {
      write: (_: unknown, { id, name }: Args) => {
        rows.set(id, name);
        return { id };
      },
      writeAsync: async (_: unknown, { id, name }: Args) => {
        await Promise.all([nameOf(id), tenantNameOf(id), storedNameOf(id)]);
        rows.set(id, name);
        return { id };
      },
      writeTask: task(function* (_: unknown, { id, name }: Args) {
        yield* nameOf(id);
        taskRuns += 1;
        rows.set(id, name);
        return { id };
      }),
      writeAndFail: async (_: unknown, { id, name }: Args) => {
        await nameOf(id);
        rows.set(id, name);
        throw new Error('written by half');
      },
      prime: async (_: unknown, { id, name }: Args) => {
        await nameOf(id);
        rows.set(id, name);
        nameOf.clear(id);
        nameOf.prime(id, name);
        return { id };
      },
      primeOnly: (_: unknown, { id, name }: Args) => {
        nameOf.prime(id, rows.get(id) ?? null);
        rows.set(id, name);
        return { id };
      },
      read: async (_: unknown, { id }: Args) => {
        await nameOf(id);
        return { id };
      },
    },
    Row: {
      name: ({ id }: Args) => nameOf(id),
      again: async ({ id }: Args) => {
        await nameOf(id);
        return nameOf(id);
      },
      tenantName: ({ id }: Args) => tenantNameOf(id),
      storedName: ({ id }: Args) => storedNameOf(id),
    },
  },
});

describe.each(engines)('a mutation of %s', (_, start) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await start(schema);
  });
  beforeEach(() => store.clear());
  afterAll(() => engine.stop());

  const run = async (query: string): Promise<unknown> => {
    const { data, errors } = await engine.run(query, 'ada');
    expect(errors).toBeUndefined();
    return JSON.parse(JSON.stringify(data));
  };

  it.each(['write', 'writeAsync', 'writeTask', 'primeOnly'])(
    'shows its selection set the new row, though the old one was loaded before (%s)',
    async (field) => {
      expect(await run(`mutation { row: ${field}(id: 1, name: "new") { name again tenantName } }`)).toEqual({
        row: { name: 'new', again: 'new', tenantName: 'new' },
      });
    },
  );

  it('shows a row that was missing before its insertion', async () => {
    expect(await run('mutation { writeAsync(id: 3, name: "inserted") { name } }')).toEqual({
      writeAsync: { name: 'inserted' },
    });
  });

  it('shows each root field what the fields before it have written, also one that has failed', async () => {
    const { data, errors } = await engine.run(
      `mutation {
        a: read(id: 2) { name }
        b: writeAndFail(id: 2, name: "half") { name }
        c: read(id: 2) { name }
        d: write(id: 2, name: "new") { name }
        e: read(id: 2) { name }
      }`,
      'ada',
    );
    expect(errors).toHaveLength(1);
    expect(JSON.parse(JSON.stringify(data))).toEqual({
      ...{ a: { name: 'old' }, b: null, c: { name: 'half' }, d: { name: 'new' }, e: { name: 'new' } },
    });
  });

  it('keeps what its resolver has cleared and then primed', async () => {
    expect(await run('mutation { prime(id: 1, name: "primed") { name again } }')).toEqual({
      prime: { name: 'primed', again: 'primed' },
    });
    expect(loads).toEqual([1]);
  });

  it('runs a task that a resolver returns once', async () => {
    taskRuns = 0;
    await run('mutation { writeTask(id: 1, name: "new") { name } }');
    expect(taskRuns).toBe(1);
  });

  it('loads a row once for its selection set', async () => {
    await run('mutation { write(id: 1, name: "new") { name again } }');
    expect(loads).toEqual([1]);
  });

  it('leaves a store that requests share as it is', async () => {
    expect(await run('mutation { writeAsync(id: 1, name: "new") { storedName } }')).toEqual({
      writeAsync: { storedName: 'old' },
    });
  });

  it('differs from a query, whose cache lasts as long as its request', async () => {
    await run('{ name(id: 1) late(id: 1) }');
    expect(loads).toEqual([1]);
  });
});
