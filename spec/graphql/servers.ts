/** Real GraphQL servers on a free port of the loopback, each with the plugin of sluice. */
import { createServer, request, type ClientRequest, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import type { GraphQLSchema } from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import { sluiceApolloPlugin, useSluice, type PluginConfig } from 'sluice/graphql';

export interface GraphQLServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** The context of both servers: the user is the one of the header `user`. */
export interface Context {
  readonly user: string;
}

export type StartServer = (schema: GraphQLSchema, config?: PluginConfig) => Promise<GraphQLServer>;

/** Lines that the server logs. */
export const logs: string[] = [];
beforeEach(() => void logs.splice(0));

const log = (...parts: unknown[]): void => void logs.push(parts.map(String).join(' '));
const logging = { debug: () => undefined, info: () => undefined, warn: log, error: log };

export const startYoga = async (
  schema: GraphQLSchema,
  config?: PluginConfig,
  plugins: readonly Plugin[] = [],
): Promise<GraphQLServer> => {
  const yoga = createYoga({
    schema,
    batching: true,
    logging,
    maskedErrors: false,
    context: ({ request: { headers } }): Context => ({ user: headers.get('user') ?? 'nobody' }),
    plugins: [...plugins, useSluice(config)],
  });
  const server = createServer((incoming, response) => void yoga(incoming, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/graphql`,
    stop: () => stop(server),
  };
};

export const startApollo: StartServer = async (schema, config) => {
  const server = new ApolloServer({
    schema,
    allowBatchedHttpRequests: true,
    logger: logging,
    plugins: [sluiceApolloPlugin(config)],
  });
  const { url } = await startStandaloneServer(server, {
    listen: { port: 0, host: '127.0.0.1' },
    context: ({ req, res }) => Promise.resolve({ user: String(req.headers['user'] ?? 'nobody'), res }),
  });
  return { url, stop: () => server.stop() };
};

async function stop(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}

export interface Result {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string }[] | undefined;
}

/** Sends one operation, or several in one HTTP batch. */
export async function post<R = Result>(url: string, body: object, user = 'nobody'): Promise<R> {
  const headers = { 'content-type': 'application/json', accept: 'application/json', user };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  return (await response.json()) as R;
}

/** Sends an operation on a connection of its own, which `destroy()` drops. */
export function open(url: string, body: object, accept = 'application/json'): ClientRequest {
  const headers = { 'content-type': 'application/json', accept };
  const sent = request(url, { method: 'POST', headers, agent: false });
  sent.on('error', () => undefined); // dropping the connection fails the request
  sent.end(JSON.stringify(body));
  return sent;
}
