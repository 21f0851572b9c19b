/**
 * The database of the specs: PGlite as the sample opens it, on a separate thread.
 */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { OpenDatabase } from '../../samples/audit/database';
import type { Reply } from './pglite-thread';

export function openInThread(): OpenDatabase {
  const thread = new Worker(join(__dirname, 'pglite-thread.ts'), {
    execArgv: ['--require', require.resolve('tsx/cjs')],
  });
  const pending: ((reply: Reply) => void)[] = [];
  thread.on('message', (reply: Reply) => pending.shift()?.(reply));
  thread.on('error', ({ message }) => pending.splice(0).forEach((settle) => settle({ failure: message })));
  return {
    query: async <Row>(statement: string, parameters?: readonly unknown[]) => {
      const reply = await new Promise<Reply>((resolve) => {
        pending.push(resolve);
        thread.postMessage({ statement, parameters });
      });
      if ('failure' in reply) throw new Error(reply.failure);
      return reply.rows as readonly Row[];
    },
    close: async () => {
      await thread.terminate();
    },
  };
}
