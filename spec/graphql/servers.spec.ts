/** Real servers over HTTP: graphql-yoga and Apollo Server with the plugins of sluice. */
import { setTimeout as delayed } from 'node:timers/promises';
import { createSchema } from 'graphql-yoga';
import { AsyncValue, batch, Future } from 'sluice';
import { requestContext, requestScope } from 'sluice/graphql';
import { flushes, librarySchema } from './library';
import { logs, open, post, startApollo, startYoga, type Context, type GraphQLServer, type Result } from './servers';

const levels = [
  ['authorOf', 3],
  ['bookOf', 6],
  ['pagesOf', 6],
];

describe.each([
  ['graphql-yoga', startYoga],
  ['Apollo Server', startApollo],
] as const)('%s', (_, start) => {
  describe('with the library', () => {
    let server: GraphQLServer;
    beforeAll(async () => {
      server = await start(librarySchema());
    });
    afterAll(() => server.stop());

    it.each(['books', 'slowBooks', 'taskBooks'])('makes one flush for each level of a query over %s', async (books) => {
      const query = `{ authors(ids: [1, 2, 3]) { name ${books} { title pages author { name } } } }`;
      const result = await post(server.url, { query });
      expect(result.errors).toBeUndefined();
      const counts = new Map<string, number>();
      for (const { batch: of, keys } of flushes) counts.set(of, (counts.get(of) ?? 0) + keys.length);
      expect([...counts]).toEqual(levels);
      if (books === 'books') expect(flushes).toHaveLength(3);
    });

    it('resolves Observables, and lists and promises of them', async () => {
      const query = '{ author(id: 1) { tick ticks lateTick } }';
      const { data } = await post(server.url, { query });
      expect(data).toEqual({ author: { tick: 0, ticks: [1, 2, 3, 4], lateTick: 7 } });
    });

    it('gives a failed key the path, the locations and the message of its field', async () => {
      const { data, errors } = await post(server.url, { query: '{ authors(ids: [1, -2]) { id } fails }' });
      expect(data).toEqual({ authors: [{ id: 1 }, null], fails: null });
      expect(errors).toMatchObject([
        { message: 'no', path: ['fails'], locations: [{ line: 1, column: 32 }] },
        { message: 'No author -2', path: ['authors', 1], locations: [{ line: 1, column: 3 }] },
      ]);
    });

    it('runs the operations of one HTTP batch with separate caches', async () => {
      const query = '{ author(id: 1) { name } }';
      const results = await post<Result[]>(server.url, [{ query }, { query }, { query: '{ author(id: 2) { name } }' }]);
      expect(results.map(({ data }) => data)).toMatchObject(
        [1, 1, 2].map((id) => ({ author: { name: `author ${String(id)}` } })),
      );
      expect(flushes.map(({ keys }) => keys)).toEqual([[1], [1], [2]]);
    });

    it('loads a row again after a mutation has cleared it, in the cache of its own request only', async () => {
      await post(server.url, { query: 'mutation { rename(id: 1) { name } }' });
      expect(flushes.map(({ keys }) => keys)).toEqual([[1], [1]]);
    });

    it('answers an invalid operation as without sluice', async () => {
      const { errors } = await post(server.url, { query: 'query A { author(id: 1) { id } }', operationName: 'B' });
      expect(errors).toHaveLength(1);
      expect(errors?.[0]?.message).toMatch(/unknown operation|operation named "B"|determine what operation/i);
    });
  });

  describe('with slow resolvers', () => {
    /** What the resolvers of the current spec have seen. */
    let started: AsyncValue<AbortSignal>;
    let aborted: AsyncValue<unknown>;
    let ended: string[];
    let server: GraphQLServer;

    const endless = batch(
      (keys: readonly number[], { signal }) => {
        started.set(signal);
        signal.addEventListener('abort', () => {
          aborted.set(requestContext<Context>().user);
        });
        return new Promise<number[]>(() => keys);
      },
      { name: 'endless' },
    );
    const schema = createSchema<Context>({
      typeDefs: /* GraphQL */ `
        type Query {
          key: Node
          asyncKey: Node
          scope: Node
        }
        type Node {
          below: Int
        }
        type Mutation {
          write: Int
        }
      `,
      resolvers: {
        Query: {
          key: () => endless(1),
          asyncKey: async () => {
            try {
              await delayed(1);
              return await endless(1);
            } catch (error) {
              ended.push(`failed with ${(error as Error).name}`);
              await endless(2).then(null, () => ended.push('no further key'));
              throw error;
            }
          },
          scope: () => {
            const { signal } = requestScope();
            started.set(signal);
            signal.addEventListener('abort', () => {
              aborted.set('nobody');
            });
            requestScope().ensure(() => void ended.push('finaliser'));
            return new AsyncValue();
          },
        },
        Node: { below: () => ended.push('below') },
        Mutation: {
          write: async () => {
            started.set(requestScope().signal);
            await aborted;
            await Future.of(1);
            ended.push('written');
            return 1;
          },
        },
      },
    });
    beforeAll(async () => {
      server = await start(schema);
    });
    beforeEach(() => {
      [started, aborted, ended] = [new AsyncValue(), new AsyncValue(), []];
    });
    afterAll(() => server.stop());

    it.each(['key', 'asyncKey', 'scope'])(
      'aborts the flights and the scope of a query when its client drops the connection (%s)',
      async (field) => {
        const sent = open(server.url, { query: `{ ${field} { below } }` });
        const signal = await started;
        expect(signal.aborted).toBe(false);
        sent.destroy();
        expect(await aborted).toBe('nobody');
        expect(signal.aborted).toBe(true);
        await delayed(20);
        expect(ended).toEqual(
          { key: [], asyncKey: ['failed with CancelledError', 'no further key'], scope: ['finaliser'] }[field],
        );
        expect(logs).toEqual([]);
      },
    );

    it('lets a mutation finish whose client drops the connection', async () => {
      const sent = open(server.url, { query: 'mutation { write }' });
      const signal = await started;
      sent.destroy();
      await delayed(20);
      expect(signal.aborted).toBe(false);
      aborted.set(undefined);
      await delayed(20);
      expect(ended).toEqual(['written']);
    });
  });
});
