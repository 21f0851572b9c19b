/**
 * The server: graphql-yoga over the tables of the crawl, with GraphiQL for a browser. It listens on the loopback address
 * only, because everybody who reaches it may write.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSchema, createYoga } from 'graphql-yoga';
import { Subject } from 'rxjs';
import { feedersFirst } from 'sluice';
import { useSluice } from 'sluice/graphql';
import type { Connection } from './connection';
import { GraphError } from './graph-error';
import { loadersOn } from './loaders';
import { useRequestLog, type Log } from './request-log';
import { resolversOf } from './resolvers';
import { FIRST_QUERY, typeDefs } from './schema';

export interface GraphServer {
  readonly url: string;
  /** Ends all subscriptions, and waits for the requests under way. */
  stop(): Promise<void>;
}

/**
 * @param port of the server; `0` is a free one
 * @throws GraphError if the port is in use
 */
export async function startServer(connection: Connection, port: number, log: Log): Promise<GraphServer> {
  const notes = new Subject<number>();
  const yoga = createYoga({
    schema: createSchema({ typeDefs, resolvers: resolversOf(loadersOn(connection), notes) }),
    graphiql: { title: 'The crawl', defaultQuery: FIRST_QUERY },
    // GraphiQL from this machine: the default one is loaded from another host. Its megabytes are for browsers only.
    renderGraphiQL: async (options) => (await import('@graphql-yoga/render-graphiql')).renderGraphiQL(options),
    batching: true,
    plugins: [useRequestLog(log), useSluice({ policy: feedersFirst })],
  });
  const server = createServer((request, response) => {
    // A connection that is kept alive would delay the end of a server that has stopped.
    response.once('close', () => setImmediate(() => !server.listening && server.closeIdleConnections()));
    void yoga(request, response);
  });
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening');
  } catch (error) {
    throw new GraphError(`cannot listen on port ${port}: ${String(error)}`, { cause: error });
  }
  return {
    // Cast: a server that listens on a port has such an address.
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      notes.complete();
      const impatience = setTimeout(() => server.closeAllConnections(), GRACE_MS);
      await closed;
      clearTimeout(impatience);
      await yoga.dispose();
    },
  };
}

/** Time for the requests under way when the server stops, in ms. The client of a later one is disconnected. */
const GRACE_MS = 10_000;
