/**
 * PGlite on a thread of its own: it loads its parts by dynamic import, which Jest's sandbox refuses. Statements come
 * in as messages, and rows go back, in order.
 */
import { parentPort } from 'node:worker_threads';
import { openDatabase } from '../../samples/audit/database';

export interface Question {
  readonly statement: string;
  readonly parameters: readonly unknown[] | undefined;
}

export type Reply = { readonly rows: readonly unknown[] } | { readonly failure: string };

const opening = openDatabase(undefined);

parentPort?.on('message', (question: Question) => {
  void answer(question).then((reply) => parentPort?.postMessage(reply));
});

async function answer({ statement, parameters }: Question): Promise<Reply> {
  try {
    const database = await opening;
    return { rows: await database.query(statement, parameters) };
  } catch (error) {
    return { failure: String(error) };
  }
}
