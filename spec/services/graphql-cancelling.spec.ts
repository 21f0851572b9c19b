/** A GraphQL client that drops its connection cancels the query of its request in a real Postgres. */
import { setTimeout as delayed } from 'node:timers/promises';
import { createSchema } from 'graphql-yoga';
import { Client, Pool } from 'pg';
import { batch } from 'sluice';
import { open, post, startApollo, startYoga } from '../graphql/servers';
import { declareMissingService } from '../support/missing-service';
import { findPostgres, startPostgres, type PostgresServer } from './postgres-server';

const binaries = findPostgres();

if (binaries === null) {
  declareMissingService(
    'a Postgres',
    'cancelling the queries of GraphQL requests in Postgres',
    'install the Debian package `postgresql`, which has initdb and postgres.',
  );
} else {
  describe.each([
    ['graphql-yoga', startYoga],
    ['Apollo Server', startApollo],
  ] as const)('a client of %s that drops its connection', (_, start) => {
    let postgres: PostgresServer;
    let pool: Pool;
    let cancels: Pool;
    let monitor: Client;
    beforeAll(async () => {
      postgres = await startPostgres(binaries);
      [pool, cancels] = [1, 2].map((max) => new Pool({ connectionString: postgres.url, max })) as [Pool, Pool];
      monitor = new Client({ connectionString: postgres.url });
      await monitor.connect();
    });
    afterAll(async () => {
      await Promise.all([pool.end(), cancels.end(), monitor.end()]);
      await postgres.stop();
    });

    /** Holds its client until the query and its cancellation have ended: a late cancel would hit the next query. */
    const sleepOf = batch(
      async (seconds: readonly number[], { signal }) => {
        const client = await pool.connect();
        const { processID } = client as unknown as { readonly processID: number };
        let cancelling: Promise<unknown> | undefined;
        const cancel = (): void => {
          cancelling = Promise.allSettled([cancels.query('select pg_cancel_backend($1)', [processID])]);
        };
        signal.addEventListener('abort', cancel);
        try {
          await client.query('select pg_sleep(s) from unnest($1::float8[]) s', [seconds]);
          return seconds;
        } finally {
          await cancelling;
          client.release();
        }
      },
      { name: 'sleepOf' },
    );
    const schema = createSchema({
      typeDefs: 'type Query { sleep(seconds: Float!): Float }',
      resolvers: { Query: { sleep: (__: unknown, { seconds }: { readonly seconds: number }) => sleepOf(seconds) } },
    });

    const running = async (): Promise<number> => {
      const sql = `select 1 from pg_stat_activity where state = 'active' and query like 'select pg_sleep%'`;
      return (await monitor.query(sql)).rows.length;
    };
    const until = async (count: number): Promise<void> => {
      while ((await running()) !== count) await delayed(5);
    };

    it('cancels the query there, and the connection serves the next request', async () => {
      const server = await start(schema);
      const sent = open(server.url, { query: '{ sleep(seconds: 600) }' });
      await until(1);
      sent.destroy();
      await until(0);
      expect(await post(server.url, { query: '{ sleep(seconds: 0) }' })).toEqual({ data: { sleep: 0 } });
      await server.stop();
    });
  });
}
