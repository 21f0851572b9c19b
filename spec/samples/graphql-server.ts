/** The server of the graphql sample over a few pages, with a list of its statements and of its log. */
import type { CrawledPage } from '../../samples/graphql/crawled-pages';
import type { Connection } from '../../samples/graphql/connection';
import { startServer, type GraphServer } from '../../samples/graphql/server';
import { fillTables } from '../../samples/graphql/tables';
import { openInThread } from './pglite-in-thread';

export const PAGES = 30;
const LINKS = 4;

export const urlOf = (id: number): string => `http://${id % 2 === 0 ? 'even' : 'odd'}.example/${String(id)}`;

/** Pages of two hosts; each has links to some of the others, and to a page that was not crawled. */
export const crawledPages: readonly CrawledPage[] = Array.from({ length: PAGES }, (_, index) => ({
  url: urlOf(index + 1),
  status: 200,
  depth: 1,
  bytes: 1_000,
  title: `page ${String(index + 1)} \0\ud800`,
  links: [
    ...Array.from({ length: LINKS - 1 }, (__, link) => urlOf(((index + 1) * (link + 3)) % PAGES || PAGES)),
    'http://elsewhere.example/',
  ],
}));

export interface SampleServer extends GraphServer {
  readonly statements: string[];
  readonly lines: string[];
}

/** Starts the server on a free port. Its connection is closed when it stops. */
export async function startSampleServer(): Promise<SampleServer> {
  const database = openInThread();
  const statements: string[] = [];
  const lines: string[] = [];
  const connection: Connection = {
    query: (statement, parameters) => {
      statements.push(statement);
      return database.query(statement, parameters);
    },
    close: () => database.close(),
  };
  await fillTables(connection, crawledPages);
  const server = await startServer(connection, 0, (line) => lines.push(line));
  return {
    url: server.url,
    statements,
    lines,
    stop: async () => {
      await server.stop();
      await connection.close();
    },
  };
}
