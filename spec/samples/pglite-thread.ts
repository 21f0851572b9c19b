/**
 * PGlite on a separate thread, because it uses dynamic imports, which the sandbox of Jest refuses. The thread receives
 * statements as messages, and posts their rows in the same order.
 */
import { parentPort } from 'node:worker_threads';
import { openDatabase } from '../../samples/audit/database';

export interface QueryRequest {
  readonly statement: string;
  readonly parameters: readonly unknown[] | undefined;
}

export type Reply = { readonly rows: readonly unknown[] } | { readonly failure: string };

const opening = openDatabase(undefined);

parentPort?.on('message', (request: QueryRequest) => {
  void runQuery(request).then((reply) => parentPort?.postMessage(reply));
});

async function runQuery({ statement, parameters }: QueryRequest): Promise<Reply> {
  try {
    const database = await opening;
    return { rows: await database.query(statement, parameters) };
  } catch (error) {
    return { failure: String(error) };
  }
}
