/** The recipes of loaders over query builders, on a Postgres inside the process. */
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { QueryBuilderReport } from './query-builders-thread';

describe('loaders over query builders on PGlite', () => {
  let report: QueryBuilderReport;
  beforeAll(async () => {
    const thread = new Worker(join(__dirname, 'query-builders-thread.ts'), {
      execArgv: ['--require', require.resolve('tsx/cjs')],
    });
    // An error of the thread rejects the wait for its message.
    [report] = (await once(thread, 'message')) as [QueryBuilderReport];
    await thread.terminate();
  });

  const rows = [{ id: 2, name: 'author 2' }, null, { id: 1, name: 'author 1' }, { id: 2, name: 'author 2' }];

  it('give each key its row in one query of Kysely, with one parameter', () => {
    expect(report.kysely).toMatchObject({ authors: rows, sent: [[[2, 99, 1]]] });
  });

  it('give each key its row in one query of Drizzle, with a parameter for each key', () => {
    expect(report.drizzle).toEqual({ authors: rows, sent: [[2, 99, 1]] });
  });

  it('have the number of rows of a write of Kysely', () => {
    expect(report.kysely.updated).toBe(2n);
  });
});
