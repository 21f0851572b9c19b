/** Parallel requests of different users over random schemas: batches and caches are those of one request. */
import { setTimeout as delayed } from 'node:timers/promises';
import * as fc from 'fast-check';
import type { GraphQLSchema } from 'graphql';
import { createSchema } from 'graphql-yoga';
import { mergeMap, timer } from 'rxjs';
import { batch, Future, task } from 'sluice';
import { requestContext } from 'sluice/graphql';
import { engines, type Engine } from './engines';
import type { Context } from './servers';

interface Row {
  readonly id: number;
  readonly owner: string;
}

type Load = (id: number) => Future<Row>;

/** The ways in which a resolver may return rows. */
const forms: Readonly<Record<string, (load: Load, id: number) => unknown>> = {
  future: (load, id) => load(id),
  task: (load, id) =>
    task(function* () {
      return yield* load(id);
    })(),
  afterAwait: async (load, id) => {
    await Promise.resolve();
    return load(id);
  },
  afterTimer: async (load, id) => {
    await delayed(id % 3);
    await load(id + 1);
    return load(id);
  },
  operators: (load, id) => timer(1).pipe(mergeMap(() => load(id))),
  started: (load, id) => load(id).start(),
  callbacks: (load, id) =>
    new Promise((resolve, reject) => {
      setImmediate(() => void load(id).then(resolve, reject));
    }),
};
/** The ways in which a resolver may return a list of rows. */
const listForms: typeof forms = {
  list: (load, id) => [load(id), load(id + 1)],
  promiseOfList: async (load, id) => {
    await delayed(0);
    return [load(id), Promise.resolve(id + 1).then(load)];
  },
};
/** A source object whose property is a future that only graphql-js awaits. */
const property = (load: Load, id: number): unknown => ({ id, owner: '', inner: load(id) });

interface Field {
  readonly form: string;
  /** The type of the rows. */
  readonly of: number;
}

/** The fields of each type; the first type is that of the query. */
type Shape = readonly (readonly Field[])[];

const shapes: fc.Arbitrary<Shape> = fc.integer({ min: 1, max: 4 }).chain((types) =>
  fc.array(
    fc.array(
      fc.record({
        form: fc.constantFrom(...Object.keys(forms), ...Object.keys(listForms), 'property'),
        of: fc.nat(types - 1),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    { minLength: types + 1, maxLength: types + 1 },
  ),
);

const missing: Load = () => Future.fail(new Error('The shape has no such type.'));

/** A schema with batch functions of its own, and a count of the loads of each row by user. */
function schemaOf(shape: Shape): { readonly schema: GraphQLSchema; readonly loads: Map<string, number> } {
  const loads = new Map<string, number>();
  const loaders = shape.slice(1).map((_, type) =>
    batch(
      async (ids: readonly number[]): Promise<Row[]> => {
        const { user } = requestContext<Context>();
        await delayed(ids.length % 2);
        for (const id of ids) {
          const row = `${user} ${String(type)} ${String(id)}`;
          loads.set(row, (loads.get(row) ?? 0) + 1);
        }
        return ids.map((id) => ({ id, owner: requestContext<Context>().user }));
      },
      { name: `type ${String(type)}`, cache: true },
    ),
  );
  const typeName = (index: number): string => (index === 0 ? 'Query' : `T${String(index - 1)}`);
  const fieldType = ({ form, of }: Field): string =>
    form in listForms ? `[T${String(of)}]` : form === 'property' ? `P${String(of)}` : `T${String(of)}`;
  const typeDefs = shape.map(
    (fields, index) =>
      `type ${typeName(index)} { ${index === 0 ? '' : 'id: Int owner: String '}${fields
        .map((field, at) => `f${String(at)}: ${fieldType(field)}`)
        .join(' ')} } ${index === 0 ? '' : `type P${String(index - 1)} { inner: T${String(index - 1)} }`}`,
  );
  const resolvers = Object.fromEntries(
    shape.map((fields, index) => [
      typeName(index),
      Object.fromEntries(
        fields.map(({ form, of }, at) => {
          const resolve = forms[form] ?? listForms[form] ?? property;
          // A query has no source.
          const idOf = (source: Partial<Row> | null | undefined): number => ((source?.id ?? at) % 5) + 1;
          return [`f${String(at)}`, (source: Row | undefined) => resolve(loaders[of] ?? missing, idOf(source))];
        }),
      ),
    ]),
  );
  return { schema: createSchema({ typeDefs, resolvers }), loads };
}

/** A query of all fields, to a depth. */
const queryOf = (shape: Shape, depth: number, type = 0): string =>
  `{ ${type === 0 ? '' : 'id owner '}${(depth === 0 ? [] : (shape[type] ?? []))
    .map(({ form, of }, at) => {
      const below = queryOf(shape, depth - 1, of + 1);
      return `f${String(at)} ${form === 'property' ? `{ inner ${below} }` : below}`;
    })
    .join(' ')} }`;

/** The owners of all rows of a response. */
function ownersIn(response: unknown, found = new Set<string>()): Set<string> {
  if (typeof response !== 'object' || response === null) return found;
  if ('owner' in response) found.add(String(response.owner));
  for (const value of Object.values(response)) ownersIn(value, found);
  return found;
}

const REQUESTS = 100;

describe.each(engines)('%s', (_, start) => {
  it('shows each of a hundred parallel users only rows of that user, each loaded once', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, async (shape) => {
        const { schema, loads } = schemaOf(shape);
        const engine: Engine = await start(schema);
        const query = queryOf(shape, 3);
        const users = Array.from({ length: REQUESTS }, (__, user) => `user ${String(user)}`);
        const responses = await Promise.all(
          users.map(async (user, index) => {
            await delayed(index % 4);
            return engine.run(query, user);
          }),
        );
        await engine.stop();
        expect(responses.flatMap(({ errors = [] }) => errors)).toEqual([]);
        expect(responses.map(({ data }) => [...ownersIn(data)])).toEqual(users.map((user) => [user]));
        expect(Math.max(...loads.values())).toBe(1);
      }),
      { numRuns: 3 },
    );
  });
});
