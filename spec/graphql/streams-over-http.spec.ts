/** Responses of graphql-yoga that come in parts: subscriptions by server-sent events, and `@defer`. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { setTimeout as delayed } from 'node:timers/promises';
import { createSchema } from 'graphql-yoga';
import { concat, NEVER, of, Subject } from 'rxjs';
import { AsyncValue, batch } from 'sluice';
import { requestContext, requestScope } from 'sluice/graphql';
import { logs, open, startYoga, type Context, type GraphQLServer } from './servers';

let flushes: (readonly number[])[] = [];
let endless: { readonly started: AsyncValue<void>; readonly aborted: AsyncValue<void> };
let source = new Subject<number>();
beforeEach(() => {
  flushes = [];
  endless = { started: new AsyncValue(), aborted: new AsyncValue() };
  source = new Subject();
});

const rowOf = batch(
  async (ids: readonly number[]) => {
    flushes.push(ids);
    await delayed(2);
    return ids.map((id) => `${requestContext<Context>().user} ${String(id)}`);
  },
  { name: 'rowOf', cache: true },
);
const endlessOf = batch((_: readonly number[], { signal }) => {
  signal.addEventListener('abort', () => {
    endless.aborted.set();
  });
  endless.started.set();
  return new Promise<string[]>(() => undefined);
});

const closedScopes: string[] = [];

const schema = createSchema({
  typeDefs: /* GraphQL */ `
    directive @defer(if: Boolean, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT
    type Query {
      rows: [Row]
    }
    type Row {
      id: Int
      text: String
      late: String
      endless: String
    }
    type Subscription {
      count: Row
      endless: String
    }
  `,
  resolvers: {
    Query: {
      rows: () => {
        requestScope().ensure(() => void closedScopes.push('closed'));
        return [{ id: 1 }, { id: 2 }];
      },
    },
    Row: {
      text: ({ id }: { readonly id: number }) => rowOf(id),
      late: async ({ id }: { readonly id: number }) => {
        await Promise.resolve();
        return rowOf(id + 10);
      },
      endless: ({ id }: { readonly id: number }) => endlessOf(id),
    },
    Subscription: {
      count: { subscribe: () => source, resolve: (id: number) => ({ id }) },
      endless: { subscribe: () => concat(of(1), NEVER), resolve: (id: number) => endlessOf(id) },
    },
  },
});

let server: GraphQLServer;
beforeAll(async () => {
  server = await startYoga(schema);
});
afterAll(() => server.stop());

async function respond(query: string, accept: string) {
  const sent = open(server.url, { query }, accept);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  response.setEncoding('utf8');
  response.on('error', () => undefined); // dropping the connection fails the response
  return { sent, response };
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of response) text += String(part);
  return text;
}

it('the events of a subscription load with caches of their own, in the context of its request', async () => {
  const { response } = await respond('subscription { count { text } }', 'text/event-stream');
  for (const id of [7, 7]) source.next(id);
  source.complete();
  const text = await textOf(response);
  expect(text.match(/"text":"nobody 7"/g)).toHaveLength(2);
  expect(flushes).toEqual([[7], [7]]);
});

it('a subscription whose client drops the connection aborts the flights of its event', async () => {
  const { sent } = await respond('subscription { endless }', 'text/event-stream');
  await endless.started;
  sent.destroy();
  await endless.aborted;
  expect(logs).toEqual([]);
});

it('a subscription whose client drops the connection unsubscribes from its source', async () => {
  const { sent } = await respond('subscription { count { text } }', 'text/event-stream');
  expect(source.observed).toBe(true);
  sent.destroy();
  while (source.observed) await delayed(1);
});

it('deferred parts load in batches in their request, whose scope closes after the last part', async () => {
  closedScopes.length = 0;
  const { response } = await respond('{ rows { text ... @defer { late } } }', 'multipart/mixed');
  const text = await textOf(response);
  expect(text).toContain('"text":"nobody 1"');
  expect(text).toContain('"late":"nobody 12"');
  expect(flushes).toEqual([[1, 2, 11, 12]]);
  expect(closedScopes).toEqual(['closed']);
});

it('a deferred part whose client drops the connection is cancelled', async () => {
  const { sent } = await respond('{ rows { id ... @defer { endless } } }', 'multipart/mixed');
  await endless.started;
  sent.destroy();
  await endless.aborted;
});
